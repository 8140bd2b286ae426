package grove

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/pattern"
)

// Call is the one request to GitLab that an operation comes down to. Exactly
// one field is set. It holds secrets; Masked returns one that is safe to display.
type Call struct {
	Trigger  *Trigger  `json:"trigger,omitempty"`
	Commit   *Commit   `json:"commit,omitempty"`
	Pipeline *Pipeline `json:"pipeline,omitempty"`
}

// Masked gives the call with secrets masked, as a preview shows it.
func (c Call) Masked(m *Masker) Call {
	if c.Trigger != nil {
		t := *c.Trigger
		t.Payload, _ = m.value(openedx.PlainKey, t.Payload).(map[string]any)
		c.Trigger = &t
	}
	if c.Commit != nil {
		commit := *c.Commit
		commit.Actions = slices.Clone(commit.Actions)
		for i := range commit.Actions {
			a := &commit.Actions[i]
			if a.Action != DeleteFile {
				a.Content = []byte(m.Mask(a.Path, a.Content))
			}
		}
		c.Commit = &commit
	}
	return c
}

// value masks what JSON can hold, below a key of the given secrecy.
func (m *Masker) value(under openedx.Secrecy, value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			own, state := m.keys.Judge(k), under
			if under == openedx.AmbiguousKey && own == openedx.HarmlessKey {
				state = openedx.PlainKey
			}
			out[k] = m.value(max(state, own), item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = m.value(under, item)
		}
		return out
	case nil, bool:
		return v
	case string:
		if v != "" && under.Secret() {
			return MaskText
		}
		masked, _ := m.text(v)
		return masked
	}
	if under.Secret() {
		return MaskText
	}
	return value
}

// Trigger starts a pipeline with the project's trigger token. Payload keys go
// to the top level of the request, beside variables.
type Trigger struct {
	Ref       string            `json:"ref"`
	Variables map[string]string `json:"variables"`
	Payload   map[string]any    `json:"payload,omitempty"`
}

// Commit changes files in one step. No actions make an empty commit.
type Commit struct {
	Branch  string   `json:"branch"`
	Message string   `json:"message"`
	Actions []Action `json:"actions"`
}

// Action is one file of a commit. With LastCommit GitLab refuses to overwrite a
// file that someone changed since. Content is the whole file, secrets and all.
type Action struct {
	Action     string `json:"action" enum:"create,update,delete"`
	Path       string `json:"path"`
	Content    []byte `json:"content,omitempty"`
	LastCommit string `json:"lastCommit,omitempty"`
}

// Actions of a commit.
const (
	CreateFile = "create"
	UpdateFile = "update"
	DeleteFile = "delete"
)

// Pipeline runs the default branch's pipeline with variables.
type Pipeline struct {
	Ref       string            `json:"ref"`
	Variables map[string]string `json:"variables"`
}

// Request is an operation about to be planned.
type Request struct {
	Kind        fleet.OperationKind
	Ref         string                     // default branch of the project
	Deployments []fleet.Deployment         // one or more instances with their deployment ids; for cluster-wide operations one without an instance
	Overrides   map[string]json.RawMessage // create: configuration by key
	Actions     []Action                   // update, unarchive: the files
	Repository  string                     // build images: repository of the code, as a URL
	Branch      string                     // build images: its branch
	Note        string                     // reason, put into the body of a commit message
}

var (
	numeric    = pattern.Lazy(`^[0-9]{1,19}$`)
	refName    = pattern.Lazy(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$`)
	repository = pattern.Lazy(`^(?:(?:https|ssh)://|git@)[A-Za-z0-9][A-Za-z0-9._/@:~+-]{0,499}$`)
)

// Plan gives the call for a request by the project's contract, the default where
// c is nil or says nothing. Wrong input is fault.Invalid and names the field.
func Plan(c *fleet.Contract, r Request) (Call, error) {
	m, err := MechanismOf(c, r.Kind)
	if err != nil {
		return Call{}, err
	}
	routes := RoutesOf(c)
	if err := ValidateContract(fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{r.Kind: m}, Routes: routes}); err != nil {
		return Call{}, err
	}
	if err := r.validate(); err != nil {
		return Call{}, err
	}
	fill := r.filler()
	switch m.By {
	case ByCommit:
		if r.Kind == fleet.Create {
			return Call{}, fault.InvalidField("kind", "the contract creates instances by a commit; Ocim can only do so by a trigger")
		}
		message := fill(m.Message)
		if note := oneParagraph(r.Note); note != "" {
			message += "\n\n" + note
		}
		return Call{Commit: &Commit{Branch: r.Ref, Message: message, Actions: r.Actions}}, nil
	case byPipeline:
		return Call{Pipeline: &Pipeline{Ref: r.Ref, Variables: fillAll(m.Variables, fill)}}, nil
	}
	if len(r.Deployments) != 1 {
		return Call{}, fault.InvalidField("instance", "%s takes one instance at a time", string(r.Kind))
	}
	payload, err := routed(routes, r.Overrides, m.Variables)
	if err != nil {
		return Call{}, err
	}
	return Call{Trigger: &Trigger{Ref: r.Ref, Variables: fillAll(m.Variables, fill), Payload: payload}}, nil
}

func (r *Request) validate() error {
	if !refName().MatchString(r.Ref) || strings.Contains(r.Ref, "..") {
		return fault.InvalidField("ref", "is not a branch")
	}
	if len(r.Deployments) == 0 || len(r.Deployments) > maxDeployments {
		return fault.InvalidField("instance", "1 to %d instances are needed", maxDeployments)
	}
	clusterWide := r.Kind == fleet.BuildImages || r.Kind == fleet.Reprovision
	seen := map[string]bool{}
	for _, d := range r.Deployments {
		if !clusterWide {
			if err := ValidateName(d.Instance); err != nil {
				return err
			}
		}
		if seen[d.Instance] {
			return fault.InvalidField("instance", "%s is named twice", d.Instance)
		}
		seen[d.Instance] = true
		if !numeric().MatchString(d.ID) {
			return fault.InvalidField("deploymentId", "must be a number of at most 19 digits")
		}
	}
	if r.Kind != fleet.Create && len(r.Overrides) > 0 {
		return fault.InvalidField("overrides", "only create takes overrides")
	}
	if r.Kind == fleet.BuildImages {
		if !repository().MatchString(r.Repository) || strings.Contains(r.Repository, "..") {
			return fault.InvalidField("repository", "must be the https or ssh address of a git repository, without credentials")
		}
		if _, holes := standard().line(r.Repository); len(holes) > 0 {
			return fault.InvalidField("repository", "must hold no user or password")
		}
		if !refName().MatchString(r.Branch) || strings.Contains(r.Branch, "..") {
			return fault.InvalidField("branch", "is not a branch")
		}
	}
	return r.validateActions(seen)
}

func (r *Request) validateActions(instances map[string]bool) error {
	switch given := len(r.Actions) > 0; {
	case r.Kind == fleet.Update: // without a file, it deploys what git has
	case r.Kind == fleet.Unarchive && !given:
		return fault.InvalidField("files", "there is nothing to change")
	case r.Kind != fleet.Unarchive && given:
		return fault.InvalidField("files", "%s changes no files", string(r.Kind))
	}
	paths := map[string]bool{}
	for _, a := range r.Actions {
		instance, file, ok := InstancePath(a.Path)
		if !ok || !instances[instance] || file == "" {
			return fault.InvalidField("files."+a.Path, "is not a file of an instance of this operation")
		}
		if paths[a.Path] {
			return fault.InvalidField("files."+a.Path, "is changed twice")
		}
		paths[a.Path] = true
		if a.Action != CreateFile && a.Action != UpdateFile && a.Action != DeleteFile {
			return fault.InvalidField("files."+a.Path, "%q is not create, update or delete", a.Action)
		}
		if a.Action != CreateFile && a.LastCommit == "" {
			return fault.InvalidField("files."+a.Path, "the commit that last changed it must be given")
		}
		if len(a.Content) > MaxFile {
			return fault.InvalidField("files."+a.Path, "has %d bytes; %d are allowed", len(a.Content), MaxFile)
		}
		if bytes.Contains(a.Content, []byte(MaskText)) {
			return fault.InvalidField("files."+a.Path, "still holds a masked value")
		}
	}
	return nil
}

// filler replaces placeholders. What is put in was validated, so it can add
// neither a line nor a tag.
func (r *Request) filler() func(string) string {
	entries := make([]string, len(r.Deployments))
	for i, d := range r.Deployments {
		entries[i] = d.Instance + "|" + d.ID
	}
	first := r.Deployments[0]
	return strings.NewReplacer(
		"{instance}", first.Instance, "{deploymentId}", first.ID,
		"{repository}", r.Repository, "{branch}", r.Branch, "{entries}", strings.Join(entries, ","),
	).Replace
}

func fillAll(variables map[string]string, fill func(string) string) map[string]string {
	out := make(map[string]string, len(variables))
	for name, template := range variables {
		out[name] = fill(template)
	}
	return out
}

// oneParagraph makes free text safe for a commit's body: one line, no brackets
// that read as tags, no quick actions or trailers of its own.
func oneParagraph(note string) string {
	note = strings.Map(func(r rune) rune {
		switch {
		case control(r):
			return ' '
		case r == '[':
			return '('
		case r == ']':
			return ')'
		}
		return r
	}, cut(note, 2000))
	if note = strings.Join(strings.Fields(note), " "); note == "" {
		return ""
	}
	return "Reason: " + note
}
