package bulk

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/operation"
)

// Target is one instance of the fleet.
type Target struct {
	Cluster  string `json:"cluster" maxLength:"60"`
	Instance string `json:"instance" maxLength:"60"`
}

// Request describes one change to many instances.
type Request struct {
	Kind         fleet.OperationKind `json:"kind" enum:"update,archive,unarchive"`
	Targets      []Target            `json:"targets" minItems:"1" maxItems:"500"`
	Changes      []operation.Change  `json:"changes,omitempty" maxItems:"100" doc:"Of update: keys to set and unset in each instance"`
	Canary       *Target             `json:"canary,omitempty" doc:"Instance of the first wave; absent is the first that would change"`
	Reason       string              `json:"reason,omitempty" maxLength:"500" doc:"Why, for the history"`
	Batch        int                 `json:"batch" minimum:"1" maximum:"50" default:"5" required:"false" doc:"Instances of each wave after the first, which has one"`
	PauseAfter   int                 `json:"pauseAfter" minimum:"1" maximum:"500" default:"1" required:"false" doc:"Failures after which it pauses"`
	IgnoreHealth bool                `json:"ignoreHealth,omitempty" doc:"Start a wave without waiting until the instances before it are as healthy as before"`

	PreviewHash string      `json:"-"` // of the preview that was confirmed
	Key         string      `json:"-"` // idempotency key
	By          audit.Actor `json:"-"`
}

// Limits of a bulk change.
const (
	maxTargets = 500
	maxBatch   = 50
	maxChanges = 32 << 10 // bytes of the changes as JSON
	// maxWork is how much YAML a preview parses in all. 100 changes of 500 instances whose
	// files have 300 keys are 24 MB, and take some eight seconds of a processor.
	maxWork = 32 << 20 // bytes
)

func (r *Request) check() error {
	if r.Kind != fleet.Update && r.Kind != fleet.Archive && r.Kind != fleet.Unarchive {
		return fault.InvalidField("kind", "must be update, archive or unarchive")
	}
	if len(r.Targets) == 0 || len(r.Targets) > maxTargets {
		return fault.InvalidField("targets", "must list 1 to %d instances", maxTargets)
	}
	if r.Batch < 1 || r.Batch > maxBatch {
		return fault.InvalidField("batch", "must be 1 to %d", maxBatch)
	}
	if r.PauseAfter < 1 || r.PauseAfter > maxTargets {
		return fault.InvalidField("pauseAfter", "must be 1 to %d", maxTargets)
	}
	seen := map[Target]bool{}
	for i, t := range r.Targets {
		if seen[t] {
			return fault.InvalidField(fmt.Sprintf("targets.%d", i), "%s is listed twice", t.Instance)
		}
		seen[t] = true
		one := r.one(t)
		if err := one.Check(); err != nil {
			return err
		}
	}
	if r.Canary != nil && !seen[*r.Canary] {
		return fault.InvalidField("canary", "must be one of the targets")
	}
	raw, err := json.Marshal(r.Changes)
	if err != nil || len(raw) > maxChanges {
		return fault.InvalidField("changes", "must have at most %d bytes as JSON", maxChanges)
	}
	return nil
}

// one is the request for a single target.
func (r *Request) one(t Target) operation.Request {
	return operation.Request{Kind: r.Kind, Instance: t.Instance, Changes: r.Changes, Reason: r.Reason, By: r.By}
}

// keys lists what is changed, without the values.
func (r *Request) keys() []string {
	var keys []string
	for _, c := range r.Changes {
		sign := "+"
		if c.Unset {
			sign = "-"
		}
		keys = append(keys, sign+c.File+": "+strings.Join(c.Path, "."))
	}
	return keys
}

// values lists the new values, secrets masked; a removed key has none.
func (r *Request) values() []fleet.KeyChange {
	var out []fleet.KeyChange
	for _, c := range r.Changes {
		key := strings.Join(c.Path, ".")
		change := fleet.KeyChange{Key: c.File + ": " + key}
		if !c.Unset {
			change.After = maskedValue(c)
		}
		out = append(out, change)
	}
	return out
}

// maxValue is the length limit of a value in a record, in characters.
const maxValue = 200

// maskedValue is a new value as JSON, with secrets masked as in the file.
func maskedValue(c operation.Change) string {
	text := string(c.Value)
	for i := len(c.Path) - 1; i >= 0; i-- {
		key, err := json.Marshal(c.Path[i])
		if err != nil {
			return grove.MaskText
		}
		text = "{" + string(key) + ": " + text + "}"
	}
	masked := grove.Mask(grove.InstanceFile("x", c.File), []byte(text))
	if masked != text {
		return grove.MaskText
	}
	value := []rune(string(c.Value))
	if len(value) > maxValue {
		return string(value[:maxValue]) + "…"
	}
	return string(value)
}
