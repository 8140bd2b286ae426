package pipelineaction_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func TestCancelAndRetry_OperationFollows(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	waiting, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	w.Clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.Operation(t, op.ID)
	require.NotEmpty(t, op.Pipelines)
	for _, id := range op.Pipelines {
		_, err = w.Actions.Cancel(t.Context(), w.Project(t), id, "wrong one", operationtest.Ada)
		if err != nil {
			assert.Equal(t, fault.Conflict, fault.KindOf(err), "the child took its parent along: %v", err)
		}
	}
	w.Clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Equal(t, fleet.Canceled, w.Operation(t, op.ID).State)
	assert.NotEqual(t, fleet.Requested, w.Operation(t, waiting.ID).State, "the next one goes on")
	acts, err := w.Store.PipelineActions(t.Context(), "campus", op.Pipelines[0])
	require.NoError(t, err)
	require.Len(t, acts, 1)
	assert.Equal(t, "wrong one", acts[0].Reason)

	last := op.Pipelines[len(op.Pipelines)-1]
	_, err = w.Actions.Retry(t.Context(), w.Project(t), last, "", operationtest.Ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err), "the two would fight over the lock")
	w.Poll(t, 6)
	_, err = w.Actions.Retry(t.Context(), w.Project(t), last, "", operationtest.Ada)
	require.NoError(t, err)
	assert.False(t, w.Operation(t, op.ID).State.Ended())
	third, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, third.State, "it waits for the retried one")
	w.Poll(t, 6)
	assert.Equal(t, fleet.Succeeded, w.Operation(t, op.ID).State)
	assert.Equal(t, fleet.Succeeded, w.Operation(t, third.ID).State)
}

// The same for what is asked of a pipeline: the caller hears it, and the history keeps it.
func TestDo_GitLabAnswers(t *testing.T) {
	for _, act := range []string{"cancel", "retry"} {
		for name, how := range operationtest.Answers() {
			t.Run(act+" "+name, func(t *testing.T) {
				t.Parallel()
				w := operationtest.New(t, "alpha")
				w.DropEvents()
				w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: act == "retry", Hang: act == "cancel"})
				op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
				require.NoError(t, err)
				w.Poll(t, 2)
				op = w.Operation(t, op.ID)
				require.Len(t, op.Pipelines, 2)
				child := op.Pipelines[1]

				w.Server.ResetRequests()
				service := w.Answering("/projects/*/pipelines/*/"+act, how).Actions
				do, then := service.Cancel, fleet.Canceled
				if act == "retry" {
					do, then = service.Retry, fleet.Succeeded
				}
				_, err = do(t.Context(), w.Project(t), child, "why", operationtest.Ada)
				require.Error(t, err)
				assert.Equal(t, how.Kind, fault.KindOf(err))
				assert.Contains(t, fault.Message(err), how.Says)
				acts, err := w.Store.PipelineActions(t.Context(), "campus", child)
				require.NoError(t, err)
				require.Len(t, acts, 1)
				assert.Contains(t, acts[0].Detail, how.Says)
				if !how.Passes {
					assert.Equal(t, fleet.ActionRefused, acts[0].State)
					return
				}
				assert.Equal(t, fleet.ActionRequested, acts[0].State)
				w.Poll(t, 4)
				acts, err = w.Store.PipelineActions(t.Context(), "campus", child)
				require.NoError(t, err)
				assert.Equal(t, fleet.ActionDone, acts[0].State, acts[0].Detail)
				assert.Empty(t, acts[0].Detail)
				assert.Equal(t, 1, w.Posted("/"+act))
				assert.Equal(t, then, w.Operation(t, op.ID).State)
			})
		}
	}
}

// A setting that refuses an action ends it, with the cause that the project's fields
// prove; the same action passes once the setting is corrected.
func TestRetry_RefusedBySetting(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	op = w.Finish(t, op)
	require.Equal(t, fleet.Broken, op.State)
	child := op.Pipelines[1]

	w.Server.ArchiveProject(w.ProjectID, true)
	_, err = w.Actions.Retry(t.Context(), w.Project(t), child, "", operationtest.Ada)
	require.Error(t, err)
	assert.Equal(t, fault.Upstream, fault.KindOf(err))
	assert.Contains(t, fault.Message(err), "Unarchive it in GitLab")
	w.Server.ArchiveProject(w.ProjectID, false)
	w.Poll(t, 2)
	acts, err := w.Store.PipelineActions(t.Context(), "campus", child)
	require.NoError(t, err)
	require.Len(t, acts, 1)
	assert.Equal(t, fleet.ActionRefused, acts[0].State, "it does not come true by surprise")
	assert.Contains(t, acts[0].Detail, "Unarchive it in GitLab")

	_, err = w.Actions.Retry(t.Context(), w.Project(t), child, "", operationtest.Ada)
	require.NoError(t, err)
	assert.Equal(t, fleet.Succeeded, w.Finish(t, op).State)
}

// Someone retries at GitLab what had failed; in Ocim that waits too.
func TestRetry_WaitsForForeignPipeline(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	w.DropEvents()
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "alpha", Fail: true})
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	op = w.Finish(t, op)
	require.Equal(t, fleet.Broken, op.State)
	w.CommitByHand(t, "[AutoDeploy][Update] beta")
	_, err = w.Actions.Retry(t.Context(), w.Project(t), op.Pipelines[1], "", operationtest.Ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	w.Poll(t, 2)
	_, err = w.Actions.Retry(t.Context(), w.Project(t), op.Pipelines[1], "", operationtest.Ada)
	assert.NoError(t, err)
}

// deployThatEnds starts a deployment whose child fails, or whose parent is canceled with it.
func deployThatEnds(t *testing.T, w *operationtest.World, how fleet.OperationState) fleet.Operation {
	t.Helper()
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: how == fleet.Broken, Hang: how == fleet.Canceled})
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	w.Poll(t, 1)
	require.NoError(t, w.Server.WaitIdle(t.Context()))
	op = w.Operation(t, op.ID)
	require.Len(t, op.Pipelines, 2)
	if how == fleet.Canceled {
		_, err = w.Actions.Cancel(t.Context(), w.Project(t), op.Pipelines[0], "", operationtest.Ada)
		require.NoError(t, err)
	}
	w.Poll(t, 1)
	require.NoError(t, w.Server.WaitIdle(t.Context()))
	op = w.Operation(t, op.ID)
	require.Equal(t, how, op.State, op.Detail)
	return op
}

// succeeds lets time pass until an operation and its instance are well, with a number of
// pipelines.
func succeeds(t *testing.T, w *operationtest.World, op fleet.Operation, pipelines int) {
	t.Helper()
	w.Poll(t, 4)
	require.NoError(t, w.Server.WaitIdle(t.Context()))
	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Empty(t, op.Detail)
	assert.Len(t, op.Pipelines, pipelines)
	row := w.Row(t, "alpha")
	require.NotNil(t, row.Instance.Pipeline)
	assert.Equal(t, fleet.StatusSuccess, row.Instance.Pipeline.Status)
}

// GitLab's retry of a parent would leave the trigger job alone, whose child failed.
func TestRetry_OfTheParentRetriesItsChild(t *testing.T) {
	for _, events := range []bool{true, false} {
		for _, how := range []fleet.OperationState{fleet.Canceled, fleet.Broken} {
			t.Run(fmt.Sprintf("%s, events %t", how, events), func(t *testing.T) {
				t.Parallel()
				w := operationtest.New(t, "alpha")
				if !events {
					w.DropEvents()
				}
				op := deployThatEnds(t, w, how)
				retried, err := w.Actions.Retry(t.Context(), w.Project(t), op.Pipelines[0], "", operationtest.Ada)
				require.NoError(t, err)
				assert.Equal(t, op.Pipelines[1], retried.ID)
				succeeds(t, w, op, 2)
			})
		}
	}
}

// A trigger job that could not create its child leaves none to retry: it is retried itself.
func TestRetry_StartsTheChildThatCouldNotBeCreated(t *testing.T) {
	for _, events := range []bool{true, false} {
		t.Run(fmt.Sprintf("events %t", events), func(t *testing.T) {
			t.Parallel()
			w := operationtest.New(t, "alpha")
			if !events {
				w.DropEvents()
			}
			w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{BridgeFailure: "downstream_pipeline_creation_failed"})
			op := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
			w.Poll(t, 1)
			op = w.Operation(t, op.ID)
			require.Equal(t, fleet.Broken, op.State)
			require.Len(t, op.Pipelines, 1)
			w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{})
			_, err := w.Actions.Retry(t.Context(), w.Project(t), op.Pipelines[0], "", operationtest.Ada)
			require.NoError(t, err)
			succeeds(t, w, op, 2)
		})
	}
}

// A server that cannot retry a trigger job says so, and the operation stays as it ended.
func TestRetry_OfATriggerJobOnAnOldGitLab(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{BridgeFailure: "downstream_pipeline_creation_failed"})
	op := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	w.Server.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/jobs/*/retry", Status: http.StatusNotFound})
	_, err := w.Actions.Retry(t.Context(), w.Project(t), op.Pipelines[0], "", operationtest.Ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
	assert.ErrorContains(t, err, "GitLab before 17")
	require.Equal(t, fleet.Broken, w.Operation(t, op.ID).State)
}

// What is known of the child may be older than what is known of its parent.
func TestRetry_OfTheParentLooksAtItsChild(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: 1})
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	w.Poll(t, 1)
	op = w.Operation(t, op.ID)
	require.Len(t, op.Pipelines, 2)
	_, err = w.Actions.Cancel(t.Context(), w.Project(t), op.Pipelines[0], "", operationtest.Ada)
	require.NoError(t, err)
	w.Clock.Advance(time.Minute) // nobody reads the project meanwhile
	child, err := w.Store.Pipeline(t.Context(), "campus", op.Pipelines[1])
	require.NoError(t, err)
	require.False(t, child.Status.Finished())
	retried, err := w.Actions.Retry(t.Context(), w.Project(t), op.Pipelines[0], "", operationtest.Ada)
	require.NoError(t, err)
	assert.Equal(t, op.Pipelines[1], retried.ID)
	succeeds(t, w, op, 2)
}

// A trigger job that someone retries at GitLab makes another child. The former one stays as
// it ended, and decides nothing any more.
func TestRetriedTriggerJob_TheNewChildDecides(t *testing.T) {
	for _, events := range []bool{true, false} {
		for _, how := range []fleet.OperationState{fleet.Canceled, fleet.Broken} {
			t.Run(fmt.Sprintf("%s, events %t", how, events), func(t *testing.T) {
				t.Parallel()
				w := operationtest.New(t, "alpha")
				if !events {
					w.DropEvents()
				}
				op := deployThatEnds(t, w, how)
				w.Server.RetryTriggerJobs(w.ProjectID, int(op.Pipelines[0]))
				succeeds(t, w, op, 3)
			})
		}
	}
}
