package fleetview_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// What all instances have of each facet is carried from one change to the next, and stays
// right: when a row's values change, come or go, and when rows or clusters do.
func TestFacets_OfAllAfterSmallChanges(t *testing.T) {
	s := newSegments(kvtest.Open(t))
	replica := fleetview.NewReplica(s)
	row := func(cluster string, n, edit int) fleet.Row {
		r := fleet.Row{Instance: fleet.Instance{
			Cluster: cluster, Name: fmt.Sprintf("n%03d", n), Release: fmt.Sprintf("r%d", (n+edit)%5), Health: fleet.HealthState{State: fleet.Healths()[(n+edit)%5]},
		}}
		if (n+edit)%3 == 0 {
			r.Instance.Annotation = &fleet.Annotation{Tags: []string{"t", fmt.Sprintf("t%d", (n+edit)%4)}}
			r.Settings = map[string]string{"PLUGINS.0": fmt.Sprintf("p%d", edit%7), "PLUGINS.1": "mfe"}
		}
		return r
	}
	state := map[string]*fleet.Chunk{}
	save := func(id string) {
		next := *state[id]
		next.Rows = slices.Clone(next.Rows)
		require.NoError(t, s.ChangeChunk(t.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) { return &next, nil }))
	}
	for _, id := range []string{"a", "b", "c"} {
		state[id] = &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Provider: "p" + id}}
		for n := range 50 {
			state[id].SetRow(row(id, n, 0))
		}
		save(id)
	}
	check := func() {
		t.Helper()
		snap, err := replica.Snapshot(t.Context())
		require.NoError(t, err)
		got, err := snap.Find(fleet.Filter{}, fleet.Order{}, "", 1)
		require.NoError(t, err)
		var chunks []*fleet.Chunk
		for _, id := range []string{"a", "b", "c"} {
			if state[id] != nil {
				chunks = append(chunks, state[id])
			}
		}
		want := plainFind(chunks, fleet.Filter{}, fleet.Order{})
		require.Equal(t, want.Facets, got.Facets)
		require.Equal(t, want.Total, got.Total)
	}
	check()
	for edit := range 40 {
		id := []string{"a", "b"}[edit%2]
		switch edit % 5 {
		case 3: // comes in
			state[id].SetRow(row(id, 100+edit, edit))
		case 4: // leaves
			state[id].Rows = slices.Delete(state[id].Rows, edit%20, edit%20+1)
		default:
			state[id].SetRow(row(id, edit%50, edit))
		}
		save(id)
		check()
	}
	delete(state, "c")
	require.NoError(t, s.RemoveChunk(t.Context(), "c"))
	check()
}
