package operation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
)

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
	assert.Equal(t, fleet.Live, w.operation(t, second.ID).State)
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
