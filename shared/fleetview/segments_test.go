package fleetview_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// counting counts the reads that reach a store.
type counting struct {
	kv.Store
	mu      sync.Mutex
	gets    int
	batched int
	queries int
}

func (c *counting) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	c.mu.Lock()
	c.gets++
	c.mu.Unlock()
	return c.Store.Get(ctx, key, opts...)
}

func (c *counting) BatchGet(ctx context.Context, keys []kv.Key, opts ...kv.ReadOption) ([]kv.Item, error) {
	c.mu.Lock()
	c.batched += len(keys)
	c.mu.Unlock()
	return c.Store.BatchGet(ctx, keys, opts...)
}

func (c *counting) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	c.mu.Lock()
	c.queries++
	c.mu.Unlock()
	return c.Store.Query(ctx, q)
}

func (c *counting) reset() { c.gets, c.batched, c.queries = 0, 0, 0 }

func newSegments(store kv.Store) *fleetview.Segments {
	return fleetview.NewSegments(store, activity.New(store, kvtest.NewClock().Now))
}

func newStore(t *testing.T) (*fleetview.Segments, *counting) {
	t.Helper()
	kv := &counting{Store: kvtest.Open(t)}
	return newSegments(kv), kv
}

// addCluster stores a cluster with instances of the given names.
func addCluster(t *testing.T, s *fleetview.Segments, id string, names ...string) {
	t.Helper()
	require.NoError(t, s.ChangeChunk(t.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Name: id, Provider: "aws"}}
		for _, n := range names {
			c.SetRow(fleet.Row{Digest: "x", Instance: fleet.Instance{Cluster: id, Name: n, Lifecycle: fleet.Active}})
		}
		return c, nil
	}))
}

func TestReplicaReadsOnlyWhatChanged(t *testing.T) {
	s, reads := newStore(t)
	for i := range 10 {
		addCluster(t, s, fmt.Sprintf("c%02d", i), "one", "two")
	}
	replica := fleetview.NewReplica(s)

	snap, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	require.Len(t, snap.Chunks, 10)

	reads.reset()
	again, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	assert.Same(t, snap, again)
	assert.Equal(t, 1, reads.gets)
	assert.Zero(t, reads.batched+reads.queries)

	addCluster(t, s, "c03", "one", "two", "three")
	reads.reset()
	snap, err = replica.Snapshot(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, reads.batched, "the facts and one segment of a cluster")
	assert.Zero(t, reads.queries)
	assert.NotNil(t, snap.Chunk("c03").Row("three"))
	assert.Nil(t, again.Chunk("c03").Row("three"), "a snapshot never changes")
}

func TestReplicaForgetsARemovedCluster(t *testing.T) {
	s, _ := newStore(t)
	addCluster(t, s, "a", "one")
	addCluster(t, s, "b", "one")
	replica := fleetview.NewReplica(s)
	_, err := replica.Snapshot(t.Context())
	require.NoError(t, err)

	require.NoError(t, s.RemoveChunk(t.Context(), "a"))
	snap, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	assert.Nil(t, snap.Chunk("a"))
	assert.NotNil(t, snap.Chunk("b"))
}

func TestEqualChunkIsNotPublished(t *testing.T) {
	s, _ := newStore(t)
	addCluster(t, s, "a", "one")
	replica := fleetview.NewReplica(s)
	before, err := replica.Snapshot(t.Context())
	require.NoError(t, err)

	addCluster(t, s, "a", "one")
	after, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before.Revision, after.Revision)
}

func TestChunkChangesAreNotLost(t *testing.T) {
	s, _ := newStore(t)
	addCluster(t, s, "a")
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			assert.NoError(t, s.ChangeChunk(t.Context(), "a", func(c *fleet.Chunk) (*fleet.Chunk, error) {
				c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "a", Name: fmt.Sprintf("i%02d", i), Lifecycle: fleet.Active}})
				return c, nil
			}))
		})
	}
	wg.Wait()
	c, err := s.Chunk(t.Context(), "a")
	require.NoError(t, err)
	assert.Len(t, c.Rows, 16)
	assert.Equal(t, 16, c.Cluster.Instances)
}
