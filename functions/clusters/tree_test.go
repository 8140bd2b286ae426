package function_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

type treeAnswer struct {
	Clusters []struct {
		ID        string
		Instances []struct{ Name string }
	}
	Revision int64
	Tag      string
	Partial  bool
	Removed  []string
}

func (a treeAnswer) ids() (ids []string) {
	for _, c := range a.Clusters {
		ids = append(ids, c.ID)
	}
	return ids
}

// The sidebar's marks are those of the lists.
func TestListClusters_SaysHowEachInstanceIs(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Name: "campus", Lifecycle: fleet.Active}}
		c.SetRow(fleet.Row{Digest: "x", Instance: fleet.Instance{Cluster: "campus", Name: "fine", Lifecycle: fleet.Active, Health: fleet.HealthState{State: fleet.Healthy}}})
		c.SetRow(fleet.Row{Digest: "x", Instance: fleet.Instance{
			Cluster: "campus", Name: "mistyped", Lifecycle: fleet.Pending, Health: fleet.HealthState{State: fleet.Failed},
			Pipeline: &fleet.PipelineSummary{Status: "failed"}, Problems: []fleet.FileProblem{{File: "config.yml", Message: "a list"}},
		}})
		return c, nil
	}))
	rec := w.call("viewer", http.MethodGet, "/v1/clusters", nil, nil)
	require.Equal(t, http.StatusOK, rec.Code, rec.Body)
	assert.JSONEq(t, `[
		{"name": "fine", "lifecycle": "active", "health": "healthy", "problems": false},
		{"name": "mistyped", "lifecycle": "pending", "health": "failed", "pipeline": "failed", "problems": true}
	]`, instancesOf(t, rec.Body.Bytes()))
}

func instancesOf(t *testing.T, body []byte) string {
	t.Helper()
	var tree struct {
		Clusters []struct{ Instances json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(body, &tree))
	require.Len(t, tree.Clusters, 1)
	return string(tree.Clusters[0].Instances)
}

// The sidebar asks for what changed since the tree it has.
func TestListClusters_AnswersWhatChangedSince(t *testing.T) {
	w := newWorld(t)
	set := func(id string, instances int) {
		require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Name: id, Lifecycle: fleet.Active}}
			for n := range instances {
				c.SetRow(fleet.Row{Digest: "x", Instance: fleet.Instance{Cluster: id, Name: fmt.Sprintf("i%03d", n), Lifecycle: fleet.Active}})
			}
			return c, nil
		}))
	}
	for _, id := range []string{"a", "b", "campus", "d"} {
		set(id, 50)
	}
	ask := func(who, since string) (tree treeAnswer, size int) {
		t.Helper()
		rec := w.call(who, http.MethodGet, "/v1/clusters?since="+since, nil, &tree)
		require.Equal(t, http.StatusOK, rec.Code, rec.Body)
		return tree, rec.Body.Len()
	}
	first, whole := ask("viewer", "")
	assert.False(t, first.Partial)
	assert.Equal(t, []string{"a", "b", "campus", "d"}, first.ids())

	same, size := ask("viewer", first.Tag)
	assert.True(t, same.Partial)
	assert.Empty(t, same.Clusters)
	assert.Equal(t, first.Tag, same.Tag)
	assert.Less(t, size, 250)

	set("b", 51)
	require.NoError(t, w.fleet.Store.RemoveChunk(t.Context(), "d"))
	part, size := ask("viewer", first.Tag)
	assert.True(t, part.Partial)
	assert.Equal(t, []string{"b"}, part.ids())
	assert.Len(t, part.Clusters[0].Instances, 51)
	assert.Equal(t, []string{"d"}, part.Removed)
	assert.Less(t, size, whole/2)

	for name, since := range map[string]string{
		"another's tag": first.Tag + "x", "no tag": "zz", "a later revision": "zzz" + first.Tag, "nothing": "",
	} {
		tree, _ := ask("viewer", since)
		assert.False(t, tree.Partial, name)
		assert.Equal(t, []string{"a", "b", "campus"}, tree.ids(), name)
	}
	narrow, _ := ask("narrow", first.Tag)
	assert.False(t, narrow.Partial, "others see another tree")
	assert.Equal(t, []string{"campus"}, narrow.ids())
	set("a", 49)
	hidden, _ := ask("narrow", narrow.Tag)
	assert.True(t, hidden.Partial)
	assert.Empty(t, hidden.Clusters)

	// What became stale meanwhile is not in the head, so the tree is answered whole.
	latest, _ := ask("viewer", "")
	require.NoError(t, w.fleet.Store.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: "a", State: fleet.SyncState{SucceededAt: w.clock.Now()}}))
	w.clock.Advance(time.Hour)
	stale, _ := ask("viewer", latest.Tag)
	assert.False(t, stale.Partial)

	for n := range 100 { // more than the head remembers
		set(fmt.Sprintf("z%03d", n), 1)
	}
	old, _ := ask("viewer", stale.Tag)
	assert.False(t, old.Partial)
	assert.Len(t, old.Clusters, 103)
}
