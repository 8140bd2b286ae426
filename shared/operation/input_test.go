package operation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
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
	"github.com/open-craft/ocim/shared/setup/allsetup"
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

// said is an answer of GitLab, and what a person reads of it.
type said struct {
	fault  gitlabtest.Fault
	silent bool // nothing comes, in place of the fault
	kind   fault.Kind
	says   string
	passes bool // it goes on by itself
}

func answers() map[string]said {
	refuses := func(status int, kind fault.Kind, says string) said {
		return said{gitlabtest.Fault{Status: status, Body: fmt.Sprintf(`{"message":"what GitLab says to %d"}`, status)}, false, kind, says, false}
	}
	return map[string]said{
		"400":     refuses(400, fault.Invalid, "what GitLab says to 400. Correct this"),
		"401":     refuses(401, fault.Upstream, "enter it in Ocim"),
		"403":     refuses(403, fault.Upstream, "what GitLab says to 403"),
		"404":     refuses(404, fault.NotFound, "may not see it"),
		"409":     refuses(409, fault.Conflict, "Read it again and repeat"),
		"413":     refuses(413, fault.TooLarge, "too large"),
		"422":     refuses(422, fault.Invalid, "what GitLab says to 422."),
		"429":     {gitlabtest.Fault{Status: 429, RetryAfter: 30 * time.Second}, false, fault.Limited, "goes on by itself", true},
		"500":     {gitlabtest.Fault{Status: 500}, false, fault.Unavailable, "tries again by itself", true},
		"502":     {gitlabtest.Fault{Status: 502}, false, fault.Unavailable, "tries again by itself", true},
		"503":     {gitlabtest.Fault{Status: 503}, false, fault.Unavailable, "tries again by itself", true},
		"cut off": {gitlabtest.Fault{Cut: 1}, false, fault.Unavailable, "asks again by itself", true},
		"nothing": {gitlabtest.Fault{}, true, fault.Unavailable, "did not answer in time. Ocim looks whether it is done, and asks again by itself", true},
	}
}

// answering is a replica whose next request to a path of GitLab is answered so.
func (w *world) answering(path string, how said) *allsetup.Fleet {
	if !how.silent {
		how.fault.Method, how.fault.Path, how.fault.Times = http.MethodPost, path, 1
		w.gitlab.Fail(how.fault)
		return w.Fleet
	}
	return allsetup.New(allsetup.Parts{
		KV: w.kv, Keys: w.seals, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Transport: deafTransport{}, Webhook: w.hook,
	})
}

// deafTransport gets no answer to what changes something.
type deafTransport struct{}

func (deafTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return nil, context.DeadlineExceeded
	}
	return http.DefaultTransport.RoundTrip(r)
}

// GitLab says no, or nothing: the stored operation tells what happened and what
// to do, and never shows a token.
func TestWhatGitLabAnswersToAnOperation(t *testing.T) {
	for by, test := range map[string]struct {
		path string
		req  operation.Request
	}{
		"trigger":  {"/projects/*/trigger/pipeline", operation.Request{Kind: fleet.Create, Instance: "beta", Overrides: overrides("SOME_PASSWORD", "canary-in-a-coal-mine")}},
		"commit":   {"/projects/*/repository/commits", operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "SOME_PASSWORD", "canary-in-a-coal-mine")}}},
		"pipeline": {"/projects/*/pipeline", operation.Request{Kind: fleet.Reprovision, Confirm: "campus"}},
	} {
		for name, how := range answers() {
			t.Run(by+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "alpha", "gamma")
				w.deaf()
				_, err := w.Operations.SetContract(t.Context(), w.project(t), &fleet.Contract{AllowReprovision: true}, ada)
				require.NoError(t, err)
				if by == "trigger" && name == "404" {
					how.says = "Create a trigger token in this project"
				}
				req := test.req
				req.By, req.Key = ada, "the-one-key"
				req.PreviewHash = w.hash(t, req)
				w.gitlab.ResetRequests()
				op, _, err := w.answering(test.path, how).Operations.Start(t.Context(), w.project(t), req)
				require.NoError(t, err)
				want, then := fleet.Broken, fleet.Broken
				if how.passes {
					want, then = fleet.Requested, fleet.Succeeded
				}
				assert.Equal(t, want, op.State)
				assert.Contains(t, op.Detail, how.says)
				assert.NotContains(t, op.Detail, "canary")
				assert.NotContains(t, op.Detail, "glp")
				w.poll(t, 8)
				op = w.operation(t, op.ID)
				assert.Equal(t, then, op.State, op.Detail)
				assert.Empty(t, op.Sealed)
				assert.LessOrEqual(t, w.started(), 1)

				next, err := w.ask(t, operation.Request{Kind: fleet.Archive, Instance: "gamma"})
				require.NoError(t, err)
				assert.Equal(t, fleet.Accepted, next.State, "the cluster is free")
			})
		}
	}
}

// The same for what is asked of a pipeline: the caller hears it, and the history keeps it.
func TestWhatGitLabAnswersToAnAct(t *testing.T) {
	for _, act := range []string{"cancel", "retry"} {
		for name, how := range answers() {
			t.Run(act+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "alpha")
				w.deaf()
				w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: act == "retry", Hang: act == "cancel"})
				op, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "1")}})
				require.NoError(t, err)
				w.poll(t, 2)
				op = w.operation(t, op.ID)
				require.Len(t, op.Pipelines, 2)
				child := op.Pipelines[1]

				w.gitlab.ResetRequests()
				service := w.answering("/projects/*/pipelines/*/"+act, how).Operations
				do, then := service.CancelPipeline, fleet.Canceled
				if act == "retry" {
					do, then = service.RetryPipeline, fleet.Succeeded
				}
				_, err = do(t.Context(), w.project(t), child, "why", ada)
				require.Error(t, err)
				assert.Equal(t, how.kind, fault.KindOf(err))
				assert.Contains(t, fault.Message(err), how.says)
				acts, err := w.Store.PipelineActions(t.Context(), "campus", child)
				require.NoError(t, err)
				require.Len(t, acts, 1)
				assert.Contains(t, acts[0].Detail, how.says)
				if !how.passes {
					assert.Equal(t, fleet.ActionRefused, acts[0].State)
					return
				}
				assert.Equal(t, fleet.ActionRequested, acts[0].State)
				w.poll(t, 4)
				acts, err = w.Store.PipelineActions(t.Context(), "campus", child)
				require.NoError(t, err)
				assert.Equal(t, fleet.ActionDone, acts[0].State, acts[0].Detail)
				assert.Empty(t, acts[0].Detail)
				assert.Equal(t, 1, w.asked("/"+act))
				assert.Equal(t, then, w.operation(t, op.ID).State)
			})
		}
	}
}
