package function_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

// What happens in a cluster that a caller may not see changes nothing that they get: no
// body, no ETag and no revision, and so no time at which it happened.
func TestLists_DoNotShowThatAHiddenClusterChanged(t *testing.T) {
	w := newWorld(t)
	w.add()
	change := func(cluster string, health fleet.Health) {
		require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), cluster, func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: cluster}}
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: cluster, Name: "alpha", Lifecycle: fleet.Active, Health: fleet.HealthState{State: health}}})
			return c, nil
		}))
	}
	change("campus", fleet.Healthy)
	change("hidden", fleet.Healthy)
	type answer struct{ body, etag string }
	get := func(who, path string) answer {
		r := w.call(who, http.MethodGet, path, nil, nil)
		require.Equal(t, http.StatusOK, r.Code, path)
		return answer{r.Body.String(), r.Header().Get("ETag")}
	}
	paths := []string{"/v1/instances", "/v1/instances?health=failed", "/v1/clusters", "/v1/overview", "/v1/activity", "/v1/clusters/campus", "/v1/settings"}
	before := map[string]answer{}
	for _, path := range paths {
		for _, who := range []string{"narrow", "viewer"} {
			before[who+path] = get(who, path)
		}
	}

	change("hidden", fleet.Failed)
	for n := range 60 { // more than the head remembers
		change("hidden"+string(rune('a'+n%26)), fleet.Failed)
	}
	for _, path := range paths {
		assert.Equal(t, before["narrow"+path], get("narrow", path), path)
		if etag := before["narrow"+path].etag; etag != "" {
			assert.Equal(t, http.StatusNotModified, w.call("narrow", http.MethodGet, path, nil, nil, "If-None-Match", etag).Code, path)
			assert.NotEqual(t, before["viewer"+path].etag, get("viewer", path).etag, "who sees it gets the news: %s", path)
		}
	}
	for _, since := range []string{"0-x", "1-", "zz-" + before["viewer/v1/clusters"].etag} {
		var tree struct {
			Partial  bool
			Revision int64
		}
		w.call("narrow", http.MethodGet, "/v1/clusters?since="+since, nil, &tree)
		assert.False(t, tree.Partial, "no guess at a revision is answered")
		assert.Zero(t, tree.Revision)
	}

	change("campus", fleet.Failed)
	for _, path := range []string{"/v1/instances", "/v1/clusters", "/v1/overview", "/v1/clusters/campus"} {
		assert.NotEqual(t, before["narrow"+path], get("narrow", path), "what they see is news: %s", path)
	}
}
