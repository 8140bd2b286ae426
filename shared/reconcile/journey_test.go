package reconcile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/secret"
)

// world is a fleet of one cluster with GitLab behind it.
type world struct{ *fleettest.World }

func newWorld(t *testing.T, instances ...string) *world {
	t.Helper()
	return &world{fleettest.New(t, fleettest.Spec{Instances: instances})}
}

func TestFirstSyncReadsClusterAndInstances(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.Add(t)

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
	w.Add(t)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))

	w.Server.ResetRequests()
	require.NoError(t, w.Sync(t.Context(), "campus"))
	calls := map[string]int{}
	for _, r := range w.Server.Requests() {
		calls[r.Route]++
	}
	assert.LessOrEqual(t, len(w.Server.Requests()), 3, "head, pipelines, their children: %v", calls)
	assert.Zero(t, calls["GET /api/v4/projects/{id}/repository/archive.tar.gz"])
}

func TestCallsDoNotGrowWithInstances(t *testing.T) {
	cost := func(n int) int {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("i%03d", i))
		}
		w := newWorld(t, names...)
		w.Add(t)
		w.Server.HoldWebhooks() // it is the sync that reads
		w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/i000/config.yml": "LMS_HOST: x.example.org\n"}})
		w.Server.ResetRequests()
		require.NoError(t, w.Sync(t.Context(), "campus"))
		assert.Equal(t, "https://x.example.org", w.Row(t, "i000").Instance.LMSURL)
		return len(w.Server.Requests())
	}
	assert.Equal(t, cost(1), cost(60))
}

func TestCreateGoesLiveThroughWebhooks(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	op, err := w.Create(t, "beta")
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, op.State)
	assert.Equal(t, fleet.Pending, w.Row(t, "beta").Instance.Lifecycle)

	require.NoError(t, w.Server.Settle(t.Context()))
	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Len(t, op.Pipelines, 3, "trigger, deploying, child")
	beta := w.Row(t, "beta").Instance
	assert.Equal(t, fleet.Active, beta.Lifecycle)
	assert.Equal(t, "https://beta.example.org", beta.LMSURL)
	assert.Equal(t, fleet.StatusSuccess, beta.Pipeline.Status)
}

func TestCreateGoesLiveThroughSyncAlone(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Server.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.Add(t)
	op, err := w.Create(t, "beta")
	require.NoError(t, err)

	states := []fleet.OperationState{op.State}
	for range 60 {
		w.Clock.Advance(time.Minute)
		require.NoError(t, w.Sync(t.Context(), "campus"))
		if s := w.Operation(t, op.ID).State; s != states[len(states)-1] {
			states = append(states, s)
		}
	}
	assert.Equal(t, []fleet.OperationState{fleet.Accepted, fleet.Running, fleet.Succeeded}, states)
	assert.Equal(t, fleet.Active, w.Row(t, "beta").Instance.Lifecycle)
}

func TestOperationThatIsReportedOnceItIsOverRanToo(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Server.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.Add(t)
	op, err := w.Create(t, "beta")
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.Operation(t, op.ID)
	require.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.False(t, op.RunningAt.Before(op.AcceptedAt), "%+v", op)
	assert.False(t, op.RunningAt.After(op.EndedAt), "%+v", op)
}

func TestSecondOperationWaitsForTheFirst(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	first, err := w.Create(t, "beta")
	require.NoError(t, err)
	second, err := w.Create(t, "gamma")
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, second.State)
	assert.NotNil(t, w.Row(t, "gamma"), "it is visible while it waits")

	require.NoError(t, w.Server.Settle(t.Context()))
	assert.Equal(t, fleet.Succeeded, w.Operation(t, first.ID).State)
	assert.Equal(t, fleet.Succeeded, w.Operation(t, second.ID).State)
}

func TestFailedJobFailsTheOperationAndARetryReopensIt(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "beta", Fail: true})
	op, err := w.Create(t, "beta")
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))

	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, "failed")
	beta := w.Row(t, "beta").Instance
	assert.Equal(t, fleet.Pending, beta.Lifecycle)
	assert.Equal(t, fleet.StatusFailed, beta.Pipeline.Status)

	w.retryInGitLab(t, op.Pipelines[len(op.Pipelines)-1])
	require.NoError(t, w.Server.Settle(t.Context()))

	assert.Equal(t, fleet.Succeeded, w.Operation(t, op.ID).State)
	assert.Equal(t, fleet.Active, w.Row(t, "beta").Instance.Lifecycle)
}

// retryInGitLab does what a person does on GitLab's own page.
func (w *world) retryInGitLab(t *testing.T, pipeline int64) {
	t.Helper()
	w.Clock.Advance(time.Minute)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		fmt.Sprintf("%s/api/v4/projects/%d/pipelines/%d/retry", w.Server.URL(), w.ProjectID, pipeline), strings.NewReader(""))
	require.NoError(t, err)
	req.Header.Set("Private-Token", w.Request.APIToken.Reveal())
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)
}

// The retry is made in GitLab, and no webhook reports it.
func TestRetryInGitLabIsFoundBySync(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Server.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.Add(t)
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "beta", Fail: true})
	op, err := w.Create(t, "beta")
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.Operation(t, op.ID)
	require.Equal(t, fleet.Broken, op.State)

	w.retryInGitLab(t, op.Pipelines[len(op.Pipelines)-1])
	require.NoError(t, w.Server.Settle(t.Context()))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Equal(t, fleet.Succeeded, w.Operation(t, op.ID).State)
	assert.Equal(t, fleet.Active, w.Row(t, "beta").Instance.Lifecycle)
}

func TestNamesThatGroveWouldFailOn(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	tests := map[string]fault.Kind{
		"alpha": fault.Conflict, "Alpha": fault.Conflict, "a/b": fault.Invalid, "..": fault.Invalid, "": fault.Invalid,
		strings.Repeat("a", 50): fault.Invalid, "a b": fault.Invalid,
	}
	for name, kind := range tests {
		_, err := w.Create(t, name)
		require.Error(t, err, name)
		assert.Equal(t, kind, fault.KindOf(err), "%q: %v", name, err)
		var e *fault.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "instance", e.Field)
	}
}

func TestRefusedTriggerTokenWaitsForAnother(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Request.TriggerToken = secret.New("glptt-wrong")
	w.Add(t)
	op, err := w.Create(t, "beta")
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, op.State)
	assert.Equal(t, fleet.WaitSetting, op.WaitingFor)
	assert.Contains(t, op.Detail, "trigger token")
	assert.NotContains(t, op.Detail, "glptt-wrong")
}

// The answer to a trigger call is lost: the pipeline is found, not made twice.
func TestLostAnswerMakesOnePipeline(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Server.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
	w.Add(t)
	w.Server.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/trigger/pipeline", Times: 1, Cut: 5})
	op, err := w.Create(t, "beta")
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, op.State)

	w.Clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.Operation(t, op.ID)
	assert.NotEqual(t, fleet.Requested, op.State)
	assert.Empty(t, op.Duplicates)
	started := 0
	for _, id := range op.Pipelines {
		p, err := w.Store.Pipeline(t.Context(), "campus", id)
		require.NoError(t, err)
		if p.Source == "trigger" {
			started++
		}
	}
	assert.Equal(t, 1, started, "pipelines %v: the one that Ocim started, and that of Grove's merge", op.Pipelines)
	triggers := 0
	for _, r := range w.Server.Requests() {
		if strings.HasSuffix(r.Path, "/trigger/pipeline") {
			triggers++
		}
	}
	assert.Equal(t, 1, triggers)
}

func TestBrokenFileMarksItsInstanceOnly(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.Add(t)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "oops", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: x\n\tCMS_HOST: y\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))

	beta := w.Row(t, "beta").Instance
	require.NotEmpty(t, beta.Problems)
	assert.Equal(t, "instances/beta/config.yml", beta.Problems[0].File)
	assert.Equal(t, 2, beta.Problems[0].Line)
	assert.Empty(t, w.Row(t, "alpha").Instance.Problems)
	assert.Equal(t, "https://alpha.example.org", w.Row(t, "alpha").Instance.LMSURL)
}

func TestWhatLeftGitIsATombstone(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma")
	w.Add(t)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] alpha", Delete: []string{"instances/alpha"}})
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Delete] beta", Delete: []string{"instances/beta"}})
	require.NoError(t, w.Server.Settle(t.Context()))

	assert.Equal(t, fleet.Archived, w.Row(t, "alpha").Instance.Lifecycle)
	assert.Equal(t, fleet.Deleted, w.Row(t, "beta").Instance.Lifecycle)
	assert.Equal(t, fleet.Active, w.Row(t, "gamma").Instance.Lifecycle)
}

func TestSync_ReportsAFailureAndDeletesNothing(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{"README.md": "x"}})
	remove := w.Server.Fail(gitlabtest.Fault{Method: http.MethodGet, Path: "/projects/**", Status: http.StatusForbidden})
	require.Error(t, w.Sync(t.Context(), "campus"))
	record, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	assert.Contains(t, record.State.Error, "gave no reason")
	assert.Equal(t, fleet.Active, w.Row(t, "alpha").Instance.Lifecycle)

	remove()
	require.NoError(t, w.Sync(t.Context(), "campus"))
	record, err = w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	assert.Empty(t, record.State.Error)
}

// Everything derived can be thrown away and read again.
func TestRebuiltFleetIsEqual(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma")
	w.Add(t)
	_, err := w.Create(t, "delta")
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] alpha", Delete: []string{"instances/alpha"}})
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Clock.Advance(time.Minute)
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
