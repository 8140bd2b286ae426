package operation_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func overrides(key, value string) map[string]json.RawMessage {
	raw, _ := json.Marshal(value)
	return map[string]json.RawMessage{key: raw}
}

// What is wrong is refused before anything is stored or sent, with the field and
// what to do.
func TestStart_RefusesBadInput(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.Server.ResetRequests()
	create := func(name string) operation.Request { return operation.Request{Kind: fleet.Create, Instance: name} }
	with := func(key, value string) operation.Request {
		r := create("beta")
		r.Overrides = overrides(key, value)
		return r
	}
	edit := func(path, text string) operation.Request {
		return operation.Request{Kind: fleet.Update, Instance: "alpha", Files: []operation.Edit{{Path: path, Text: text}}}
	}
	large := map[string]json.RawMessage{}
	for i := range 20 {
		large["KEY_"+strings.Repeat("X", i+1)] = json.RawMessage(`"` + strings.Repeat("a", 60<<10) + `"`)
	}
	for name, test := range map[string]struct {
		req   operation.Request
		kind  fault.Kind
		field string
		says  string
	}{
		"dots":              {create("a..b"), fault.Invalid, "instance", "only letters"},
		"slash":             {create("a/b"), fault.Invalid, "instance", "only letters"},
		"fifty":             {create(strings.Repeat("a", 50)), fault.Invalid, "instance", "at most 49"},
		"clash":             {create("Alpha_"), fault.Conflict, "instance", "choose another name"},
		"dollar":            {with("LMS_HOST", "$HOME"), fault.Invalid, "overrides.LMS_HOST", "by an update"},
		"CI variable":       {with("CI_JOB_TOKEN", "x"), fault.Invalid, "overrides.CI_JOB_TOKEN", "GitLab"},
		"routed CI":         {with("ENV_GITLAB_USER", "x"), fault.Invalid, "overrides.ENV_GITLAB_USER", "GitLab"},
		"PATH":              {with("TUTOR_PATH", "x"), fault.Invalid, "overrides.TUTOR_PATH", "GitLab"},
		"LD_PRELOAD":        {with("LD_PRELOAD", "x"), fault.Invalid, "overrides.LD_PRELOAD", "GitLab"},
		"KUBECONFIG":        {with("KUBECONFIG", "x"), fault.Invalid, "overrides.KUBECONFIG", "GitLab"},
		"over a megabyte":   {operation.Request{Kind: fleet.Create, Instance: "beta", Overrides: large}, fault.Invalid, "", "exceed 1048576 bytes"},
		"not YAML":          {edit("instances/alpha/config.yml", "LMS_HOST: x\n\tCMS: y\n"), fault.Invalid, "files.instances/alpha/config.yml", "line 2"},
		"file too large":    {edit("instances/alpha/config.yml", strings.Repeat("#", 1<<20+1)), fault.Invalid, "files.instances/alpha/config.yml", "1048576 are allowed"},
		"another's file":    {edit("instances/beta/config.yml", "x: 1"), fault.Invalid, "files.instances/beta/config.yml", "not a configuration file of alpha"},
		"climbing":          {edit("instances/alpha/../../cluster.yml", "x: 1"), fault.Invalid, "files.instances/alpha/../../cluster.yml", "not a configuration file"},
		"new masked value":  {edit("instances/alpha/config.yml", "NEW_PASSWORD: ••••••••\n"), fault.Invalid, "files.instances/alpha/config.yml", "write the value itself"},
		"nobody":            {operation.Request{Kind: fleet.Archive, Instance: "nobody"}, fault.NotFound, "instance", "no instance nobody"},
		"no change":         {operation.Request{Kind: fleet.Update, Instance: "alpha"}, fault.Invalid, "files", "one of files, changes, rollBackTo and deploy"},
		"through a scalar":  {operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{{File: "config.yml", Path: []string{"LMS_HOST", "x"}, Value: json.RawMessage("1")}}}, fault.Invalid, "changes.0", ""},
		"unknown kind":      {operation.Request{Kind: "explode", Instance: "alpha"}, fault.Invalid, "kind", "no operation"},
		"long reason":       {operation.Request{Kind: fleet.Archive, Instance: "alpha", Reason: strings.Repeat("ä", 501)}, fault.Invalid, "reason", "500"},
		"stray field":       {operation.Request{Kind: fleet.Archive, Instance: "alpha", Overrides: overrides("A", "b")}, fault.Invalid, "overrides", "does not take it"},
		"repository option": {operation.Request{Kind: fleet.BuildImages, Repository: "--upload-pack=x", Branch: "b"}, fault.Invalid, "repository", "https or ssh"},
		"branch climbing":   {operation.Request{Kind: fleet.BuildImages, Repository: "https://example.org/x", Branch: "a..b"}, fault.Invalid, "branch", "not a branch"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Request(t, test.req)
			require.Error(t, err)
			assert.Equal(t, test.kind, fault.KindOf(err), "%v", err)
			if test.field != "" {
				assert.Equal(t, test.field, operationtest.FieldOf(t, err))
			}
			assert.Contains(t, fault.Message(err), test.says)
		})
	}
	assert.Zero(t, w.Posts())
	list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	assert.Empty(t, list)
}

// GitLab says no, or nothing: the stored operation says what happened and what
// to do, and never shows a token.
func TestStart_GitLabAnswers(t *testing.T) {
	for by, test := range map[string]struct {
		path string
		req  operation.Request
	}{
		"trigger":  {"/projects/*/trigger/pipeline", operation.Request{Kind: fleet.Create, Instance: "beta", Overrides: overrides("SOME_PASSWORD", "canary-in-a-coal-mine")}},
		"commit":   {"/projects/*/repository/commits", operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "SOME_PASSWORD", "canary-in-a-coal-mine")}}},
		"pipeline": {"/projects/*/pipeline", operation.Request{Kind: fleet.Reprovision, Confirm: "campus"}},
	} {
		for name, how := range operationtest.Answers() {
			t.Run(by+" "+name, func(t *testing.T) {
				t.Parallel()
				w := operationtest.New(t, "alpha", "gamma")
				w.DropEvents()
				_, err := w.Policy.SetContract(t.Context(), w.Project(t), &fleet.Contract{AllowReprovision: true}, operationtest.Ada)
				require.NoError(t, err)
				if by == "trigger" && name == "404" {
					how.Says, how.Setting = "Create a trigger token in this project", true
				}
				if by != "commit" && name == "422" { // a broken CI configuration, says GitLab 18
					how.Setting = true
				}
				req := test.req
				req.By, req.Key = operationtest.Ada, "the-one-key"
				req.PreviewHash = w.PreviewHash(t, req)
				w.Server.ResetRequests()
				op, _, err := w.Answering(test.path, how).Operations.Start(t.Context(), w.Project(t), req)
				require.NoError(t, err)
				want, then := fleet.Broken, fleet.Broken
				if how.Passes {
					want, then = fleet.Requested, fleet.Succeeded
				}
				if how.Setting {
					want, then = fleet.Requested, fleet.Requested
					assert.Equal(t, fleet.WaitSetting, op.WaitingFor)
				}
				assert.Equal(t, want, op.State)
				health, err := w.Store.Health(t.Context(), "campus")
				require.NoError(t, err)
				assert.Equal(t, want == fleet.Broken || how.Setting, !health.RefusedAt.IsZero(), "checks are demanded once GitLab refused")
				assert.Contains(t, op.Detail, how.Says)
				assert.NotContains(t, op.Detail, "canary")
				assert.NotContains(t, op.Detail, "glp")
				w.Poll(t, 8)
				op = w.Operation(t, op.ID)
				assert.Equal(t, then, op.State, op.Detail)
				assert.Equal(t, how.Setting, op.Sealed != nil)
				assert.LessOrEqual(t, w.Started(), 1)

				next, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "gamma"})
				require.NoError(t, err)
				assert.Equal(t, fleet.Accepted, next.State, "the cluster is free")
				if !how.Setting {
					return
				}
				w.Finish(t, next)
				// The setting was corrected: the fault was for one request only.
				op, err = w.Operations.Resume(t.Context(), w.Project(t), op.ID, operationtest.Ada)
				require.NoError(t, err)
				assert.Equal(t, fleet.Accepted, op.State, op.Detail)
				assert.Empty(t, op.WaitingFor)
				assert.Equal(t, fleet.Succeeded, w.Finish(t, op).State)
			})
		}
	}
}
