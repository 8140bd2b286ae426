package fleetview_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/kv/packed"
)

func addRow(t *testing.T, s *fleetview.Segments, n int) error {
	row := usualRow(n)
	return s.ChangeRows(t.Context(), "campus", []string{row.Instance.Name}, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.SetRow(row)
		return c, nil
	})
}

// checkCount requires the cluster, as it is stored and as replicas see it, to have n instances.
func checkCount(t *testing.T, s *fleetview.Segments, n int) {
	t.Helper()
	stored, err := s.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, stored.Rows, n)
	assert.Equal(t, n, stored.Cluster.Instances)
	snap, err := fleetview.NewReplica(s).Snapshot(t.Context())
	require.NoError(t, err)
	assert.Equal(t, n, snap.Chunk("campus").Cluster.Instances)
}

func TestChangeRows_CountsRowsOfAnOvertakenWriterOnce(t *testing.T) {
	for name, rows := range map[string]int{"no segment": 0, "one segment": 3, "many segments": 300} {
		t.Run(name, func(t *testing.T) {
			for n := rows; n < rows+8; n++ { // in different segments
				store := kvtest.Open(t)
				other := newSegments(store)
				fill(t, other, rows)
				first := newSegments(&overtaken{Store: store, by: func() { assert.NoError(t, addRow(t, other, n+1000)) }})
				require.NoError(t, addRow(t, first, n))
				checkCount(t, other, rows+2)
				require.NoError(t, addRow(t, other, n))
				checkCount(t, other, rows+2)
			}
		})
	}
}

func TestChangeRows_CountsRowsOfADeadWriter(t *testing.T) {
	store := kvtest.Open(t)
	s := newSegments(store)
	fill(t, s, 3)
	require.ErrorIs(t, addRow(t, newSegments(dyingAfter(store, 1)), 3), errDied)
	changeRow(t, s, 0, fleet.StatusFailed) // in the same segment
	checkCount(t, s, 4)
	require.NoError(t, s.ChangeRows(t.Context(), "campus", []string{usualRow(1).Instance.Name}, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Row(usualRow(1).Instance.Name).Instance.Lifecycle = fleet.Archived
		return c, nil
	}))
	c, err := s.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, 3, c.Cluster.Instances)
}

// A release before 2026-12 knows no counts of segments, and drops them.
func TestChangeRows_CountsAfterAFormerRelease(t *testing.T) {
	store := kvtest.Open(t)
	s := newSegments(store)
	fill(t, s, 100)
	key := keyOf("segment#campus", "facts")
	var facts map[string]any
	item, err := store.Get(t.Context(), key)
	require.NoError(t, err)
	z := packed.New(1)
	require.NoError(t, z.UnpackJSON(item.Value, &facts))
	require.Contains(t, facts, "counts")
	delete(facts, "counts")
	value, err := z.PackJSON(facts)
	require.NoError(t, err)
	_, err = store.Put(t.Context(), kv.Item{Key: key, Value: value}, kv.Always)
	require.NoError(t, err)
	require.NoError(t, addRow(t, s, 100))
	checkCount(t, s, 101)
	fill(t, s, 90)
	checkCount(t, s, 90)
}
