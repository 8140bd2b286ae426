package bench_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
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
// filters cost nothing, a change costs its cluster's part. Authentication is included.
func TestReadsOfTheList(t *testing.T) {
	for _, s := range []size{{3, 20}, {40, 20}} {
		t.Run(s.String(), func(t *testing.T) {
			db := kvtest.NewUnits(kvtest.Open(t))
			store := fleetstore.New(db, time.Now)
			fill(t, store, s)
			taken := func() float64 {
				cost, _, _ := db.Take()
				return cost.Read
			}
			for n := range s.clusters { // as in a fleet that is read each minute
				require.NoError(t, store.AddProject(t.Context(), fleet.Project{ID: clusterID(n), GitLabID: int64(n + 1)}))
				require.NoError(t, store.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: clusterID(n), State: fleet.SyncState{SucceededAt: time.Now()}}))
				require.NoError(t, store.SaveObservation(t.Context(), fleet.Observation{Project: clusterID(n), At: time.Now()}))
			}
			now := time.Now()
			h := handler(t, db, store, func() time.Time { return now }) // nothing that is kept for some seconds is read again
			list := func(params url.Values, etag string, status int) (*httptest.ResponseRecorder, float64) {
				t.Helper()
				taken()
				w := ask(t, h, params, etag)
				require.Equal(t, status, w.Code, w.Body.String())
				return w, taken()
			}
			list(nil, "", http.StatusOK) // a replica that starts reads all
			for _, q := range queries {
				_, rcu := list(q.params(0), "", http.StatusOK)
				assert.LessOrEqual(t, rcu, 0.5, q.name)
			}
			for _, page := range []string{"/v1/instances", "/v1/clusters", "/v1/overview", "/v1/activity", "/v1/clusters/campus-0001"} {
				w := call(t, h, page, "")
				require.Equal(t, http.StatusOK, w.Code, w.Body.String())
				taken()
				poll := call(t, h, page, w.Header().Get("ETag"))
				assert.Equal(t, http.StatusNotModified, poll.Code, page)
				assert.LessOrEqual(t, taken(), 0.5, "an open page that did not change: %s", page)
				wire, err := httputil.DumpResponse(poll.Result(), true)
				require.NoError(t, err)
				assert.LessOrEqual(t, len(wire), 200, page)
			}
			for path, most := range map[string]float64{"/v1/clusters": 0.5, "/v1/overview": 1.5} { // which has the last events
				taken()
				require.Equal(t, http.StatusOK, call(t, h, path, "").Code)
				assert.LessOrEqual(t, taken(), most, path)
			}
			require.NoError(t, touch(t.Context(), store, s, 1))
			_, rcu := list(nil, "", http.StatusOK)
			assert.LessOrEqual(t, rcu, 2.0, "after a change")
		})
	}
}
