package grove

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func TestOverrideFileUndoesTheRoute(t *testing.T) {
	other := []fleet.Route{{Keys: []string{"THEME"}, Prefix: "X_", File: GroveFile}, {Keys: []string{"*"}, File: ConfigFile}}
	for _, tt := range []struct {
		routes                      []fleet.Route
		setting, payload, file, key string
	}{
		{defaultRoutes(), "PLATFORM_NAME", "TUTOR_PLATFORM_NAME", "config.yml", "PLATFORM_NAME"},
		{defaultRoutes(), "TUTOR_PLUGINS", "TUTOR_PLUGINS", "config.yml", "PLUGINS"},
		{defaultRoutes(), "GROVE_CRON_JOBS", "TUTOR_GROVE_CRON_JOBS", "config.yml", "GROVE_CRON_JOBS"},
		{defaultRoutes(), "SIMPLE_THEME_EXTRA", "GROVE_SIMPLE_THEME_EXTRA", "grove.yml", "SIMPLE_THEME_EXTRA"},
		{defaultRoutes(), "GROVE_PR_WATCHER", "GROVE_PR_WATCHER", "grove.yml", "PR_WATCHER"},
		{defaultRoutes(), "ENV_REGION", "ENV_REGION", "", "REGION"},
		{other, "THEME", "X_THEME", "grove.yml", "THEME"},
		{other, "X_THEME", "X_THEME", "grove.yml", "THEME"},
		{other, "PLATFORM_NAME", "PLATFORM_NAME", "config.yml", "PLATFORM_NAME"},
	} {
		payload, ok := routeOf(tt.routes, tt.setting)
		assert.True(t, ok, tt.setting)
		assert.Equal(t, tt.payload, payload)
		file, key, ok := OverrideFile(tt.routes, payload)
		assert.Equal(t, []string{tt.file, tt.key}, []string{file, key}, tt.setting)
		assert.Equal(t, tt.file != "", ok, tt.setting)
	}
}

func TestPlanByTheContractsRoutes(t *testing.T) {
	c := &fleet.Contract{Routes: []fleet.Route{{Keys: []string{"THEME_*"}, Prefix: "STYLE_", File: GroveFile}, {Keys: []string{"LMS_HOST", "token"}}}}
	plan := func(setting string) (Call, error) {
		return Plan(c, Request{Kind: fleet.Create, Ref: "main", Deployments: deployments("demo|41"), Overrides: map[string]json.RawMessage{setting: json.RawMessage(`1`)}})
	}
	for setting, want := range map[string]string{"THEME_NAME": "STYLE_THEME_NAME", "LMS_HOST": "LMS_HOST"} {
		got, err := plan(setting)
		require.NoError(t, err)
		assert.Equal(t, map[string]any{want: json.Number("1")}, got.Trigger.Payload)
	}
	for setting, why := range map[string]string{
		"PLATFORM_NAME": "no route", "token": "the request itself", "STYLE_PATH": "GitLab", "instance_name": "Ocim sets",
	} {
		_, err := plan(setting)
		require.Error(t, err, setting)
		assert.Contains(t, fault.Message(err), why)
	}
}

func TestValidateRoutes(t *testing.T) {
	require.NoError(t, ValidateContract(fleet.Contract{Routes: defaultRoutes()}))
	route := func(prefix, file string, keys ...string) fleet.Route {
		return fleet.Route{Prefix: prefix, File: file, Keys: keys}
	}
	for name, tt := range map[string]struct {
		routes []fleet.Route
		field  string
	}{
		"a prefix of GitLab":     {[]fleet.Route{route("CI_", "config.yml", "*")}, "routes.0.prefix"},
		"no name":                {[]fleet.Route{route("A B", "config.yml", "*")}, "routes.0.prefix"},
		"neither prefix nor key": {[]fleet.Route{route("", "config.yml")}, "routes.0.keys"},
		"twice":                  {[]fleet.Route{route("A_", "", "X"), route("A_", "grove.yml", "Y")}, "routes.1.prefix"},
		"one within another":     {[]fleet.Route{route("A_", "", "X"), route("A_B_", "grove.yml", "Y")}, "routes.1.prefix"},
		"another file":           {[]fleet.Route{route("A_", "cluster.yml", "*")}, "routes.0.file"},
		"no setting":             {[]fleet.Route{route("A_", "grove.yml", "X*Y")}, "routes.0.keys"},
		"never reached":          {[]fleet.Route{route("A_", "grove.yml", "*"), route("B_", "", "X")}, "routes.1.keys"},
	} {
		t.Run(name, func(t *testing.T) {
			err := ValidateContract(fleet.Contract{Routes: tt.routes})
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			assert.Equal(t, tt.field, f.Field)
		})
	}
}
