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
	Effect  string   `json:"effect" enum:"destroysData,leavesData,infrastructure,stops,address,imageRebuild,migrations,restart"`
	Because []string `json:"because,omitempty" doc:"Keys and files that cause it"`
	Text    string   `json:"text" doc:"What that means"`
}

// The effects, costliest first.
const (
	destroysData   = "destroysData"
	leavesData     = "leavesData"
	infrastructure = "infrastructure"
	stops          = "stops"
	address        = "address"
	imageRebuild   = "imageRebuild"
	migrations     = "migrations"
	restart        = "restart"
)

var effectText = []struct{ effect, text string }{
	{destroysData, "Data is lost for good"},
	{leavesData, "The instance looks for its data, or for itself, in another place; what it has now stays behind until somebody moves it"},
	{infrastructure, "The cluster's infrastructure is planned and applied anew"},
	{stops, "The instance is taken off the cluster"},
	{address, "Its address changes: DNS, certificates and what is linked or logged in by the old one have to follow"},
	{imageRebuild, "Container images are built anew, about 20 minutes"},
	{migrations, "Database migrations run; going back may need a backup"},
	{restart, "Services restart one after another; short errors are possible"},
}

// KeyEffect says what a changed key causes besides a restart.
type KeyEffect struct {
	Key     string   `json:"key" doc:"Key of config.yml or grove.yml; * at the end stands for any rest. The first row that a key fits is its row"`
	Effects []string `json:"effects"`
}

// KeyEffects is the table of keys whose change does more than restart. The
// first row that a key fits is its row.
func KeyEffects() []KeyEffect {
	build, migrate, both := []string{imageRebuild}, []string{migrations}, []string{imageRebuild, migrations}
	leave, move := []string{leavesData}, []string{address}
	return []KeyEffect{
		{"ID", leave},
		{"K8S_NAMESPACE", leave},
		{"MYSQL_HOST", leave},
		{"MYSQL_PORT", leave},
		{"OPENEDX_MYSQL_DATABASE", leave},
		{"OPENEDX_MYSQL_USERNAME", leave},
		{"MONGODB_HOST", leave},
		{"MONGODB_PORT", leave},
		{"MONGODB_DATABASE", leave},
		{"FORUM_MONGODB_DATABASE", leave},
		{"S3_STORAGE_BUCKET", leave},
		{"RUN_MYSQL", []string{leavesData, migrations}},
		{"RUN_MONGODB", []string{leavesData, migrations}},
		{"LMS_HOST", move},
		{"CMS_HOST", move},
		{"PREVIEW_LMS_HOST", move},
		{"DISCOVERY_HOST", move},
		{"ECOMMERCE_HOST", move},
		{"ENABLE_HTTPS", move},
		{"MFE_HOST", []string{address, imageRebuild}},
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
