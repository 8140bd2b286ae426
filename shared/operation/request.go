package operation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Request describes an operation to start. Which fields apply depends on the kind.
type Request struct {
	Kind       fleet.OperationKind        `json:"kind" enum:"create,update,archive,unarchive,delete,buildImages,reprovision"`
	Instance   string                     `json:"instance,omitempty" maxLength:"200" doc:"Name of the instance; absent for buildImages and reprovision, which are about the cluster"`
	Overrides  map[string]json.RawMessage `json:"overrides,omitempty" doc:"Of create: Tutor and Grove keys, upper case, to values of any type"`
	Files      []Edit                     `json:"files,omitempty" maxItems:"20" doc:"Of update: whole files; what is masked stays what it is"`
	BaseCommit string                     `json:"baseCommit,omitempty" maxLength:"64" doc:"Of update: commit that the files were read at; a file that changed since is a conflict"` // empty is the head
	Changes    []Change                   `json:"changes,omitempty" maxItems:"100" doc:"Of update, in place of files: single keys"`
	RollBackTo string                     `json:"rollBackTo,omitempty" maxLength:"64" doc:"Of update, in place of files: the operation or commit whose configuration comes back"`
	Deploy     bool                       `json:"deploy,omitempty" doc:"Of update, in place of files: deploys what git has and no pipeline deployed, without changing a file"`
	Repository string                     `json:"repository,omitempty" maxLength:"600" doc:"Of buildImages: address of the code's git repository"`
	Branch     string                     `json:"branch,omitempty" maxLength:"250" doc:"Of buildImages: its branch"`
	Reason     string                     `json:"reason,omitempty" maxLength:"500" doc:"Why, for the history"`

	Instances   []string    `json:"-"` // in place of Instance: changes of several instances in one commit
	Confirm     string      `json:"-"` // delete: the instance's name; reprovision: the cluster's id
	PreviewHash string      `json:"-"` // of the preview that was confirmed
	Key         string      `json:"-"` // idempotency key
	By          audit.Actor `json:"-"`
	Bulk        string      `json:"-"` // bulk change that it is part of
	// PreviewDigests are the digests of the diffs that a bulk change previewed, by
	// instance; an instance whose diff differs now is refused.
	PreviewDigests map[string]string `json:"-"`
}

// Edit is the wanted content of a file.
type Edit struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// Change sets or removes one value of a file.
type Change struct {
	File  string          `json:"file" enum:"config.yml,grove.yml" doc:"File of the instance"`
	Path  []string        `json:"path" minItems:"1" maxItems:"20" doc:"Keys from the root down, positions in lists"`
	Value json.RawMessage `json:"value,omitempty" doc:"The new value; absent with unset"`
	Unset bool            `json:"unset,omitempty"`
}

// Limits of a request.
const (
	maxFiles   = 20
	maxChanges = 100
)

// names lists the instances that a request is about.
func (r *Request) names() []string {
	switch {
	case len(r.Instances) > 0:
		return r.Instances
	case r.clusterWide():
		return nil
	}
	return []string{r.Instance}
}

func (r *Request) clusterWide() bool {
	return r.Kind == fleet.BuildImages || r.Kind == fleet.Reprovision
}

// Check validates what needs no look-up.
func (r *Request) Check() error {
	if !slices.Contains(fleet.OperationKinds(), r.Kind) {
		return fault.InvalidField("kind", "there is no operation %q", string(r.Kind))
	}
	if len([]rune(r.Reason)) > maxReason {
		return fault.InvalidField("reason", "must have at most %d characters", maxReason)
	}
	if r.clusterWide() && r.Instance != "" {
		return fault.InvalidField("instance", "%s applies to the whole cluster; leave the instance out", string(r.Kind))
	}
	for _, name := range r.names() {
		if err := grove.ValidateName(name); err != nil {
			return err
		}
	}
	for field, present := range map[string]bool{
		"overrides": len(r.Overrides) > 0, "files": len(r.Files) > 0, "changes": len(r.Changes) > 0,
		"rollBackTo": r.RollBackTo != "", "deploy": r.Deploy, "repository": r.Repository != "", "branch": r.Branch != "",
	} {
		if present && !slices.Contains(fieldsOf(r.Kind), field) {
			return fault.InvalidField(field, "%s does not take it", string(r.Kind))
		}
	}
	if r.Kind == fleet.Update {
		return r.checkUpdate()
	}
	return nil
}

func fieldsOf(kind fleet.OperationKind) []string {
	switch kind {
	case fleet.Create:
		return []string{"overrides"}
	case fleet.Update:
		return []string{"files", "changes", "rollBackTo", "deploy"}
	case fleet.BuildImages:
		return []string{"repository", "branch"}
	}
	return nil
}

func (r *Request) checkUpdate() error {
	ways := 0
	for _, present := range []bool{len(r.Files) > 0, len(r.Changes) > 0, r.RollBackTo != "", r.Deploy} {
		if present {
			ways++
		}
	}
	if ways != 1 {
		return fault.InvalidField("files", "an update takes one of files, changes, rollBackTo and deploy")
	}
	if len(r.Files) > maxFiles {
		return fault.InvalidField("files", "at most %d files are allowed", maxFiles)
	}
	if len(r.Changes) > maxChanges {
		return fault.InvalidField("changes", "at most %d changes are allowed", maxChanges)
	}
	seen := map[string]bool{}
	for _, f := range r.Files {
		field := "files." + f.Path
		instance, file, ok := grove.InstancePath(f.Path)
		if !ok || instance != r.Instance || !slices.Contains(grove.InstanceFiles(), file) {
			return fault.InvalidField(field, "is not a configuration file of %s", r.Instance)
		}
		if seen[f.Path] {
			return fault.InvalidField(field, "is listed twice")
		}
		seen[f.Path] = true
		if len(f.Text) > grove.MaxFile {
			return fault.InvalidField(field, "has %d bytes; %d are allowed", len(f.Text), grove.MaxFile)
		}
	}
	for i, c := range r.Changes {
		field := fmt.Sprintf("changes.%d", i)
		if c.File != grove.ConfigFile && c.File != grove.GroveFile {
			return fault.InvalidField(field+".file", "must be %s or %s", grove.ConfigFile, grove.GroveFile)
		}
		if len(c.Path) == 0 || slices.Contains(c.Path, "") {
			return fault.InvalidField(field+".path", "keys are missing")
		}
		if !c.Unset && len(c.Value) == 0 {
			return fault.InvalidField(field+".value", "the value is missing")
		}
	}
	return nil
}

// fingerprint is equal for equal requests to a project.
func (r *Request) fingerprint(project string) (string, error) {
	values := []any{
		project, r.Kind, r.names(), r.Overrides, r.Files, r.BaseCommit, r.Changes, r.RollBackTo, r.Repository, r.Branch, r.Reason, r.PreviewHash,
	}
	if r.Deploy { // the fingerprints of other requests stay what they were
		values = append(values, "deploy")
	}
	return Digest(values...)
}

// Digest hashes values by their JSON.
func Digest(values ...any) (string, error) {
	b, err := json.Marshal(values)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the request cannot be written as JSON")
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
