package function_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

// leaf is an instance in the tree.
type leaf struct {
	Name      string          `json:"name"`
	Lifecycle fleet.Lifecycle `json:"lifecycle"`
	Health    fleet.Health    `json:"health"`
}

// The overview, the list, the clusters, the tree and the page of a cluster count one fleet
// alike: live instances, which are pending and active ones; archived and deleted ones are
// behind a filter. The health of one instance is the same word everywhere.
func TestCounts_AgreeEverywhere(t *testing.T) {
	w := newWorld(t)
	want := map[string]map[string]int{} // live instances by cluster and health
	live := map[string]int{}
	all := 0
	for c, id := range []string{"campus", "learn"} {
		want[id] = map[string]int{}
		require.NoError(t, w.fleet.Store.AddProject(t.Context(), fleet.Project{ID: id, GitLabID: int64(c + 1)}))
		require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) {
			chunk := &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Name: id, Lifecycle: fleet.Active, Online: fleet.Online{State: "online", At: w.clock.Now()}}}
			n := 0
			for _, lifecycle := range []fleet.Lifecycle{fleet.Pending, fleet.Active, fleet.Archived, fleet.Deleted} {
				for h, health := range fleet.Healths() {
					for range h + 1 + c {
						n++
						chunk.SetRow(fleet.Row{Digest: "d", Instance: fleet.Instance{
							Cluster: id, Name: fmt.Sprintf("i%03d", n), Lifecycle: lifecycle,
							Health: fleet.HealthState{State: health, At: w.clock.Now().Add(-time.Hour)},
						}})
						all++
						if lifecycle == fleet.Pending || lifecycle == fleet.Active {
							want[id][string(health)]++
							live[string(health)]++
						}
					}
				}
			}
			chunk.Cluster.Instances = 0
			return chunk, nil
		}))
	}
	sum := func(counts map[string]int) int {
		n := 0
		for _, one := range counts {
			n += one
		}
		return n
	}
	isLive := func(l fleet.Lifecycle) bool { return l == fleet.Pending || l == fleet.Active }

	var overview struct {
		Instances  int            `json:"instances"`
		Healths    map[string]int `json:"healths"`
		Lifecycles map[string]int `json:"lifecycles"`
	}
	w.call("viewer", http.MethodGet, "/v1/overview", nil, &overview)
	assert.Equal(t, sum(live), overview.Instances, "overview")
	assert.Equal(t, live, overview.Healths, "overview")
	assert.Equal(t, all, sum(overview.Lifecycles), "the overview counts the others by lifecycle")

	var list struct {
		Total  int `json:"total"`
		Facets struct {
			Healths  map[string]int `json:"healths"`
			Clusters map[string]int `json:"clusters"`
		} `json:"facets"`
		Instances []fleet.Instance `json:"instances"`
	}
	w.call("viewer", http.MethodGet, "/v1/instances?lifecycle=pending&lifecycle=active&limit=200", nil, &list)
	assert.Equal(t, overview.Instances, list.Total, "list")
	assert.Equal(t, overview.Healths, list.Facets.Healths, "list")
	listed := map[string]fleet.Health{}
	for _, i := range list.Instances {
		listed[i.Cluster+"/"+i.Name] = i.Health.State
	}
	require.Len(t, listed, list.Total)

	var tree struct {
		Clusters []struct {
			ID        string `json:"id"`
			Instances []leaf `json:"instances"`
		} `json:"clusters"`
	}
	w.call("viewer", http.MethodGet, "/v1/clusters", nil, &tree)
	require.Len(t, tree.Clusters, 2)
	for _, c := range tree.Clusters {
		counts := map[string]int{}
		for _, i := range c.Instances {
			if !isLive(i.Lifecycle) {
				continue
			}
			counts[string(i.Health)]++
			assert.Equal(t, listed[c.ID+"/"+i.Name], i.Health, "the tree shows the health of %s/%s as the list does", c.ID, i.Name)
		}
		assert.Equal(t, want[c.ID], counts, "tree of %s", c.ID)
		assert.Equal(t, list.Facets.Clusters[c.ID], sum(counts), "tree of %s", c.ID)

		var page struct {
			Cluster   fleet.Cluster    `json:"cluster"`
			Instances []fleet.Instance `json:"instances"`
		}
		w.call("viewer", http.MethodGet, "/v1/clusters/"+c.ID, nil, &page)
		assert.Equal(t, sum(counts), page.Cluster.Instances, "page of %s", c.ID)
		onPage := map[string]int{}
		for _, i := range page.Instances {
			if isLive(i.Lifecycle) {
				onPage[string(i.Health.State)]++
			}
		}
		assert.Equal(t, counts, onPage, "page of %s", c.ID)
	}
}
