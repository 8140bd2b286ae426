package operation_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
)

// What waited for its turn is judged again when that has come.
func TestWhatWaitedIsJudgedAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		ask    operation.Request
		change func(t *testing.T, w *world)
		why    string
	}{
		"protected since": {
			operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"},
			func(t *testing.T, w *world) {
				_, err := w.Operations.Protect(t.Context(), w.project(t), "alpha", true, "exams", ada)
				require.NoError(t, err)
			}, "protected by",
		},
		"archived by hand": {
			operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}},
			func(_ *testing.T, w *world) {
				w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] alpha", SkipPipeline: true, Delete: []string{"instances/alpha"}})
			}, "is archived",
		},
		"name taken by hand": {
			operation.Request{Kind: fleet.Create, Instance: "gamma"},
			func(_ *testing.T, w *world) {
				w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/gamma/config.yml": "LMS_HOST: gamma.example.org\n"}})
			}, "by now",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha", "beta")
			ahead, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}})
			require.NoError(t, err)
			require.Equal(t, fleet.Accepted, ahead.State)
			waits, err := w.ask(t, tt.ask)
			require.NoError(t, err)
			require.Equal(t, fleet.Requested, waits.State)
			tt.change(t, w)
			require.Eventually(t, func() bool { return w.Sync(t.Context(), "campus") == nil }, 10*time.Second, time.Millisecond, "the push is being read by its event")
			w.gitlab.ResetRequests()
			require.NoError(t, w.gitlab.Settle(t.Context()))
			assert.Equal(t, fleet.Succeeded, w.operation(t, ahead.ID).State)
			waits = w.operation(t, waits.ID)
			assert.Equal(t, fleet.Broken, waits.State)
			assert.Contains(t, waits.Detail, tt.why)
			assert.Zero(t, w.started(), "nothing was sent")
		})
	}
}

// GitLab that has had enough for now has started nothing, so the wish can be taken back.
func TestWhatGitLabPutOffCanBeWithdrawn(t *testing.T) {
	w := newWorld(t, "alpha")
	w.gitlab.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/repository/commits", Status: http.StatusTooManyRequests})
	op, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, op.State)
	require.NotEmpty(t, op.Detail)
	op, err = w.Operations.Withdraw(t.Context(), w.project(t), op.ID, ada)
	require.NoError(t, err)
	assert.Equal(t, fleet.Canceled, op.State)
}

// A key stands for one wish to one cluster.
func TestAKeyIsForOneCluster(t *testing.T) {
	w := newWorld(t, "alpha")
	req := operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main", Key: "one-key", By: ada}
	req.PreviewHash = w.hash(t, req)
	_, created, err := w.Operations.Start(t.Context(), w.project(t), req)
	require.NoError(t, err)
	require.True(t, created)
	other := w.project(t)
	other.ID = "elsewhere"
	_, _, err = w.Operations.Start(t.Context(), other, req)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

// byHand changes an instance past Ocim, with the message that makes Grove deploy it.
func (w *world) byHand(t *testing.T, message string) {
	t.Helper()
	w.deaf()
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: message, Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: hand.example.org\n"}})
	w.clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
}

// Pipelines of one cluster fight over the Terraform lock, whoever started them.
func TestOperationWaitsForAPipelineThatOcimDidNotStart(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.byHand(t, "[AutoDeploy][Update] beta")
	req := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "1")}}
	preview, err := w.Operations.Preview(t.Context(), w.project(t), req)
	require.NoError(t, err)
	require.Equal(t, []string{"otherPipeline"}, codes(preview))
	assert.Contains(t, preview.Warnings[0].Link, "/-/pipelines/1")
	assert.Contains(t, preview.Warnings[0].Message, "Pipeline 1, ")
	assert.False(t, preview.Warnings[0].Blocking)

	w.gitlab.ResetRequests()
	first, err := w.ask(t, req)
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, first.State)
	assert.Equal(t, preview.Warnings[0].Message, first.Detail)
	second, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, second.State)
	assert.Zero(t, w.started())

	w.poll(t, 2)
	first = w.operation(t, first.ID)
	assert.NotEqual(t, fleet.Requested, first.State, "the pipeline is done")
	assert.Empty(t, first.Detail)
	w.poll(t, 8)
	assert.Equal(t, fleet.Succeeded, w.operation(t, second.ID).State)
}

// A push with no work deploys nothing, so nothing waits for its pipeline.
func TestOperationDoesNotWaitForAPipelineWithoutWork(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.byHand(t, "docs")
	op, err := w.ask(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, op.State)
}

// Somebody retries at GitLab what had failed; in Ocim that waits too.
func TestRetryWaitsForAPipelineThatOcimDidNotStart(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.deaf()
	w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "alpha", Fail: true})
	op, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "1")}})
	require.NoError(t, err)
	op = w.finish(t, op)
	require.Equal(t, fleet.Broken, op.State)
	w.byHand(t, "[AutoDeploy][Update] beta")
	_, err = w.Operations.RetryPipeline(t.Context(), w.project(t), op.Pipelines[1], "", ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	w.poll(t, 2)
	_, err = w.Operations.RetryPipeline(t.Context(), w.project(t), op.Pipelines[1], "", ada)
	assert.NoError(t, err)
}
