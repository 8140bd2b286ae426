package operation_test

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
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
)

// startTwo starts an operation that runs and one that waits for it.
func startTwo(t *testing.T) (w *operationtest.World, running, waiting fleet.Operation) {
	t.Helper()
	w = operationtest.New(t, "alpha", "beta")
	w.DropEvents()
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: -1})
	request := func(instance string) fleet.Operation {
		op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: instance, Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
		require.NoError(t, err)
		return op
	}
	running = request("alpha")
	w.Poll(t, 1)
	waiting = request("beta")
	require.Equal(t, fleet.Running, w.Operation(t, running.ID).State)
	require.Equal(t, fleet.Requested, waiting.State)
	return w, running, waiting
}

// A project that GitLab does not show any more was deleted, or the token lost its access
// for a moment: its operations end when it lasts.
func TestEndOpen_ProjectDeleted(t *testing.T) {
	w, running, waiting := startTwo(t)
	w.Server.DeleteProject(w.ProjectID)
	for minute := range 7 {
		assert.False(t, w.Operation(t, running.ID).State.Ended(), "after %d minutes", 10*minute)
		w.Clock.Advance(10 * time.Minute)
		err := w.Sync(t.Context(), "campus")
		assert.True(t, fault.Is(err, fault.NotFound), err)
	}
	for _, id := range []string{running.ID, waiting.ID} {
		op := w.Operation(t, id)
		assert.Equal(t, fleet.Broken, op.State)
		assert.Contains(t, op.Detail, fmt.Sprintf("GitLab has no project %d any more", w.ProjectID))
		assert.False(t, op.EndedAt.IsZero())
	}
	open, err := w.Store.OpenOperations(t.Context(), "campus")
	require.NoError(t, err)
	assert.Empty(t, open)
	holder, err := w.Store.LeaseHolder(t.Context(), "slot#campus")
	require.NoError(t, err)
	assert.Empty(t, holder, "the cluster is free")
	rows, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Len(t, rows.Rows, 2, "nothing is taken for deleted")
}

func TestEndOpen_LeavesOperationsWhileAccessIsLost(t *testing.T) {
	w, running, waiting := startTwo(t)
	for range 3 { // each time less than an hour
		restore := w.Server.Fail(gitlabtest.Fault{Method: http.MethodGet, Path: "/projects/**", Status: http.StatusNotFound, Body: `{"message":"404 Project Not Found"}`})
		for range 5 {
			w.Clock.Advance(10 * time.Minute)
			require.Error(t, w.Sync(t.Context(), "campus"))
		}
		restore()
		w.Poll(t, 1)
	}
	assert.Equal(t, fleet.Running, w.Operation(t, running.ID).State)
	assert.Equal(t, fleet.Requested, w.Operation(t, waiting.ID).State)
}

// Another project under the same path proves that the former one was deleted, and never
// takes its place.
func TestEndOpen_ProjectRecreatedUnderTheSamePath(t *testing.T) {
	w, running, waiting := startTwo(t)
	w.Server.DeleteProject(w.ProjectID)
	other := w.Server.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{"cluster.yml": "TF_VAR_cluster_name: campus\n", "defaults/config.yml": "A: 1\n"}})
	require.NotEqual(t, w.ProjectID, other.ID)
	w.Clock.Advance(time.Minute)
	require.Error(t, w.Sync(t.Context(), "campus"))
	says := fmt.Sprintf("Project %d was deleted in GitLab: grove/campus is project %d now", w.ProjectID, other.ID)
	for _, id := range []string{running.ID, waiting.ID} {
		op := w.Operation(t, id)
		assert.Equal(t, fleet.Broken, op.State)
		assert.Contains(t, op.Detail, says)
	}
	record, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	assert.Contains(t, record.State.Error, says)
	assert.Equal(t, int64(w.ProjectID), w.Project(t).GitLabID)

	// Added, it is a cluster of its own, beside what is left of the former one.
	added, _, err := w.Projects.Add(t.Context(), projects.Request{GitLabURL: w.Server.URL(), Project: "grove/campus", Secrets: projects.Secrets{
		APIToken: secret.New(w.Server.AddToken(gitlabtest.TokenSpec{})), TriggerToken: secret.New(w.Server.AddTriggerToken(other.ID, "")),
	}})
	require.NoError(t, err)
	assert.Equal(t, "campus-2", added.ID)
	assert.Equal(t, int64(other.ID), added.GitLabID)
	require.NoError(t, w.Sync(t.Context(), added.ID))
	rows, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Len(t, rows.Rows, 2)
}
