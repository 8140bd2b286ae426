package fleetview_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// A replica that the head says too little to reads of each cluster which version it has,
// and only the rows of those that changed.
func TestReplica_ThatFellBehindReadsWhatChanged(t *testing.T) {
	s := newSegments(kvtest.Open(t))
	id := func(n int) string { return fmt.Sprintf("c%03d", n) }
	const clusters, changed = 120, 50
	var names []string
	for n := range 60 {
		names = append(names, fmt.Sprintf("instance-%02d", n))
	}
	for n := range clusters {
		addCluster(t, s, id(n), names...)
	}
	replica := fleetview.NewReplica(s)
	before, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	for n := range changed {
		addCluster(t, s, id(n), append(names[:59:59], fmt.Sprintf("new-%d", n))...)
	}
	require.NoError(t, s.RemoveChunk(t.Context(), id(7)))
	require.NoError(t, s.RemoveChunk(t.Context(), id(8)))
	addCluster(t, s, id(8), "again") // its versions begin again
	addCluster(t, s, "another", "first")
	snap, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	for n := range clusters {
		same := snap.Chunk(id(n)) == before.Chunk(id(n)) && snap.Chunk(id(n)) != nil
		assert.Equal(t, n >= changed, same, "%s is what was read before", id(n))
	}
	fresh, err := fleetview.NewReplica(s).Snapshot(t.Context())
	require.NoError(t, err)
	assert.Equal(t, fresh.Revision, snap.Revision)
	assert.Equal(t, fresh.Chunks, snap.Chunks)
	assert.Nil(t, snap.Chunk(id(7)))
	require.NotNil(t, snap.Chunk("another"))
}
