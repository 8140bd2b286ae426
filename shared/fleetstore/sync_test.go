package fleetstore_test

import (
	"context"
	"fmt"
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

// What an event or a check published is not published again by the next sync.
func TestSaveSyncRecord_PublishesOnce(t *testing.T) {
	s, store := newStore(t)
	revision := func() int64 {
		item, err := store.Get(t.Context(), keyOf("fleet", "head"))
		require.NoError(t, err)
		return item.Version
	}
	for n := range 10 {
		addCluster(t, s, fmt.Sprintf("c%d", n), "one")
	}
	save := func() {
		for n := range 10 {
			record, err := s.SyncRecord(t.Context(), fmt.Sprintf("c%d", n))
			require.NoError(t, err)
			require.NoError(t, s.SaveSyncRecord(t.Context(), record))
		}
	}
	save()
	before := revision()
	for n := range 10 {
		require.NoError(t, s.SaveHealth(t.Context(), fleet.ProjectHealth{
			Project: fmt.Sprintf("c%d", n), Checks: []fleet.Check{{Check: "token", State: fleet.CheckFailed, At: noon}},
		}))
	}
	assert.Equal(t, before+10, revision(), "each check is published")
	save()
	save()
	assert.Equal(t, before+10, revision(), "and only once")
}
