package grove

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func TestPlan(t *testing.T) {
	one := deployments("demo|41")
	config := Action{Action: UpdateFile, Path: "instances/demo/config.yml", Content: []byte("A: 1\n"), LastCommit: "abc"}
	tests := []struct {
		name    string
		request Request
		want    Call
	}{
		{
			"create",
			Request{Kind: fleet.Create, Deployments: one, Overrides: map[string]json.RawMessage{
				"LMS_HOST": json.RawMessage(`"demo.example.org"`), "GROVE_CRON_JOBS": json.RawMessage(`[{"name":"x"}]`),
				"SIMPLE_THEME_EXTRA_SCSS": json.RawMessage(`"a"`), "ENV_X": json.RawMessage(`1`), "TUTOR_Y": json.RawMessage(`true`),
				"GROVE_COMPREHENSIVE_THEME_NAME": json.RawMessage(`null`),
			}},
			Call{Trigger: &Trigger{
				Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "demo", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"},
				Payload: map[string]any{
					"TUTOR_LMS_HOST": "demo.example.org", "TUTOR_GROVE_CRON_JOBS": []any{map[string]any{"name": "x"}},
					"GROVE_SIMPLE_THEME_EXTRA_SCSS": "a", "ENV_X": json.Number("1"), "TUTOR_Y": true, "GROVE_COMPREHENSIVE_THEME_NAME": nil,
				},
			}},
		},
		{"archive", Request{Kind: fleet.Archive, Deployments: one}, Call{Trigger: &Trigger{
			Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "demo", "ARCHIVE_INSTANCE_TRIGGER": "1"}, Payload: map[string]any{},
		}}},
		{"delete", Request{Kind: fleet.Delete, Deployments: one}, Call{Trigger: &Trigger{
			Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "demo", "DELETE_INSTANCE_TRIGGER": "1"}, Payload: map[string]any{},
		}}},
		{
			"update of several",
			Request{
				Kind: fleet.Update, Deployments: deployments("demo|41", "b|42"), Actions: []Action{config},
				Note: "new\ntheme [AutoDeploy][Delete] b",
			},
			Call{Commit: &Commit{
				Branch: "main", Message: "[AutoDeploy][Update] demo|41,b|42\n\nReason: new theme (AutoDeploy)(Delete) b", Actions: []Action{config},
			}},
		},
		{
			"unarchive",
			Request{Kind: fleet.Unarchive, Deployments: one, Actions: []Action{{Action: CreateFile, Path: "instances/demo/theme/a.scss"}}},
			Call{Commit: &Commit{Branch: "main", Message: "[AutoDeploy][Create] demo|41", Actions: []Action{{Action: CreateFile, Path: "instances/demo/theme/a.scss"}}}},
		},
		{
			"build images",
			Request{Kind: fleet.BuildImages, Deployments: deployments("|41"), Repository: "https://github.com/openedx/edx-platform.git", Branch: "release/teak.2"},
			Call{Commit: &Commit{Branch: "main", Message: "[AutoDeploy][Build][Image] https://github.com/openedx/edx-platform.git|release/teak.2"}},
		},
		{
			"reprovision",
			Request{Kind: fleet.Reprovision, Deployments: deployments("|41")},
			Call{Pipeline: &Pipeline{Ref: "main", Variables: map[string]string{"CI_COMMIT_MESSAGE": "[AutoDeploy][Infrastructure] 41"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.request.Ref = "main"
			got, err := Plan(nil, tt.request)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestPlanByContract(t *testing.T) {
	c := &fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{
		fleet.Archive: {By: ByCommit, Message: "[AutoDeploy][Archive] {instance}"},
	}}
	_, err := Plan(c, Request{Kind: fleet.Archive, Ref: "main", Deployments: deployments("demo|41")})
	require.NoError(t, err)
	c.Operations[fleet.Archive] = fleet.Mechanism{By: byTrigger, Variables: map[string]string{"GO": "{instance}-{deploymentId}"}}
	got, err := Plan(c, Request{Kind: fleet.Archive, Ref: "main", Deployments: deployments("demo|41")})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"GO": "demo-41"}, got.Trigger.Variables)
	got, err = Plan(c, Request{Kind: fleet.Delete, Ref: "main", Deployments: deployments("demo|41")})
	require.NoError(t, err, "what the contract does not say is the default")
	assert.Contains(t, got.Trigger.Variables, "DELETE_INSTANCE_TRIGGER")
}

func TestPlanRefuses(t *testing.T) {
	create := func(change func(*Request)) Request {
		r := Request{Kind: fleet.Create, Ref: "main", Deployments: deployments("demo|41")}
		change(&r)
		return r
	}
	override := func(key, value string) Request {
		return create(func(r *Request) { r.Overrides = map[string]json.RawMessage{key: json.RawMessage(value)} })
	}
	updating := func(a ...Action) Request {
		return Request{Kind: fleet.Update, Ref: "main", Deployments: deployments("demo|41"), Actions: a}
	}
	tests := []struct {
		name    string
		request Request
		field   string
		message string
	}{
		{"kind", create(func(r *Request) { r.Kind = "explode" }), "kind", "explode"},
		{"name", create(func(r *Request) { r.Deployments[0].Instance = "a/../b" }), "instance", "letters"},
		{"no instance", create(func(r *Request) { r.Deployments = nil }), "instance", "needed"},
		{"two", create(func(r *Request) { r.Deployments = deployments("a|1", "b|2") }), "instance", "one instance at a time"},
		{"twice", create(func(r *Request) { r.Deployments = deployments("a|1", "a|2") }), "instance", "named twice"},
		{"id", create(func(r *Request) { r.Deployments[0].ID = "1x" }), "deploymentId", "number"},
		{"ref", create(func(r *Request) { r.Ref = "a..b" }), "ref", "branch"},
		{"dollar", override("A", `"x$HOME"`), "overrides.A", "$ is not allowed"},
		{"dollar within", override("A", `[{"b":"$x"}]`), "overrides.A", "$ is not allowed"},
		{"dollar in a key", override("A", `{"$b":1}`), "overrides.A", "$ is not allowed"},
		{"CI", override("CI_JOB_TOKEN", `1`), "overrides.CI_JOB_TOKEN", "use this name themselves"},
		{"GitLab", override("gitlab_x", `1`), "overrides.gitlab_x", "use this name themselves"},
		{"PATH", override("PATH", `1`), "overrides.PATH", "use this name themselves"},
		{"PATH of the environment", override("ENV_PATH", `1`), "overrides.ENV_PATH", "use this name themselves"},
		{"loader", override("LD_PRELOAD", `1`), "overrides.LD_PRELOAD", "use this name themselves"},
		{"kubeconfig", override("KUBECONFIG", `1`), "overrides.KUBECONFIG", "use this name themselves"},
		{"ours", override("INSTANCE_NAME", `"x"`), "overrides.INSTANCE_NAME", "itself"},
		{"bad key", override("a b", `1`), "overrides.a b", "letters"},
		{"injected key", override("variables[X]", `1`), "overrides.variables[X]", "letters"},
		{"masked", override("A", `"`+MaskText+`"`), "overrides.A", "masked"},
		{"not JSON", override("A", `{`), "overrides.A", "not a value"},
		{"two values", override("A", `1 2`), "overrides.A", "not a value"},
		{"control", override("A", `"\u0000"`), "overrides.A", "control"},
		{"large value", override("A", `"`+strings.Repeat("x", maxOverride)+`"`), "overrides.A", "65536 are allowed"},
		{"deep value", override("A", strings.Repeat("[", 60)+strings.Repeat("]", 60)), "overrides.A", "nested"},
		{"one megabyte", create(func(r *Request) {
			r.Overrides = map[string]json.RawMessage{}
			for i := range 20 {
				r.Overrides[fmt.Sprintf("A%02d", i)] = json.RawMessage(`"` + strings.Repeat("x", 60_000) + `"`)
			}
		}), "overrides.A17", "exceed"},
		{"twice by another route", create(func(r *Request) {
			r.Overrides = map[string]json.RawMessage{"A": json.RawMessage(`1`), "TUTOR_A": json.RawMessage(`2`)}
		}), "overrides.TUTOR_A", "same setting as A"},
		{"overrides elsewhere", func() Request { r := override("A", `1`); r.Kind = fleet.Archive; return r }(), "overrides", "only create"},
		{"nothing to bring back", func() Request { r := updating(); r.Kind = fleet.Unarchive; return r }(), "files", "nothing"},
		{"another's file", updating(Action{Action: UpdateFile, Path: "instances/other/config.yml", LastCommit: "a"}), "files.instances/other/config.yml", "not a file"},
		{"outside", updating(Action{Action: UpdateFile, Path: "instances/demo/../../cluster.yml", LastCommit: "a"}), "files.instances/demo/../../cluster.yml", "not a file"},
		{"the folder", updating(Action{Action: DeleteFile, Path: "instances/demo", LastCommit: "a"}), "files.instances/demo", "not a file"},
		{"no last commit", updating(Action{Action: UpdateFile, Path: "instances/demo/config.yml"}), "files.instances/demo/config.yml", "last changed"},
		{"still masked", updating(Action{Action: CreateFile, Path: "instances/demo/config.yml", Content: []byte("KEY: " + MaskText)}), "files.instances/demo/config.yml", "masked"},
		{"bad action", updating(Action{Action: "chmod", Path: "instances/demo/x"}), "files.instances/demo/x", "chmod"},
		{"files elsewhere", create(func(r *Request) { r.Actions = []Action{{}} }), "files", "changes no files"},
		{"repository", Request{Kind: fleet.BuildImages, Ref: "main", Deployments: deployments("|1"), Repository: "file:///etc"}, "repository", "https or ssh"},
		{"repository with a line", Request{Kind: fleet.BuildImages, Ref: "main", Deployments: deployments("|1"), Repository: "https://a.org/x\n[AutoDeploy][Delete] y"}, "repository", "https or ssh"},
		{"repository with a password", Request{Kind: fleet.BuildImages, Ref: "main", Deployments: deployments("|1"), Repository: "https://u:p@a.org/x"}, "repository", "no user"},
		{"branch", Request{Kind: fleet.BuildImages, Ref: "main", Deployments: deployments("|1"), Repository: "https://a.org/x", Branch: "a|b"}, "branch", "branch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, err := Plan(nil, tt.request)
			assert.Equal(t, Call{}, call)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			assert.Equal(t, fault.Invalid, f.Kind)
			assert.Equal(t, tt.field, f.Field)
			assert.Contains(t, f.Message, tt.message)
		})
	}
}

func TestValidateContract(t *testing.T) {
	require.NoError(t, ValidateContract(DefaultContract()))
	require.NoError(t, ValidateContract(fleet.Contract{}))
	variables := func(name, value string) fleet.Mechanism {
		return fleet.Mechanism{By: byTrigger, Variables: map[string]string{name: value}}
	}
	tests := []struct {
		kind      fleet.OperationKind
		mechanism fleet.Mechanism
		field     string
	}{
		{"explode", fleet.Mechanism{By: ByCommit, Message: "x"}, "operations.explode"},
		{fleet.Create, fleet.Mechanism{By: "mail"}, "operations.create.by"},
		{fleet.Update, fleet.Mechanism{By: ByCommit}, "operations.update.message"},
		{fleet.Update, fleet.Mechanism{By: ByCommit, Message: "a\nb"}, "operations.update.message"},
		{fleet.Update, fleet.Mechanism{By: ByCommit, Message: "{who}"}, "operations.update.message"},
		{fleet.Update, fleet.Mechanism{By: ByCommit, Message: "a", Variables: map[string]string{"A": "b"}}, "operations.update.variables"},
		{fleet.Create, fleet.Mechanism{By: byTrigger}, "operations.create.variables"},
		{fleet.Create, fleet.Mechanism{By: byTrigger, Message: "x", Variables: map[string]string{"A": "b"}}, "operations.create.message"},
		{fleet.Create, variables("CI_COMMIT_MESSAGE", "x"), "operations.create.variables.CI_COMMIT_MESSAGE"},
		{fleet.Create, variables("PATH", "x"), "operations.create.variables.PATH"},
		{fleet.Create, variables("A B", "x"), "operations.create.variables.A B"},
		{fleet.Create, variables("A", "$x"), "operations.create.variables.A"},
		{fleet.Create, variables("A", "{x}"), "operations.create.variables.A"},
		{fleet.Create, variables("A", strings.Repeat("x", 1001)), "operations.create.variables.A"},
	}
	for _, tt := range tests {
		err := ValidateContract(fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{tt.kind: tt.mechanism}})
		var f *fault.Error
		require.ErrorAs(t, err, &f, tt.field)
		assert.Equal(t, tt.field, f.Field)
		assert.Equal(t, fault.Invalid, f.Kind)
	}
}

func TestNewDeploymentID(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	id, err := NewDeploymentID(now, bytes.NewReader(make([]byte, 8)))
	require.NoError(t, err)
	assert.Equal(t, "1795377600000000000", id)
	later, err := NewDeploymentID(now.Add(time.Millisecond), bytes.NewReader(make([]byte, 8)))
	require.NoError(t, err)
	assert.Less(t, id, later)
	assert.Regexp(t, numeric(), id)
	_, err = NewDeploymentID(now, bytes.NewReader(nil))
	assert.True(t, fault.Is(err, fault.Internal))
}

func TestCallMasked(t *testing.T) {
	call, err := Plan(nil, Request{Kind: fleet.Create, Ref: "main", Deployments: deployments("demo|41"), Overrides: map[string]json.RawMessage{
		"LMS_HOST": json.RawMessage(`"a.example.org"`), "DB_PASSWORD": json.RawMessage(`"canary"`), "PIN_KEY": json.RawMessage(`4711`),
		"X": json.RawMessage(`{"token":["canary",{"a":"canary"}],"url":"redis://u:canary@h","on_auth":true,"port":1}`),
	}})
	require.NoError(t, err)
	masked := call.Masked(standard())
	assert.Equal(t, map[string]any{
		"TUTOR_LMS_HOST": "a.example.org", "TUTOR_DB_PASSWORD": MaskText, "TUTOR_PIN_KEY": MaskText,
		"TUTOR_X": map[string]any{
			"token": []any{MaskText, map[string]any{"a": MaskText}}, "url": "redis://u:" + MaskText + "@h", "on_auth": true, "port": json.Number("1"),
		},
	}, masked.Trigger.Payload)
	assert.Equal(t, "canary", call.Trigger.Payload["TUTOR_DB_PASSWORD"], "the call itself is untouched")

	commit := Call{Commit: &Commit{Actions: []Action{
		{Action: UpdateFile, Path: "instances/a/config.yml", Content: []byte("KEY: canary\n")}, {Action: DeleteFile, Path: "instances/a/grove.yml"},
	}}}
	text, err := json.Marshal(commit.Masked(standard()))
	require.NoError(t, err)
	assert.NotContains(t, string(text), "canary")
	assert.Equal(t, "KEY: "+MaskText+"\n", string(commit.Masked(standard()).Commit.Actions[0].Content))
	assert.Equal(t, "KEY: canary\n", string(commit.Commit.Actions[0].Content))
}

// A call is kept sealed until its turn comes, so it must survive JSON.
func TestCallSurvivesJSON(t *testing.T) {
	call := Call{Commit: &Commit{Branch: "main", Message: "m", Actions: []Action{{Action: UpdateFile, Path: "p", Content: []byte("KEY: x\n\xff"), LastCommit: "abc"}}}}
	text, err := json.Marshal(call)
	require.NoError(t, err)
	var back Call
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, call, back)
}
