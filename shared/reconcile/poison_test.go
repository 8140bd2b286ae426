package reconcile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
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
