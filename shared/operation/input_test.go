package operation_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
)

func overrides(key, value string) map[string]json.RawMessage {
	raw, _ := json.Marshal(value)
	return map[string]json.RawMessage{key: raw}
}

// What is wrong is refused before anything is stored or sent, with the field and
// what to do.
func TestBadInput(t *testing.T) {
	w := newWorld(t, "alpha")
	w.gitlab.ResetRequests()
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
		"masked anew":       {edit("instances/alpha/config.yml", "NEW_PASSWORD: ••••••••\n"), fault.Invalid, "files.instances/alpha/config.yml", "write the value itself"},
		"nobody":            {operation.Request{Kind: fleet.Archive, Instance: "nobody"}, fault.NotFound, "instance", "no instance nobody"},
		"no change":         {operation.Request{Kind: fleet.Update, Instance: "alpha"}, fault.Invalid, "files", "one of files, changes and rollBackTo"},
		"through a scalar":  {operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{{File: "config.yml", Path: []string{"LMS_HOST", "x"}, Value: json.RawMessage("1")}}}, fault.Invalid, "changes.0", ""},
		"unknown kind":      {operation.Request{Kind: "explode", Instance: "alpha"}, fault.Invalid, "kind", "no operation"},
		"long reason":       {operation.Request{Kind: fleet.Archive, Instance: "alpha", Reason: strings.Repeat("ä", 501)}, fault.Invalid, "reason", "500"},
		"stray field":       {operation.Request{Kind: fleet.Archive, Instance: "alpha", Overrides: overrides("A", "b")}, fault.Invalid, "overrides", "takes none"},
		"repository option": {operation.Request{Kind: fleet.BuildImages, Repository: "--upload-pack=x", Branch: "b"}, fault.Invalid, "repository", "https or ssh"},
		"branch climbing":   {operation.Request{Kind: fleet.BuildImages, Repository: "https://example.org/x", Branch: "a..b"}, fault.Invalid, "branch", "not a branch"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.ask(t, test.req)
			require.Error(t, err)
			assert.Equal(t, test.kind, fault.KindOf(err), "%v", err)
			if test.field != "" {
				assert.Equal(t, test.field, fieldOf(t, err))
			}
			assert.Contains(t, fault.Message(err), test.says)
		})
	}
	assert.Zero(t, w.posts())
	list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	assert.Empty(t, list)
}

// GitLab says no, or nothing: the stored operation tells what happened and what
// to do, and never shows a token.
func TestWhatGitLabAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		fault gitlabtest.Fault
		state fleet.OperationState // right after
		says  string
		then  fleet.OperationState // once GitLab is well again
	}{
		"400":     {gitlabtest.Fault{Status: 400, Body: `{"message":"Reference not found"}`}, fleet.Broken, "Reference not found", fleet.Broken},
		"401":     {gitlabtest.Fault{Status: 401}, fleet.Broken, "enter a new one", fleet.Broken},
		"403":     {gitlabtest.Fault{Status: 403}, fleet.Broken, "Maintainer", fleet.Broken},
		"404":     {gitlabtest.Fault{Status: 404}, fleet.Broken, "trigger token", fleet.Broken},
		"409":     {gitlabtest.Fault{Status: 409}, fleet.Broken, "somebody else changed", fleet.Broken},
		"422":     {gitlabtest.Fault{Status: 422, Body: `{"message":"too many variables"}`}, fleet.Broken, "too many variables", fleet.Broken},
		"429":     {gitlabtest.Fault{Status: 429, RetryAfter: 30 * time.Second}, fleet.Requested, "asked too often", fleet.Live},
		"500":     {gitlabtest.Fault{Status: 500}, fleet.Requested, "tried again by itself", fleet.Live},
		"503":     {gitlabtest.Fault{Status: 503}, fleet.Requested, "tried again by itself", fleet.Live},
		"nothing": {gitlabtest.Fault{Cut: 1}, fleet.Requested, "could not be reached", fleet.Live},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.deaf()
			test.fault.Method, test.fault.Path, test.fault.Times = http.MethodPost, "/projects/*/trigger/pipeline", 1
			w.gitlab.Fail(test.fault)
			op, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "beta", Overrides: overrides("SOME_PASSWORD", "canary-in-a-coal-mine")})
			require.NoError(t, err)
			assert.Equal(t, test.state, op.State)
			assert.Contains(t, op.Detail, test.says)
			assert.NotContains(t, op.Detail, "canary")
			assert.NotContains(t, op.Detail, "glp")
			w.poll(t, 8)
			op = w.operation(t, op.ID)
			assert.Equal(t, test.then, op.State, op.Detail)
			assert.Empty(t, op.Sealed)
			assert.LessOrEqual(t, w.started(), 1)

			next, err := w.ask(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
			require.NoError(t, err)
			assert.Equal(t, fleet.Accepted, next.State, "the cluster is free")
		})
	}
}
