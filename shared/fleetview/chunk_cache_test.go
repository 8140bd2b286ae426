package fleetview_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleetview"
)

func TestChunkCache_ReadsWhatChanged(t *testing.T) {
	s, reads := newStore(t)
	cache := fleetview.NewChunkCache(s)
	_, err := cache.Chunk(t.Context(), "aws", "alpha")
	assert.True(t, fault.Is(err, fault.NotFound))
	addCluster(t, s, "aws", "alpha")
	addCluster(t, s, "do", "beta")

	costs := func(cluster string, instances, gets int) {
		t.Helper()
		reads.reset()
		chunk, err := cache.Chunk(t.Context(), cluster, "alpha")
		require.NoError(t, err)
		assert.Len(t, chunk.Rows, instances)
		assert.Equal(t, gets, reads.gets)
	}
	costs("aws", 1, 2)
	costs("aws", 1, 1)
	addCluster(t, s, "do", "beta", "gamma")
	costs("aws", 1, 1)
	addCluster(t, s, "aws", "alpha", "delta")
	costs("aws", 2, 2)
	costs("aws", 2, 1)

	// So many changes that the head forgot some of them.
	for n := range 60 {
		addCluster(t, s, fmt.Sprintf("other-%d", n), "x")
	}
	costs("aws", 2, 2)
	costs("aws", 2, 1)

	// More instances than are kept.
	for n := range 300 {
		_, err := cache.Chunk(t.Context(), "other-1", fmt.Sprintf("x%d", n))
		require.NoError(t, err)
	}
	costs("do", 2, 2)

	require.NoError(t, s.RemoveChunk(t.Context(), "aws"))
	_, err = cache.Chunk(t.Context(), "aws", "alpha")
	assert.True(t, fault.Is(err, fault.NotFound))
}
