package fleetstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// An event notes that its pipeline is to be confirmed from when it may have changed it until
// that is confirmed: while it can't be applied, once it is applied or is set aside.
func TestUnconfirmedPipelines_AreThoseOfEvents(t *testing.T) {
	s, store := newStore(t)
	ctx := t.Context()
	event := func(key string, pipeline int64) fleet.Event {
		e := fleet.Event{Key: key, Cluster: "campus", Kind: fleet.EventPipeline, Pipeline: &fleet.Pipeline{Cluster: "campus", ID: pipeline, Status: fleet.StatusRunning}}
		fresh, err := s.AcceptEvent(ctx, e)
		require.NoError(t, err)
		require.True(t, fresh)
		return e
	}
	noted := func() (pipelines []int64) {
		notes, err := s.UnconfirmedPipelines(ctx, "campus")
		require.NoError(t, err)
		for _, n := range notes {
			pipelines = append(pipelines, n.Pipeline)
		}
		return pipelines
	}
	applied, failed, aside := event("applied", 1), event("failed", 2), event("poison", 3)
	event("waits", 4)
	assert.Empty(t, noted(), "none was tried")
	require.NoError(t, s.KeepUnconfirmed(ctx, applied))
	require.NoError(t, s.PostponeEvent(ctx, failed, false))
	require.NoError(t, s.PostponeEvent(ctx, aside, true))
	// As releases before 2026-12 noted it.
	former := kv.Key{Partition: "event-unconfirmed#campus", Sort: "0000000000000000005"}
	require.NoError(t, kvjson.Put(ctx, store, former, fleet.Unconfirmed{Cluster: "campus", Pipeline: 5}, kv.Always, kvjson.NoExpiry))
	assert.ElementsMatch(t, []int64{1, 2, 3, 5}, noted())

	waiting := func() (keys []string) {
		events, _, err := s.WaitingEvents(ctx, "campus", "")
		require.NoError(t, err)
		for _, e := range events {
			keys = append(keys, e.Key)
		}
		return keys
	}
	assert.ElementsMatch(t, []string{"failed", "waits"}, waiting())
	fresh, err := s.AcceptEvent(ctx, applied)
	require.NoError(t, err)
	assert.False(t, fresh, "it was applied")
	fresh, err = s.AcceptEvent(ctx, aside)
	require.NoError(t, err)
	assert.True(t, fresh, "its cause may be gone")

	notes, err := s.UnconfirmedPipelines(ctx, "campus")
	require.NoError(t, err)
	for _, n := range notes {
		require.NoError(t, s.Confirmed(ctx, n))
	}
	assert.Equal(t, []int64{2}, noted(), "what waits is not removed")
	assert.ElementsMatch(t, []string{"failed", "poison", "waits"}, waiting())
}
