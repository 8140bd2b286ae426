package fleetstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// A replica that dies between writing a chunk and publishing it leaves the
// others with the old one, until the next sync saves its record.
func TestSyncRecordPublishesWhatWasNot(t *testing.T) {
	store := kvtest.Open(t)
	dying := &failing{Store: store}
	s := fleetstore.New(dying, kvtest.NewClock().Now)
	addCluster(t, s, "a", "one")
	require.NoError(t, s.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: "a"}))
	replica := fleetview.NewReplica(s.Segments)
	_, err := replica.Snapshot(t.Context())
	require.NoError(t, err)

	dying.partition = "fleet"
	require.Error(t, s.ChangeChunk(t.Context(), "a", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "a", Name: "two"}})
		return c, nil
	}))
	dying.partition = ""

	record, err := s.SyncRecord(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, s.SaveSyncRecord(t.Context(), record))
	snap, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	assert.NotNil(t, snap.Chunk("a").Row("two"))
}

// failing refuses writes to one partition, as a replica that died did.
type failing struct {
	kv.Store
	partition string
}

func (f *failing) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if item.Partition == f.partition {
		return kv.Item{}, fault.New(fault.Unavailable, "the store is down")
	}
	return f.Store.Put(ctx, item, cond)
}
