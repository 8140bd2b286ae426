package function_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
)

// Lists say what is too old to be relied on, and are the same while nothing becomes so:
// the times of each minute's sync are no news.
func TestListsTellWhatIsStale(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Online: fleet.Online{State: "online", At: w.clock.Now()}}}
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: "alpha", Lifecycle: fleet.Active}})
		return c, nil
	}))
	sync := func() {
		record, err := w.fleet.Store.SyncRecord(t.Context(), "campus")
		require.NoError(t, err)
		record.State.SucceededAt = w.clock.Now()
		require.NoError(t, w.fleet.Store.SaveSyncRecord(t.Context(), record))
	}
	observe := func() time.Time {
		now := w.clock.Now()
		for _, id := range []string{"campus", "hidden"} {
			require.NoError(t, w.fleet.Store.SaveObservation(t.Context(), fleet.Observation{Project: id, At: now}))
		}
		return now
	}
	type page struct {
		Instances []fleet.Instance
		Stale     map[string]fleetview.Stale
		Revision  int64
	}
	type tree struct {
		Clusters []struct {
			Online fleet.Online
			Stale  fleetview.Stale
		}
	}
	sync()
	observe()
	var fresh page
	answer := w.call("narrow", http.MethodGet, "/v1/instances", nil, &fresh)
	require.Len(t, fresh.Instances, 1)
	assert.Empty(t, fresh.Stale)
	tag := answer.Header().Get("ETag")
	again := func() int {
		return w.call("narrow", http.MethodGet, "/v1/instances", nil, nil, "If-None-Match", tag).Code
	}
	var seen time.Time
	for range 5 {
		w.clock.Advance(time.Minute)
		sync()
		seen = observe()
		require.Equal(t, http.StatusNotModified, again())
	}
	for range 4 { // the cluster stops reporting
		w.clock.Advance(time.Minute)
		sync()
	}
	var old page
	require.Equal(t, http.StatusOK, w.call("narrow", http.MethodGet, "/v1/instances", nil, &old, "If-None-Match", tag).Code)
	assert.Equal(t, map[string]fleetview.Stale{"campus": {HealthAt: seen.UTC()}}, old.Stale)
	assert.Equal(t, fresh.Revision, old.Revision, "no fact changed")
	var branches tree
	w.call("narrow", http.MethodGet, "/v1/clusters", nil, &branches)
	require.Len(t, branches.Clusters, 1)
	assert.Equal(t, "online", branches.Clusters[0].Online.State)
	assert.True(t, branches.Clusters[0].Stale.HealthAt.Equal(seen))
	assert.Zero(t, branches.Clusters[0].Stale.GitAt)

	var o struct {
		Attention []struct {
			Cluster, Reason, Detail string
			Since                   time.Time
		}
	}
	w.call("narrow", http.MethodGet, "/v1/overview", nil, &o)
	require.Len(t, o.Attention, 1)
	assert.Equal(t, "stale", o.Attention[0].Reason)
	assert.Contains(t, o.Attention[0].Detail, "schedule")
	assert.True(t, o.Attention[0].Since.Equal(seen))

	observe()
	w.clock.Advance(30 * time.Second)
	assert.Equal(t, http.StatusNotModified, again(), "as it was before")
}

// What a wrong clock noted as of the future is not to be relied on either.
func TestListsTellWhatIsOfTheFuture(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Online: fleet.Online{State: "online", At: w.clock.Now()}}}
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: "alpha", Lifecycle: fleet.Active}})
		return c, nil
	}))
	later := w.clock.Now().Add(time.Hour)
	record, err := w.fleet.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	record.State.SucceededAt = later
	require.NoError(t, w.fleet.Store.SaveSyncRecord(t.Context(), record))
	require.NoError(t, w.fleet.Store.SaveObservation(t.Context(), fleet.Observation{Project: "campus", At: later}))
	var page struct {
		Stale map[string]fleetview.Stale
	}
	w.call("narrow", http.MethodGet, "/v1/instances", nil, &page)
	assert.Equal(t, fleetview.Stale{GitAt: later, HealthAt: later}, page.Stale["campus"])
	var o struct {
		Attention []struct{ Severity, Detail string }
	}
	w.call("narrow", http.MethodGet, "/v1/overview", nil, &o)
	require.Len(t, o.Attention, 1)
	assert.Equal(t, "failed", o.Attention[0].Severity, "an error")
	assert.Contains(t, o.Attention[0].Detail, "a clock is wrong")
}
