package setup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// world is a fleet over a GitLab with Grove behind it, in one time.
type world struct {
	*allsetup.Fleet
	gitlab  *gitlabtest.Server
	clock   *gitlabtest.Clock
	id      int // of the GitLab project
	request projects.Request
	kv      kv.Store
	keys    *secret.Keyring
	webhook func(string) string
	reading sync.Mutex
}

// Sync reads the project, once a reading that an event began is over: two never overlap.
func (w *world) Sync(ctx context.Context, project string) error {
	w.reading.Lock()
	defer w.reading.Unlock()
	return w.Fleet.Sync(ctx, project)
}

// over gives a fleet like the world's, over another store.
func (w *world) over(store kv.Store) *allsetup.Fleet {
	return allsetup.New(allsetup.Parts{
		KV: store, Keys: w.keys, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Transport: gitlab.NewTransport(gitlab.Options{AllowHTTP: true}), Webhook: w.webhook,
	})
}

func newWorld(t *testing.T, instances ...string) *world {
	t.Helper()
	clock := gitlabtest.NewClock(time.Time{})
	server := gitlabtest.Start(t, gitlabtest.Options{Clock: clock})
	files := map[string]string{
		"cluster.yml":         "TF_VAR_cluster_name: campus\nTF_VAR_cluster_provider: aws\nTF_VAR_region: eu-west-1\n",
		"defaults/config.yml": "PLATFORM_NAME: A new campus\n",
	}
	for _, name := range instances {
		files["instances/"+name+"/config.yml"] = fmt.Sprintf("LMS_HOST: %s.example.org\nOPENEDX_SECRET_KEY: hidden-%s\n", name, name)
		files["instances/"+name+"/grove.yml"] = "COMPREHENSIVE_THEME_NAME: brand\n"
	}
	project := server.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: files})
	w := &world{gitlab: server, clock: clock, id: project.ID, kv: kvtest.OpenWithClock(t, clock.Now)}

	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	w.keys, err = secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	w.webhook = w.hookAddress(t)
	w.Fleet = w.over(w.kv)
	w.request = projects.Request{
		GitLabURL: server.URL(), Project: "grove/campus",
		APIToken:     secret.New(server.AddToken(gitlabtest.TokenSpec{})),
		TriggerToken: secret.New(server.AddTriggerToken(project.ID, "")),
	}
	return w
}

// hookAddress serves what the webhook function does after it has proved the
// sender: store, then apply.
func (w *world) hookAddress(t *testing.T) func(string) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		report, err := gitlab.ParseEvent(r.Header.Get("X-Gitlab-Event"), body)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		project, err := w.Store.Project(r.Context(), "campus")
		if err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
			return
		}
		event := report.For(project, r.Header.Get("Idempotency-Key"), w.clock.Now())
		if _, err := w.Store.AcceptEvent(r.Context(), event); err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.reading.Lock()
		defer w.reading.Unlock()
		if err := w.Reconciler.Apply(r.Context(), event); err != nil {
			t.Logf("event %s waits for the sync: %v", event.Key, err)
		}
	}))
	t.Cleanup(server.Close)
	return func(string) string { return server.URL }
}

func (w *world) addProject(t *testing.T) {
	t.Helper()
	project, warning, err := w.Projects.Add(t.Context(), w.request)
	require.NoError(t, err)
	require.Empty(t, warning)
	require.Equal(t, "campus", project.ID)
	require.NoError(t, w.Sync(t.Context(), "campus"))
}

func (w *world) project(t *testing.T) fleet.Project {
	t.Helper()
	p, err := w.Store.Project(t.Context(), "campus")
	require.NoError(t, err)
	return p
}

func (w *world) row(t *testing.T, name string) *fleet.Row {
	t.Helper()
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	return chunk.Row(name)
}

func (w *world) create(t *testing.T, name string) (fleet.Operation, error) {
	t.Helper()
	return w.start(t, operation.Request{
		Kind: fleet.Create, Instance: name, By: audit.Actor{Email: "ada@example.org"}, Key: "key-of-" + name,
		Overrides: map[string]json.RawMessage{"PLATFORM_NAME": json.RawMessage(`"` + name + `"`), "LMS_HOST": json.RawMessage(`"` + name + `.example.org"`)},
	})
}

// start asks for an operation after its preview.
func (w *world) start(t *testing.T, req operation.Request) (fleet.Operation, error) {
	t.Helper()
	preview, err := w.Operations.Preview(t.Context(), w.project(t), req)
	if err != nil {
		return fleet.Operation{}, err
	}
	req.PreviewHash = preview.Hash
	op, _, err := w.Operations.Start(t.Context(), w.project(t), req)
	return op, err
}

func (w *world) operation(t *testing.T, id string) fleet.Operation {
	t.Helper()
	op, err := w.Store.Operation(t.Context(), "campus", id)
	require.NoError(t, err)
	return op
}

func TestFirstSyncReadsClusterAndInstances(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.addProject(t)

	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, "campus", chunk.Cluster.Name)
	assert.Equal(t, "aws", chunk.Cluster.Provider)
	assert.Equal(t, 2, chunk.Cluster.Instances)
	alpha := chunk.Row("alpha").Instance
	assert.Equal(t, "https://alpha.example.org", alpha.LMSURL)
	assert.Equal(t, fleet.Active, alpha.Lifecycle)

	page, err := w.Store.InstancePage(t.Context(), "campus", "alpha")
	require.NoError(t, err)
	require.NotNil(t, page.Files)
	for _, f := range page.Files.Files {
		assert.NotContains(t, f.Text, "hidden-alpha")
	}
	assert.NotContains(t, fmt.Sprint(chunk.Row("alpha").Settings), "hidden-alpha")
}

func TestUnchangedProjectCostsTwoCalls(t *testing.T) {
	w := newWorld(t, "alpha")
	w.addProject(t)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))

	w.gitlab.ResetRequests()
	require.NoError(t, w.Sync(t.Context(), "campus"))
	calls := map[string]int{}
	for _, r := range w.gitlab.Requests() {
		calls[r.Route]++
	}
	assert.LessOrEqual(t, len(w.gitlab.Requests()), 3, "head, pipelines, their children: %v", calls)
	assert.Zero(t, calls["GET /api/v4/projects/{id}/repository/archive.tar.gz"])
}

func TestCallsDoNotGrowWithInstances(t *testing.T) {
	cost := func(n int) int {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("i%03d", i))
		}
		w := newWorld(t, names...)
		w.addProject(t)
		w.gitlab.HoldWebhooks() // it is the sync that reads
		w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/i000/config.yml": "LMS_HOST: x.example.org\n"}})
		w.gitlab.ResetRequests()
		require.NoError(t, w.Sync(t.Context(), "campus"))
		assert.Equal(t, "https://x.example.org", w.row(t, "i000").Instance.LMSURL)
		return len(w.gitlab.Requests())
	}
	assert.Equal(t, cost(1), cost(60))
}

func TestCreateGoesLiveThroughWebhooks(t *testing.T) {
	w := newWorld(t, "alpha")
	w.addProject(t)
	op, err := w.create(t, "beta")
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, op.State)
	assert.Equal(t, fleet.Pending, w.row(t, "beta").Instance.Lifecycle)

	require.NoError(t, w.gitlab.Settle(t.Context()))
	op = w.operation(t, op.ID)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Len(t, op.Pipelines, 3, "trigger, deploying, child")
	beta := w.row(t, "beta").Instance
	assert.Equal(t, fleet.Active, beta.Lifecycle)
	assert.Equal(t, "https://beta.example.org", beta.LMSURL)
	assert.Equal(t, fleet.StatusSuccess, beta.Pipeline.Status)
}

func TestCreateGoesLiveThroughSyncAlone(t *testing.T) {
	w := newWorld(t, "alpha")
	w.gitlab.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.addProject(t)
	op, err := w.create(t, "beta")
	require.NoError(t, err)

	states := []fleet.OperationState{op.State}
	for range 60 {
		w.clock.Advance(time.Minute)
		require.NoError(t, w.Sync(t.Context(), "campus"))
		if s := w.operation(t, op.ID).State; s != states[len(states)-1] {
			states = append(states, s)
		}
	}
	assert.Equal(t, []fleet.OperationState{fleet.Accepted, fleet.Running, fleet.Succeeded}, states)
	assert.Equal(t, fleet.Active, w.row(t, "beta").Instance.Lifecycle)
}

func TestOperationThatIsHeardOfWhenItIsOverRanToo(t *testing.T) {
	w := newWorld(t, "alpha")
	w.gitlab.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.addProject(t)
	op, err := w.create(t, "beta")
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.operation(t, op.ID)
	require.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.False(t, op.RunningAt.Before(op.AcceptedAt), "%+v", op)
	assert.False(t, op.RunningAt.After(op.EndedAt), "%+v", op)
}

func TestSecondOperationWaitsForTheFirst(t *testing.T) {
	w := newWorld(t, "alpha")
	w.addProject(t)
	first, err := w.create(t, "beta")
	require.NoError(t, err)
	second, err := w.create(t, "gamma")
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, second.State)
	assert.NotNil(t, w.row(t, "gamma"), "it is visible while it waits")

	require.NoError(t, w.gitlab.Settle(t.Context()))
	assert.Equal(t, fleet.Succeeded, w.operation(t, first.ID).State)
	assert.Equal(t, fleet.Succeeded, w.operation(t, second.ID).State)
}

func TestFailedJobFailsTheOperationAndARetryReopensIt(t *testing.T) {
	w := newWorld(t, "alpha")
	w.addProject(t)
	w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "beta", Fail: true})
	op, err := w.create(t, "beta")
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))

	op = w.operation(t, op.ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, "failed")
	beta := w.row(t, "beta").Instance
	assert.Equal(t, fleet.Pending, beta.Lifecycle)
	assert.Equal(t, fleet.StatusFailed, beta.Pipeline.Status)

	w.retryInGitLab(t, op.Pipelines[len(op.Pipelines)-1])
	require.NoError(t, w.gitlab.Settle(t.Context()))

	assert.Equal(t, fleet.Succeeded, w.operation(t, op.ID).State)
	assert.Equal(t, fleet.Active, w.row(t, "beta").Instance.Lifecycle)
}

// retryInGitLab does what a person does on GitLab's own page.
func (w *world) retryInGitLab(t *testing.T, pipeline int64) {
	t.Helper()
	w.clock.Advance(time.Minute)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		fmt.Sprintf("%s/api/v4/projects/%d/pipelines/%d/retry", w.gitlab.URL(), w.id, pipeline), strings.NewReader(""))
	require.NoError(t, err)
	req.Header.Set("Private-Token", w.request.APIToken.Reveal())
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)
}

// The retry is made in GitLab, and no webhook tells.
func TestRetryInGitLabIsFoundBySync(t *testing.T) {
	w := newWorld(t, "alpha")
	w.gitlab.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.addProject(t)
	w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "beta", Fail: true})
	op, err := w.create(t, "beta")
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.operation(t, op.ID)
	require.Equal(t, fleet.Broken, op.State)

	w.retryInGitLab(t, op.Pipelines[len(op.Pipelines)-1])
	require.NoError(t, w.gitlab.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Equal(t, fleet.Succeeded, w.operation(t, op.ID).State)
	assert.Equal(t, fleet.Active, w.row(t, "beta").Instance.Lifecycle)
}

func TestNamesThatGroveWouldFailOn(t *testing.T) {
	w := newWorld(t, "alpha")
	w.addProject(t)
	tests := map[string]fault.Kind{
		"alpha": fault.Conflict, "Alpha": fault.Conflict, "a/b": fault.Invalid, "..": fault.Invalid, "": fault.Invalid,
		strings.Repeat("a", 50): fault.Invalid, "a b": fault.Invalid,
	}
	for name, kind := range tests {
		_, err := w.create(t, name)
		require.Error(t, err, name)
		assert.Equal(t, kind, fault.KindOf(err), "%q: %v", name, err)
		var e *fault.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "instance", e.Field)
	}
}

func TestRefusedTriggerTokenEndsTheOperation(t *testing.T) {
	w := newWorld(t, "alpha")
	w.request.TriggerToken = secret.New("glptt-wrong")
	w.addProject(t)
	op, err := w.create(t, "beta")
	require.NoError(t, err)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, "trigger token")
	assert.NotContains(t, op.Detail, "glptt-wrong")
}

// The answer to a trigger call is lost: the pipeline is found, not made twice.
func TestLostAnswerMakesOnePipeline(t *testing.T) {
	w := newWorld(t, "alpha")
	w.gitlab.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.addProject(t)
	w.gitlab.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/trigger/pipeline", Times: 1, Cut: 5})
	op, err := w.create(t, "beta")
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, op.State)

	w.clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.operation(t, op.ID)
	assert.NotEqual(t, fleet.Requested, op.State)
	assert.Len(t, op.Pipelines, 1)
	triggers := 0
	for _, r := range w.gitlab.Requests() {
		if strings.HasSuffix(r.Path, "/trigger/pipeline") {
			triggers++
		}
	}
	assert.Equal(t, 1, triggers)
}

func TestBrokenFileMarksItsInstanceOnly(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.addProject(t)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "oops", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: x\n\tCMS_HOST: y\n"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))

	beta := w.row(t, "beta").Instance
	require.NotEmpty(t, beta.Problems)
	assert.Equal(t, "instances/beta/config.yml", beta.Problems[0].File)
	assert.Equal(t, 2, beta.Problems[0].Line)
	assert.Empty(t, w.row(t, "alpha").Instance.Problems)
	assert.Equal(t, "https://alpha.example.org", w.row(t, "alpha").Instance.LMSURL)
}

func TestWhatLeftGitIsATombstone(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma")
	w.addProject(t)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] alpha", Delete: []string{"instances/alpha"}})
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Delete] beta", Delete: []string{"instances/beta"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))

	assert.Equal(t, fleet.Archived, w.row(t, "alpha").Instance.Lifecycle)
	assert.Equal(t, fleet.Deleted, w.row(t, "beta").Instance.Lifecycle)
	assert.Equal(t, fleet.Active, w.row(t, "gamma").Instance.Lifecycle)
}

func TestFailureIsToldAndDeletesNothing(t *testing.T) {
	w := newWorld(t, "alpha")
	w.addProject(t)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{"README.md": "x"}})
	remove := w.gitlab.Fail(gitlabtest.Fault{Method: http.MethodGet, Path: "/projects/**", Status: http.StatusForbidden})
	require.Error(t, w.Sync(t.Context(), "campus"))
	record, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	assert.Contains(t, record.State.Error, "gave no reason")
	assert.Equal(t, fleet.Active, w.row(t, "alpha").Instance.Lifecycle)

	remove()
	require.NoError(t, w.Sync(t.Context(), "campus"))
	record, err = w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	assert.Empty(t, record.State.Error)
}

// Everything derived can be thrown away and read again.
func TestRebuiltFleetIsEqual(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma")
	w.addProject(t)
	_, err := w.create(t, "delta")
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] alpha", Delete: []string{"instances/alpha"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))
	w.clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	before, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)

	require.NoError(t, w.Store.RemoveChunk(t.Context(), "campus"))
	record, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	require.NoError(t, w.Store.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: "campus", Fence: record.Fence}))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	after, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	before.Fence, after.Fence = 0, 0 // each reading has its own
	assert.Equal(t, before, after)
}
