package reconcile_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

// An event that can never be applied is set aside, the next one is applied, and neither is
// tried again, not by another replica either.
func TestApplyWaiting_SetsPoisonAside(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.DropEvents()
	poison := fleet.Event{Key: "a", Cluster: "campus", Kind: "no-such-kind"}
	fine := fleet.Event{Key: "b", Cluster: "campus", Kind: fleet.EventPipeline, Pipeline: &fleet.Pipeline{
		ID: 77, Cluster: "campus", Status: fleet.StatusSuccess, Ref: "main", SHA: "abc", UpdatedAt: w.Clock.Now(),
	}}
	for _, e := range []fleet.Event{poison, fine} {
		_, err := w.Store.AcceptEvent(t.Context(), e)
		require.NoError(t, err)
	}
	require.Error(t, w.Reconciler.ApplyWaiting(t.Context(), "campus"))
	aside, _, err := w.Store.PoisonEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	require.Len(t, aside, 1)
	assert.Equal(t, "a", aside[0].Key)
	waiting, _, err := w.Store.WaitingEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	assert.Empty(t, waiting)
	_, err = w.Store.Pipeline(t.Context(), "campus", 77)
	require.NoError(t, err, "the other one is applied")
	require.NoError(t, w.Over(w.KV).Reconciler.ApplyWaiting(t.Context(), "campus"))
	aside, _, err = w.Store.PoisonEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	require.Len(t, aside, 1)
	assert.Equal(t, 1, aside[0].Attempts)
}

// An event that fails for a reason which may pass is tried for a day, and then set aside.
func TestApplyWaiting_GivesUpAfterADay(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.DropEvents()
	p := fleet.Pipeline{ID: 77, Cluster: "campus", Status: fleet.StatusPending, Ref: "main", SHA: "abc", UpdatedAt: w.Clock.Now()}
	_, _, err := w.Store.RecordPipeline(t.Context(), p, fleet.FromEvent)
	require.NoError(t, err)
	p.Status = fleet.StatusRunning // of the same moment: only GitLab knows which is later
	w.Server.Fail(gitlabtest.Fault{Path: "/projects/*/pipelines/*", Status: http.StatusForbidden})
	for key, attempts := range map[string]int{"a": 286, "b": 287, "c": 288} {
		_, err := w.Store.AcceptEvent(t.Context(), fleet.Event{Key: key, Cluster: "campus", Kind: fleet.EventPipeline, Pipeline: &p, Attempts: attempts})
		require.NoError(t, err)
	}
	require.Error(t, w.Reconciler.ApplyWaiting(t.Context(), "campus"))
	aside, _, err := w.Store.PoisonEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	require.Len(t, aside, 1)
	assert.Equal(t, "c", aside[0].Key)
	waiting, _, err := w.Store.WaitingEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	require.Len(t, waiting, 2)
	require.Error(t, w.Over(w.KV).Reconciler.ApplyWaiting(t.Context(), "campus"))
	require.Error(t, w.Over(w.KV).Reconciler.ApplyWaiting(t.Context(), "campus"))
	waiting, _, err = w.Store.WaitingEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	assert.Empty(t, waiting, "each attempt counts")
}
