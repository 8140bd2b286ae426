package operation_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// hanging starts an update whose deployment does not end on its own.
func startHanging(t *testing.T, w *operationtest.World) fleet.Operation {
	t.Helper()
	w.DropEvents()
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: -1})
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	w.Poll(t, 2)
	op = w.Operation(t, op.ID)
	require.Equal(t, fleet.Running, op.State)
	require.Len(t, op.Pipelines, 2)
	return op
}

// Someone deletes a pipeline that runs: GitLab's lists say nothing of that.
func TestAdvance_PipelineDeletedAtGitLabFails(t *testing.T) {
	for name, which := range map[string]int{"deploying, and with it its child": 0, "child": 1} {
		t.Run(name, func(t *testing.T) {
			w := operationtest.New(t, "alpha")
			op := startHanging(t, w)
			waiting, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
			require.NoError(t, err)
			require.Equal(t, fleet.Requested, waiting.State)
			require.True(t, w.Server.DeletePipeline(w.ProjectID, int(op.Pipelines[which])))
			if which == 1 { // its bridge hangs on
				require.True(t, w.Server.DeletePipeline(w.ProjectID, int(op.Pipelines[0])))
			}
			w.Poll(t, 5)
			op = w.Operation(t, op.ID)
			assert.Equal(t, fleet.Broken, op.State)
			assert.Regexp(t, `^Pipeline \d+ was deleted at GitLab`, op.Detail)
			assert.Equal(t, fleet.StatusDeleted, w.Row(t, "alpha").Instance.Pipeline.Status)
			assert.NotEqual(t, fleet.Requested, w.Operation(t, waiting.ID).State, "the slot is free")
		})
	}
}

// The pipeline is gone before any list reported it.
func TestAdvance_PipelineDeletedBeforeListedFails(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	op, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	require.NoError(t, err)
	require.Len(t, op.Pipelines, 1)
	require.True(t, w.Server.DeletePipeline(w.ProjectID, int(op.Pipelines[0])))
	w.Poll(t, 4)
	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, "was deleted at GitLab")
}

// GitLab may say for a moment that there is no such pipeline.
func TestAdvance_PipelineMissingBrieflyKeepsRunning(t *testing.T) {
	w := operationtest.New(t, "alpha")
	op := startHanging(t, w)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "a later pipeline, so that lists do not show the former", Files: map[string]string{"README.md": "x"}})
	w.Poll(t, 1)
	remove := w.Server.Fail(gitlabtest.Fault{Method: http.MethodGet, Path: "/projects/*/pipelines/*", Status: http.StatusNotFound})
	w.Poll(t, 1)
	w.Clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	remove()
	w.Poll(t, 3)
	assert.Equal(t, fleet.Running, w.Operation(t, op.ID).State)

	// A longer one is believed, until GitLab has it again.
	remove = w.Server.Fail(gitlabtest.Fault{Method: http.MethodGet, Path: "/projects/*/pipelines/*", Status: http.StatusNotFound})
	w.Poll(t, 3)
	require.Equal(t, fleet.Broken, w.Operation(t, op.ID).State)
	remove()
	p, err := w.GitLab.Open(t.Context(), w.Project(t))
	require.NoError(t, err)
	for range 10 {
		child, err := p.Pipeline(t.Context(), op.Pipelines[1])
		require.NoError(t, err)
		for _, stage := range child.Stages {
			for _, job := range stage.Jobs {
				w.Server.FinishJob(int(job.ID), true)
			}
		}
		w.Poll(t, 1)
	}
	assert.Equal(t, fleet.Succeeded, w.Operation(t, op.ID).State)
}

// The project itself cannot be read: that says nothing of its pipelines.
func TestAdvance_UnreadableProjectKeepsPipelines(t *testing.T) {
	w := operationtest.New(t, "alpha")
	op := startHanging(t, w)
	remove := w.Server.Fail(gitlabtest.Fault{Method: http.MethodGet, Path: "/projects/**", Status: http.StatusNotFound})
	for range 4 {
		w.Clock.Advance(10 * time.Minute)
		require.Error(t, w.Sync(t.Context(), "campus"))
	}
	remove()
	w.Poll(t, 1)
	assert.Equal(t, fleet.Running, w.Operation(t, op.ID).State)
}
