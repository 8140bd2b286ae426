package reconcile_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

// change alters what the last sync left, as a sync whose clock was wrong would have.
func (w *world) change(t *testing.T, alter func(record *fleet.SyncRecord)) {
	t.Helper()
	record, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	alter(&record)
	require.NoError(t, w.Store.SaveSyncRecord(t.Context(), record))
}

// A pipeline that GitLab has no more is found, whatever the times that were noted of it.
func TestSync_PollsWhatWasSeenInTheFuture(t *testing.T) {
	for name, noted := range map[string]func(later time.Time) fleet.Watch{
		"seen":    func(later time.Time) fleet.Watch { return fleet.Watch{LastSeen: later} },
		"missing": func(later time.Time) fleet.Watch { return fleet.Watch{Missing: later} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.Add(t)
			w.DropEvents()
			w.commit("[AutoDeploy][Update] alpha", host("alpha", "newest"))
			require.NoError(t, w.Sync(t.Context(), "campus"))
			list, _, err := w.Store.Pipelines(t.Context(), "campus", "", 1)
			require.NoError(t, err)
			require.Len(t, list, 1)
			require.True(t, list[0].Status.Moving())
			require.True(t, w.Server.DeletePipeline(w.ProjectID, int(list[0].ID)))
			w.change(t, func(record *fleet.SyncRecord) {
				require.Contains(t, record.Watched, list[0].ID)
				record.Watched[list[0].ID] = noted(w.Clock.Now().Add(40 * 24 * time.Hour))
			})
			for range 4 {
				w.Clock.Advance(6 * time.Minute)
				require.NoError(t, w.Sync(t.Context(), "campus"))
			}
			p, err := w.Store.Pipeline(t.Context(), "campus", list[0].ID)
			require.NoError(t, err)
			assert.Equal(t, fleet.StatusDeleted, p.Status)
		})
	}
}

// That webhooks do not come is found, whatever the time that was noted of a pipeline's end.
func TestSync_FindsMissedWebhooksOfTheFuture(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.DropEvents()
	w.commit("[AutoDeploy][Update] alpha", host("alpha", "newest"))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	w.change(t, func(record *fleet.SyncRecord) {
		require.NotEmpty(t, record.Unconfirmed)
		for id := range record.Unconfirmed {
			record.Unconfirmed[id] = w.Clock.Now().Add(40 * 24 * time.Hour)
		}
	})
	w.Clock.Advance(11 * time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	record, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	assert.False(t, record.MissedSince.IsZero())
}

// A project that was read in the future is read in full, and has a time of today then.
func TestSyncAll_ReadsWhatWasReadInTheFuture(t *testing.T) {
	m := newMany(t, 3, 0)
	require.Empty(t, m.run(t))
	m.fresh(t)
	for _, alter := range []func(record *fleet.SyncRecord, later time.Time){
		func(record *fleet.SyncRecord, later time.Time) { record.State.SucceededAt = later },
		func(record *fleet.SyncRecord, later time.Time) {
			record.Watched = map[int64]fleet.Watch{7: {LastSeen: later}}
		},
	} {
		record, err := m.Store.SyncRecord(t.Context(), "c0001")
		require.NoError(t, err)
		alter(&record, m.clock.Now().Add(40*24*time.Hour))
		require.NoError(t, m.Store.SaveSyncRecord(t.Context(), record))
		m.clock.Advance(time.Minute)
		m.calls()
		require.Empty(t, m.run(t))
		m.fresh(t)
		assert.Greater(t, m.calls(), 1, "a glance alone is not enough")
	}
}
