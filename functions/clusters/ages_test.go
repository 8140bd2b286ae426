package function_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

// Lists say how old they are, without becoming another revision each minute.
func TestListsTellTheirAge(t *testing.T) {
	w := newWorld(t)
	read, seen := w.clock.Now().Add(-5*time.Minute), w.clock.Now().Add(-time.Minute)
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Online: fleet.Online{State: "online", At: seen}}}
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: "alpha", Lifecycle: fleet.Active}})
		return c, nil
	}))
	require.NoError(t, w.fleet.Store.SaveObservation(t.Context(), fleet.Observation{Project: "campus", At: seen}))
	require.NoError(t, w.fleet.Store.SaveObservation(t.Context(), fleet.Observation{Project: "hidden", At: seen}))
	require.NoError(t, w.fleet.Store.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: "campus", State: fleet.SyncState{SucceededAt: read}}))
	var page struct {
		Instances         []fleet.Instance
		Ages              map[string]fleet.Age
		StaleAfterSeconds int
		Revision          int64
	}
	var tree struct {
		Clusters []struct {
			Online fleet.Online
			Age    fleet.Age
		}
	}
	answer := w.call("narrow", http.MethodGet, "/v1/instances", nil, &page)
	require.Len(t, page.Instances, 1)
	require.Len(t, page.Ages, 1)
	assert.True(t, page.Ages["campus"].GitAt.Equal(read))
	assert.True(t, page.Ages["campus"].HealthAt.Equal(seen))
	assert.Equal(t, 180, page.StaleAfterSeconds)
	w.call("narrow", http.MethodGet, "/v1/clusters", nil, &tree)
	require.Len(t, tree.Clusters, 1)
	assert.Equal(t, "online", tree.Clusters[0].Online.State)
	assert.True(t, tree.Clusters[0].Age.HealthAt.Equal(seen))

	tag, revision := answer.Header().Get("ETag"), page.Revision
	w.clock.Advance(time.Minute)
	assert.Equal(t, http.StatusNotModified, w.call("narrow", http.MethodGet, "/v1/instances", nil, nil, "If-None-Match", tag).Code)
	require.NoError(t, w.fleet.Store.SaveObservation(t.Context(), fleet.Observation{Project: "campus", At: w.clock.Now()}))
	w.clock.Advance(10 * time.Second)
	w.call("narrow", http.MethodGet, "/v1/instances", nil, &page, "If-None-Match", tag)
	assert.True(t, page.Ages["campus"].HealthAt.After(seen), "it is told though no fact changed")
	assert.Equal(t, revision, page.Revision)
}
