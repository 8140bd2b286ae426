package bench_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// What a call of the list reads from DynamoDB does not depend on the fleet's size:
// filters cost nothing, a change costs its cluster's part.
func TestReadsOfTheList(t *testing.T) {
	for _, s := range []size{{3, 20}, {40, 20}} {
		t.Run(s.String(), func(t *testing.T) {
			db, m := kvtest.Metered(t)
			store := fleetstore.New(db, time.Now)
			fill(t, store, s)
			for n := range s.clusters { // as in a fleet that is read each minute
				require.NoError(t, store.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: clusterID(n), State: fleet.SyncState{SucceededAt: time.Now()}}))
				require.NoError(t, store.SaveObservation(t.Context(), fleet.Observation{Project: clusterID(n), At: time.Now()}))
			}
			h := handler(store)
			list := func(params url.Values, etag string, status int) (*httptest.ResponseRecorder, float64) {
				t.Helper()
				m.Take()
				w := ask(t, h, params, etag)
				require.Equal(t, status, w.Code, w.Body.String())
				return w, m.Take()
			}
			first, _ := list(nil, "", http.StatusOK) // a replica that starts reads all
			for _, q := range queries {
				_, rcu := list(q.params(0), "", http.StatusOK)
				assert.LessOrEqual(t, rcu, 0.5, q.name)
			}
			summary := func(path string) float64 {
				t.Helper()
				m.Take()
				require.Equal(t, http.StatusOK, call(t, h, path, "").Code)
				return m.Take()
			}
			assert.LessOrEqual(t, summary("/v1/clusters"), 0.5, "the fleet at a glance")
			assert.LessOrEqual(t, summary("/v1/overview"), 1.5, "with the last events")
			_, rcu := list(nil, first.Header().Get("ETag"), http.StatusNotModified)
			assert.LessOrEqual(t, rcu, 0.5, "a second view")
			require.NoError(t, touch(t.Context(), store, s, 1))
			_, rcu = list(nil, "", http.StatusOK)
			assert.LessOrEqual(t, rcu, 2.0, "after a change")
		})
	}
}
