package openedx

import (
	"path"
	"slices"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
)

// Effect is something that an operation will cause.
type Effect struct {
	Effect  string            `json:"effect" enum:"destroysData,leavesData,databaseVersion,infrastructure,stops,brokenUntilInit,signsOut,address,imageRebuild,migrations,initJobs,restart"`
	Because []string          `json:"because,omitempty" doc:"Keys and files that cause it"`
	Reasons map[string]string `json:"reasons,omitempty" doc:"Why, by key, where that is not plain"`
	Text    string            `json:"text" doc:"What that means"`
}

// EffectText says what an effect is.
type EffectText struct {
	Effect string `json:"effect" yaml:"effect"`
	Text   string `json:"text" yaml:"text" doc:"As a sentence"`
	Words  string `json:"words" yaml:"words" doc:"In a few words, as part of a sentence"`
}

// EffectTexts are the effects, costliest first.
var EffectTexts = sync.OnceValue(func() []EffectText { return mustLoad[[]EffectText]("effects.yml") })

// requirementsFile lists the Python packages of an instance, Tutor's plugins among them.
const requirementsFile = "requirements.txt"

// Effects lists what an operation with these changes will cause, costliest first.
// tutor is the major version of Tutor that the instance runs, zero when it is not
// known.
func Effects(kind fleet.OperationKind, files []fleet.FileChange, tutor int) []Effect {
	found := map[string]*Effect{}
	add := func(effect, cause, why string) {
		e := found[effect]
		if e == nil {
			e = &Effect{Effect: effect}
			found[effect] = e
		}
		if cause != "" {
			e.Because = append(e.Because, cause)
		}
		if why != "" {
			if e.Reasons == nil {
				e.Reasons = map[string]string{}
			}
			e.Reasons[cause] = why
		}
	}
	for _, effect := range effectsOfKind[kind] {
		add(effect, "", "")
	}
	if kind == fleet.Update {
		for _, f := range files {
			name := path.Base(f.Path)
			if name == requirementsFile {
				add("imageRebuild", name, "")
				add("migrations", name, "")
			}
			for _, key := range f.Keys {
				row, _ := LookupKey(name, key, tutor)
				for _, effect := range row.Effects {
					add(effect, key, row.Why)
				}
			}
		}
	}
	out := []Effect{}
	for _, row := range EffectTexts() {
		if e := found[row.Effect]; e != nil {
			slices.Sort(e.Because)
			e.Because, e.Text = slices.Compact(e.Because), row.Text
			out = append(out, *e)
		}
	}
	return out
}

// effectsOfKind are what operations cause whatever they change.
var effectsOfKind = map[fleet.OperationKind][]string{
	fleet.Create:      {"imageRebuild", "migrations"},
	fleet.Unarchive:   {"imageRebuild", "migrations"},
	fleet.Archive:     {"stops"},
	fleet.Delete:      {"destroysData", "stops"},
	fleet.BuildImages: {"imageRebuild"},
	fleet.Reprovision: {"infrastructure", "restart"},
	fleet.Update:      {"restart"},
}
