package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/pipelines"
	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// byRole lets everyone in with the role that the token names: "operator" on
// campus, "stranger" as an administrator of another cluster, "elsewhere" as that and a
// viewer of campus.
type byRole struct{}

func (byRole) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	p := identity.Principal{UserID: bearer, Email: bearer + "@example.org"}
	p.Grants.Clusters = map[string]identity.Role{"campus": identity.Role(bearer)}
	switch bearer {
	case "elsewhere":
		p.Grants.Clusters = map[string]identity.Role{"campus": identity.Viewer, "other": identity.Administrator}
	case "stranger":
		p.Grants.Clusters = map[string]identity.Role{"other": identity.Administrator}
	}
	return p, nil
}

// Allowed implements operation.Requesters: roles do not change here.
func (b byRole) Allowed(ctx context.Context, by audit.Actor, _ fleet.OperationKind, cluster string) (bool, error) {
	p, err := b.Authenticate(ctx, by.UserID)
	return p.Allowed(access.Operator, cluster), err
}

type world struct {
	http.Handler
	*allsetup.Fleet
	deps   function.Deps
	gitlab *gitlabtest.Server
	clock  *gitlabtest.Clock
	id     int
	keys   int
	later  time.Duration // by which the API's clock is ahead
}

func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	clock := gitlabtest.NewClock(time.Time{})
	w := &world{clock: clock, gitlab: gitlabtest.Start(t, gitlabtest.Options{Clock: clock})}
	files := map[string]string{"cluster.yml": "TF_VAR_cluster_name: campus\n", "defaults/config.yml": "A: b\n"}
	for _, n := range names {
		files["instances/"+n+"/config.yml"] = "LMS_HOST: " + n + ".example.org\nDB_PASSWORD: hidden-" + n + "\n"
	}
	w.id = w.gitlab.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: files}).ID
	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	keys, err := secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	w.Fleet = allsetup.New(allsetup.Parts{
		KV: kvtest.OpenWithClock(t, clock.Now), Keys: keys, Requesters: byRole{}, Now: clock.Now, Log: slog.New(slog.DiscardHandler),
		Transport: gitlab.NewTransport(gitlab.Options{AllowHTTP: true}), Webhook: func(string) string { return "http://127.0.0.1:1/hook" },
	})
	_, _, err = w.Projects.Add(t.Context(), projects.Request{
		GitLabURL: w.gitlab.URL(), Project: "grove/campus",
		Secrets: projects.Secrets{
			APIToken:     secret.New(w.gitlab.AddToken(gitlabtest.TokenSpec{})),
			TriggerToken: secret.New(w.gitlab.AddTriggerToken(w.id, "")),
		},
	})
	require.NoError(t, err)
	w.settle(t, 0)
	w.deps = function.Deps{
		API: faas.Options{Authenticator: byRole{}, Now: func() time.Time { return time.Now().Add(w.later) }, Log: slog.New(slog.DiscardHandler)}, Fleet: w.Store,
		Operations: w.Operations, Actions: w.Actions, Bulks: w.Bulks, Policy: w.Policy,
		Pipeline: w.Fleet.Pipeline, JobLog: w.JobLog, CopyLog: w.CopyLog, Redact: w.Secrets.Of, Viewed: w.NoteView,
	}
	w.Handler = function.New(w.deps)
	return w
}

// settle lets time pass and syncs.
func (w *world) settle(t *testing.T, rounds int) {
	t.Helper()
	require.NoError(t, w.Sync(t.Context(), "campus"))
	for range rounds {
		w.clock.Advance(10 * time.Minute)
		require.NoError(t, w.Sync(t.Context(), "campus"))
	}
}

type problem struct {
	Status int
	Detail string
	Errors []struct{ Field, Message string }
}

// call makes a request as a role; body nil is none. It gives the status.
func (w *world) call(t *testing.T, role, method, path string, body, into any) int {
	t.Helper()
	var payload bytes.Buffer
	if body != nil {
		require.NoError(t, json.NewEncoder(&payload).Encode(body))
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, &payload)
	r.Header.Set("Authorization", "Bearer "+role)
	if body != nil {
		w.keys++
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", fmt.Sprintf("idempotency-%d", w.keys))
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	assert.NotContains(t, rec.Body.String(), "hidden-", "%s %s", method, path)
	if into != nil {
		require.NoError(t, json.Unmarshal(rec.Body.Bytes(), into), rec.Body.String())
	}
	return rec.Code
}

type m = map[string]any

// start previews a request and confirms it.
func (w *world) start(t *testing.T, role string, req m, into any) int {
	t.Helper()
	var preview struct{ Hash string }
	body := maps.Clone(req)
	delete(body, "confirm")
	require.Equal(t, 200, w.call(t, role, "POST", campus+"/operations/preview", body, &preview))
	body = maps.Clone(req)
	if body["previewHash"] = preview.Hash; preview.Hash == "" {
		body["previewHash"] = "none" // something blocks it
	}
	return w.call(t, role, "POST", campus+"/operations", body, into)
}

const campus = "/v1/clusters/campus"

func TestUpdateThroughTheAPI(t *testing.T) {
	w := newWorld(t, "alpha")
	var files fleet.Files
	require.Equal(t, 200, w.call(t, "viewer", "GET", campus+"/instances/alpha/configuration", nil, &files))
	req := m{"kind": "update", "instance": "alpha", "baseCommit": files.Commit, "reason": "a new host", "files": []m{{
		"path": files.Files[0].Path, "text": strings.Replace(files.Files[0].Text, "alpha.example.org", "beta.example.org", 1),
	}}}
	require.Equal(t, 403, w.call(t, "viewer", "POST", campus+"/operations/preview", req, nil))
	var preview struct {
		Hash     string
		Files    []fleet.FileChange
		Warnings []any
		Request  struct{ Method, Path string }
	}
	require.Equal(t, 200, w.call(t, "operator", "POST", campus+"/operations/preview", req, &preview))
	assert.Contains(t, preview.Files[0].Diff, "+LMS_HOST: beta.example.org")

	req["previewHash"] = preview.Hash
	var op fleet.Operation
	require.Equal(t, 202, w.call(t, "operator", "POST", campus+"/operations", req, &op))
	assert.Equal(t, "operator@example.org", op.RequestedBy)
	w.settle(t, 4)
	var page struct {
		Operation fleet.Operation
		Files     []fleet.FileChange
		Pipelines []fleet.Pipeline
		Effects   []struct{ Effect string }
	}
	require.Equal(t, 200, w.call(t, "viewer", "GET", campus+"/operations/"+op.ID, nil, &page))
	assert.Equal(t, fleet.Succeeded, page.Operation.State)
	assert.Len(t, page.Pipelines, 2)
	assert.Len(t, page.Files, 1)
	assert.Equal(t, "address", page.Effects[0].Effect)
	var history struct{ Operations []fleet.Operation }
	require.Equal(t, 200, w.call(t, "viewer", "GET", campus+"/instances/alpha/operations", nil, &history))
	assert.Len(t, history.Operations, 1)
	var undeployed struct{ Commits []any }
	require.Equal(t, 200, w.call(t, "viewer", "GET", campus+"/instances/alpha/undeployed", nil, &undeployed))
	assert.Empty(t, undeployed.Commits)
}

func TestProblemsNameTheirField(t *testing.T) {
	w := newWorld(t, "alpha")
	for name, test := range map[string]struct {
		body   m
		status int
		field  string
	}{
		"name":     {m{"kind": "create", "instance": "a/b"}, 422, "instance"},
		"clash":    {m{"kind": "create", "instance": "Alpha"}, 409, "instance"},
		"override": {m{"kind": "create", "instance": "b", "overrides": m{"CI_JOB_TOKEN": "x"}}, 422, "overrides.CI_JOB_TOKEN"},
		"confirm":  {m{"kind": "delete", "instance": "alpha"}, 422, "confirm"},
		"hash":     {m{"kind": "archive", "instance": "alpha", "previewHash": "x"}, 409, "previewHash"},
		"no hash":  {m{"kind": "archive", "instance": "alpha", "previewHash": nil}, 422, "previewHash"},
		"role":     {m{"kind": "reprovision", "confirm": "campus"}, 403, "kind"},
		"nobody":   {m{"kind": "archive", "instance": "nobody"}, 404, "instance"},
	} {
		t.Run(name, func(t *testing.T) {
			var p problem
			if hash, given := test.body["previewHash"]; !given {
				test.body["previewHash"] = "none"
			} else if hash == nil {
				delete(test.body, "previewHash")
			}
			assert.Equal(t, test.status, w.call(t, "operator", "POST", campus+"/operations", test.body, &p))
			require.NotEmpty(t, p.Errors, "%+v", p)
			assert.Contains(t, p.Errors[0].Field, test.field)
			assert.NotEmpty(t, p.Errors[0].Message)
		})
	}
	assert.Equal(t, 413, w.call(t, "operator", "POST", campus+"/operations", m{
		"kind": "create", "instance": "b", "previewHash": "none", "overrides": m{"A": strings.Repeat("x", 1<<20)},
	}, nil))
}

func TestContractIsAnAdministratorsBusiness(t *testing.T) {
	w := newWorld(t, "alpha")
	var page struct {
		Contract fleet.Contract
		Changed  *fleet.Contract
		Samples  []any
	}
	assert.Equal(t, 403, w.call(t, "operator", "GET", campus+"/contract", nil, nil))
	require.Equal(t, 200, w.call(t, "administrator", "GET", campus+"/contract", nil, &page))
	assert.Len(t, page.Samples, 7)
	assert.Nil(t, page.Changed)
	bad := m{"operations": m{"archive": m{"by": "trigger", "variables": m{"CI_X": "1"}}}}
	var p problem
	require.Equal(t, 422, w.call(t, "administrator", "PUT", campus+"/contract", bad, &p))
	assert.Contains(t, p.Errors[0].Field, "operations.archive.variables.CI_X")
	good := m{"allowReprovision": true, "operations": m{"archive": m{"by": "trigger", "variables": m{"NAME": "{instance}"}}}}
	require.Equal(t, 422, w.call(t, "administrator", "POST", campus+"/contract/preview", bad, nil))
	require.Equal(t, 200, w.call(t, "administrator", "POST", campus+"/contract/preview", good, &page))
	assert.True(t, page.Contract.AllowReprovision)
	project, err := w.Store.Project(t.Context(), "campus")
	require.NoError(t, err)
	assert.Nil(t, project.Contract, "a dry run keeps nothing")
	require.Equal(t, 200, w.call(t, "administrator", "PUT", campus+"/contract", good, &page))
	assert.True(t, page.Contract.AllowReprovision)
	// The contract allows it, the role does not.
	for _, path := range []string{"", "/preview"} {
		var problem m
		body := m{"kind": "reprovision", "confirm": "campus", "previewHash": "any"}
		if path != "" {
			body = m{"kind": "reprovision"}
		}
		require.Equal(t, 403, w.call(t, "operator", "POST", campus+"/operations"+path, body, &problem), path)
		assert.Contains(t, fmt.Sprint(problem), "Only an administrator may reprovision")
	}
	require.Equal(t, 202, w.start(t, "administrator", m{"kind": "reprovision", "confirm": "campus"}, nil))
}

// failUpdate updates alpha, whose job then fails as scripted. The last pipeline of the operation
// is the one that deploys.
func (w *world) failUpdate(t *testing.T, outcome gitlabtest.Outcome) fleet.Operation {
	t.Helper()
	outcome.Source, outcome.Job, outcome.Fail = "parent_pipeline", "deploy-instance: [alpha]", true
	w.gitlab.Script(outcome)
	var op fleet.Operation
	require.Equal(t, 202, w.start(t, "operator", m{
		"kind": "update", "instance": "alpha", "changes": []m{{"file": "config.yml", "path": []string{"X"}, "value": 1}},
	}, &op))
	w.settle(t, 4)
	op, err := w.Store.Operation(t.Context(), "campus", op.ID)
	require.NoError(t, err)
	require.Equal(t, fleet.Broken, op.State)
	return op
}

// The change is in git and its deployment failed: the same request deploys it.
func TestSameUpdateThroughTheAPIDeploysWhatFailed(t *testing.T) {
	w := newWorld(t, "alpha")
	w.failUpdate(t, gitlabtest.Outcome{})
	req := m{"kind": "update", "instance": "alpha", "changes": []m{{"file": "config.yml", "path": []string{"X"}, "value": 1}}}
	var preview struct {
		Hash     string
		Warnings []struct{ Code, Message string }
	}
	require.Equal(t, 200, w.call(t, "operator", "POST", campus+"/operations/preview", req, &preview))
	require.NotEmpty(t, preview.Hash)
	assert.Contains(t, preview.Warnings[0].Message, "already in git but not deployed")
	var op fleet.Operation
	require.Equal(t, 202, w.start(t, "operator", req, &op))
	w.settle(t, 4)
	op, err := w.Store.Operation(t.Context(), "campus", op.ID)
	require.NoError(t, err)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	require.Equal(t, 409, w.start(t, "operator", m{"kind": "update", "instance": "alpha", "deploy": true}, nil), "nothing is left to deploy")
}

func TestPipelinePage(t *testing.T) {
	w := newWorld(t, "alpha")
	op := w.failUpdate(t, gitlabtest.Outcome{Log: "Error: ImagePullBackOff", TraceBytes: 2 << 20})
	child := fmt.Sprintf("%s/pipelines/%d", campus, op.Pipelines[1])
	var page struct {
		Pipeline fleet.Pipeline
		Failed   *struct{ Job fleet.Job }
	}
	require.Equal(t, 200, w.call(t, "viewer", "GET", child, nil, &page))
	require.NotNil(t, page.Failed)
	log := fmt.Sprintf("%s/jobs/%d/", child, page.Failed.Job.ID)
	var found struct {
		Found struct {
			Text   string
			Offset int64
		}
		Size int64
	}
	require.Equal(t, 200, w.call(t, "viewer", "GET", log+"first-error", nil, &found))
	assert.Equal(t, "Error: ImagePullBackOff", found.Found.Text)
	var part struct {
		Next, Size int64
		Text       string
		More       bool
	}
	require.Equal(t, 200, w.call(t, "viewer", "GET", fmt.Sprintf("%slog?from=%d&limit=30", log, found.Found.Offset), nil, &part))
	assert.True(t, strings.HasPrefix(part.Text, "Error: ImagePullBackOff"))
	assert.True(t, part.More)
	var whole strings.Builder
	for part.Next = 0; ; {
		require.Equal(t, 200, w.call(t, "viewer", "GET", fmt.Sprintf("%slog?from=%d&limit=300000", log, part.Next), nil, &part))
		whole.WriteString(part.Text)
		if !part.More {
			break
		}
	}
	assert.Equal(t, part.Size, int64(whole.Len()), "the parts are the whole")
	assert.Equal(t, part.Size, found.Size, "the error was looked for in all of it")
	assert.Equal(t, 422, w.call(t, "viewer", "GET", log+"log?limit=1048577", nil, nil))
	// Who read it, once: the parts of a log are one view.
	entries, err := w.Audit.List(t.Context(), audit.Filter{Action: "job.log"})
	require.NoError(t, err)
	require.Len(t, entries.Entries, 1)
	assert.Equal(t, "viewer@example.org", entries.Entries[0].Actor.Email)
	assert.Equal(t, fmt.Sprintf("job/campus/%d", page.Failed.Job.ID), entries.Entries[0].Target)
	// The job is the child's, not its parent's, and job ids are GitLab-wide.
	for _, path := range []string{"log", "first-error"} {
		parent := fmt.Sprintf("%s/pipelines/%d/jobs/%d/", campus, op.Pipelines[0], page.Failed.Job.ID)
		assert.Equal(t, 404, w.call(t, "viewer", "GET", parent+path, nil, nil), path)
		assert.Equal(t, 404, w.call(t, "operator", "GET", child+"/jobs/99999999/"+path, nil, nil), path)
	}

	assert.Equal(t, 403, w.call(t, "viewer", "POST", child+"/retry", m{}, nil))
	require.Equal(t, 200, w.call(t, "operator", "POST", child+"/retry", m{"reason": "again"}, nil))
	w.settle(t, 3)
	op, err = w.Store.Operation(t.Context(), "campus", op.ID)
	require.NoError(t, err)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, 409, w.call(t, "operator", "POST", child+"/cancel", m{}, nil))
}

func TestBulkThroughTheAPI(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma")
	req := m{"kind": "update", "batch": 2, "changes": []m{{"file": "config.yml", "path": []string{"X"}, "value": "1"}}, "targets": []m{
		{"cluster": "campus", "instance": "alpha"}, {"cluster": "campus", "instance": "beta"}, {"cluster": "campus", "instance": "gamma"},
	}}
	assert.Equal(t, 404, w.call(t, "stranger", "POST", "/v1/bulk-changes/preview", req, nil))
	assert.Equal(t, 403, w.call(t, "viewer", "POST", "/v1/bulk-changes/preview", req, nil))
	assert.Equal(t, 403, w.call(t, "elsewhere", "POST", "/v1/bulk-changes/preview", req, nil), "may change another cluster only")
	var preview struct {
		Hash   string
		Groups []struct{ Targets []any }
	}
	require.Equal(t, 200, w.call(t, "operator", "POST", "/v1/bulk-changes/preview", req, &preview))
	require.Len(t, preview.Groups, 1)
	req["previewHash"] = preview.Hash
	var b fleet.Bulk
	assert.Equal(t, 403, w.call(t, "elsewhere", "POST", "/v1/bulk-changes", req, nil))
	require.Equal(t, 202, w.call(t, "operator", "POST", "/v1/bulk-changes", req, &b))
	for _, action := range []string{"pause", "resume", "abort", "retry"} {
		assert.Equal(t, 403, w.call(t, "elsewhere", "POST", "/v1/bulk-changes/"+b.ID+"/"+action, nil, nil), action)
	}
	assert.Equal(t, 404, w.call(t, "stranger", "GET", "/v1/bulk-changes/"+b.ID, nil, nil))
	assert.Equal(t, 404, w.call(t, "stranger", "POST", "/v1/bulk-changes/"+b.ID+"/abort", nil, nil))
	assert.Equal(t, 403, w.call(t, "viewer", "POST", "/v1/bulk-changes/"+b.ID+"/abort", nil, nil))
	var paused fleet.Bulk
	require.Equal(t, 200, w.call(t, "operator", "POST", "/v1/bulk-changes/"+b.ID+"/pause", nil, &paused))
	assert.Equal(t, fleet.BulkPaused, paused.State)
	w.settle(t, 4)
	require.Equal(t, 200, w.call(t, "viewer", "GET", "/v1/bulk-changes/"+b.ID, nil, &b))
	assert.Equal(t, fleet.BulkPaused, b.State)
	require.Equal(t, 200, w.call(t, "operator", "POST", "/v1/bulk-changes/"+b.ID+"/resume", nil, nil))
	w.settle(t, 4)
	require.Equal(t, 200, w.call(t, "viewer", "GET", "/v1/bulk-changes/"+b.ID, nil, &b))
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	var list struct{ BulkChanges []fleet.Bulk }
	require.Equal(t, 200, w.call(t, "viewer", "GET", "/v1/bulk-changes", nil, &list))
	assert.Len(t, list.BulkChanges, 1)
	require.Equal(t, 200, w.call(t, "stranger", "GET", "/v1/bulk-changes", nil, &list))
	assert.Empty(t, list.BulkChanges)
}

func TestProtectionAndWithdrawal(t *testing.T) {
	w := newWorld(t, "alpha")
	var protection fleet.Protection
	require.Equal(t, 200, w.call(t, "operator", "PUT", campus+"/instances/alpha/protection", m{"protected": true, "reason": "exams"}, &protection))
	assert.Equal(t, "exams", protection.Reason)
	var list struct{ Protections []fleet.Protection }
	require.Equal(t, 200, w.call(t, "viewer", "GET", campus+"/protections", nil, &list))
	require.Len(t, list.Protections, 1)
	assert.Equal(t, "operator@example.org", list.Protections[0].By)
	assert.Equal(t, 409, w.start(t, "operator", m{"kind": "archive", "instance": "alpha"}, nil))

	require.Equal(t, 202, w.start(t, "operator", m{"kind": "create", "instance": "beta"}, nil))
	var second fleet.Operation
	require.Equal(t, 202, w.start(t, "operator", m{"kind": "create", "instance": "gamma", "overrides": m{"PLATFORM_NAME": "Gamma"}}, &second))
	var third fleet.Operation
	require.Equal(t, 202, w.start(t, "operator", m{"kind": "create", "instance": "delta"}, &third))
	var page struct{ Ahead int }
	for ahead, id := range map[int]string{1: second.ID, 2: third.ID} {
		require.Equal(t, 200, w.call(t, "viewer", "GET", campus+"/operations/"+id, nil, &page))
		assert.Equal(t, ahead, page.Ahead)
	}
	var queue struct{ Operations []fleet.Operation }
	require.Equal(t, 200, w.call(t, "viewer", "GET", "/v1/queue?cluster=campus", nil, &queue))
	require.Len(t, queue.Operations, 3)
	assert.Equal(t, "beta", queue.Operations[0].Instance, "what runs stands before what waits for it")
	assert.Equal(t, second.ID, queue.Operations[1].ID)
	var newest struct{ Operations []fleet.Operation }
	require.Equal(t, 200, w.call(t, "viewer", "GET", campus+"/operations?limit=2", nil, &newest))
	require.Len(t, newest.Operations, 2)
	assert.Equal(t, third.ID, newest.Operations[0].ID, "the newest first")
	for _, nobodys := range []string{"/v1/queue?cluster=other", "/v1/queue"} {
		require.Equal(t, 200, w.call(t, "stranger", "GET", nobodys, nil, &queue))
		assert.Empty(t, queue.Operations)
	}
	require.Equal(t, 200, w.call(t, "operator", "POST", campus+"/operations/"+second.ID+"/withdraw", nil, &second))
	assert.Equal(t, fleet.Canceled, second.State)
	require.Equal(t, 200, w.call(t, "viewer", "GET", "/v1/queue", nil, &queue))
	assert.Len(t, queue.Operations, 2)
}
