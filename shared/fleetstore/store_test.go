package fleetstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newStore(t *testing.T) (*fleetstore.Store, kv.Store) {
	t.Helper()
	now := kvtest.NewClock().Now
	store := kvtest.OpenWithClock(t, now)
	return fleetstore.New(store, now), store
}

func keyOf(partition, sort string) kv.Key { return kv.Key{Partition: partition, Sort: sort} }

// addCluster stores a cluster with instances of the given names.
func addCluster(t *testing.T, s *fleetstore.Store, id string, names ...string) {
	t.Helper()
	require.NoError(t, s.ChangeChunk(t.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Name: id, Provider: "aws"}}
		for _, n := range names {
			c.SetRow(fleet.Row{Digest: "x", Instance: fleet.Instance{Cluster: id, Name: n, Lifecycle: fleet.Active}})
		}
		return c, nil
	}))
}

// However many bulk changes and actions are open, none is forgotten.
func TestOpenOnes_AreAllListed(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	const many = kv.MaxPage + 1
	for i := range many {
		id := fmt.Sprintf("%04d", i)
		require.NoError(t, s.OpenBulk(t.Context(), id))
		require.NoError(t, s.AddPipelineAction(t.Context(), "campus", fleet.PipelineAction{ID: id, Pipeline: 7, State: fleet.ActionRequested}, nil))
	}
	bulks, err := s.OpenBulks(t.Context())
	require.NoError(t, err)
	assert.Equal(t, many, len(bulks))
	actions, err := s.OpenPipelineActions(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, many, len(actions))
}
