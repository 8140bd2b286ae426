package operation

import (
	"path"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Effect is something that an operation will cause.
type Effect struct {
	Effect  string   `json:"effect" enum:"destroysData,infrastructure,stops,imageRebuild,migrations,restart"`
	Because []string `json:"because,omitempty" doc:"Keys and files that cause it"`
	Text    string   `json:"text" doc:"What that means"`
}

// The effects, costliest first.
const (
	destroysData   = "destroysData"
	infrastructure = "infrastructure"
	stops          = "stops"
	imageRebuild   = "imageRebuild"
	migrations     = "migrations"
	restart        = "restart"
)

var effectText = []struct{ effect, text string }{
	{destroysData, "Data is lost for good"},
	{infrastructure, "The cluster's infrastructure is planned and applied anew"},
	{stops, "The instance is taken off the cluster"},
	{imageRebuild, "Container images are built anew, about 20 minutes"},
	{migrations, "Database migrations run; going back may need a backup"},
	{restart, "Services restart one after another; short errors are possible"},
}

// KeyEffect says what a changed key causes besides a restart.
type KeyEffect struct {
	Key     string   `json:"key" doc:"Key of config.yml or grove.yml; * at the end stands for any rest"`
	Effects []string `json:"effects"`
}

// KeyEffects is the table of keys whose change does more than restart.
func KeyEffects() []KeyEffect {
	build, migrate, both := []string{imageRebuild}, []string{migrations}, []string{imageRebuild, migrations}
	return []KeyEffect{
		{"OPENEDX_COMMON_VERSION", both},
		{"EDX_PLATFORM_REPOSITORY", both},
		{"EDX_PLATFORM_VERSION", both},
		{"PLUGINS", both},
		{"OPENEDX_EXTRA_PIP_REQUIREMENTS", both},
		{"DOCKER_IMAGE_*", build},
		{"DOCKER_REGISTRY", build},
		{"NPM_REGISTRY", build},
		{"MFE_*", build},
		{"GROVE_NEW_MFES", build},
		{"GROVE_MFE_*", build},
		{"LANGUAGE_CODE", build},
		{"COMPREHENSIVE_THEME_*", build},
		{"SIMPLE_THEME_*", build},
		{"IMAGE_BUILD_CONFIG", build},
		{"RUN_*", migrate},
	}
}

// effectsOfKey looks a key up in the table.
func effectsOfKey(key string) []string {
	for _, row := range KeyEffects() {
		if head, any := strings.CutSuffix(row.Key, "*"); key == row.Key || any && strings.HasPrefix(key, head) {
			return row.Effects
		}
	}
	return nil
}

// Effects tells what an operation with these changes will cause.
func Effects(kind fleet.OperationKind, files []fleet.FileChange) []Effect {
	because := map[string][]string{}
	add := func(effect string, causes ...string) {
		because[effect] = append(because[effect], causes...)
	}
	switch kind {
	case fleet.Create, fleet.Unarchive:
		add(imageRebuild)
		add(migrations)
	case fleet.Archive:
		add(stops)
	case fleet.Delete:
		add(destroysData)
		add(stops)
	case fleet.BuildImages:
		add(imageRebuild)
	case fleet.Reprovision:
		add(infrastructure)
		add(restart)
	case fleet.Update:
		add(restart)
		for _, f := range files {
			name := path.Base(f.Path)
			if name == grove.RequirementsFile {
				add(imageRebuild, name)
				add(migrations, name)
			}
			for _, key := range f.Keys {
				for _, effect := range effectsOfKey(key) {
					add(effect, key)
				}
			}
		}
	}
	out := []Effect{}
	for _, row := range effectText {
		if causes, ok := because[row.effect]; ok {
			slices.Sort(causes)
			out = append(out, Effect{Effect: row.effect, Because: slices.Compact(causes), Text: row.text})
		}
	}
	return out
}
