package reconcile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// An item of any kind that can't be decoded is left out, with its key: the others of its
// list, its project and its sync go on, and what is a copy comes back.
func TestSync_DamagedItemsStopNothing(t *testing.T) {
	for _, partition := range []string{
		"segment#campus", "files#campus", "pipeline#campus", "page#campus", "sync", "project-health",
		"operation#campus", "event#campus", "event-poison#campus", "event-unconfirmed#campus", "project",
	} {
		t.Run(partition, func(t *testing.T) {
			w := newWorld(t, "alpha", "beta")
			w.Add(t)
			w.DropEvents()
			_, err := w.Create(t, "gamma")
			require.NoError(t, err)
			w.Poll(t, 1)
			_, err = w.Store.InstancePage(t.Context(), "campus", "alpha")
			require.NoError(t, err)
			for _, key := range []string{"one", "two"} {
				event := fleet.Event{Key: key, Cluster: "campus", Kind: fleet.EventPipeline}
				_, err = w.Store.AcceptEvent(t.Context(), event)
				require.NoError(t, err)
				require.NoError(t, w.Store.PostponeEvent(t.Context(), fleet.Event{Key: "aside-" + key, Cluster: "campus"}, true))
			}
			if partition == "project" {
				require.NoError(t, w.Store.AddProject(t.Context(), fleet.Project{ID: "another"}))
			}
			list := func() []kv.Item {
				page, err := w.KV.Query(t.Context(), kv.Query{Partition: partition})
				require.NoError(t, err)
				return page.Items
			}
			count := len(list())
			for n := range count {
				item := list()[min(n, len(list())-1)]
				if partition == "project" && item.Sort == "campus" {
					continue
				}
				item.Value = []byte(`{"broken`)
				_, err := w.KV.Put(t.Context(), item, kv.Always)
				require.NoError(t, err)

				snapshot, err := fleetview.NewReplica(w.Store.Segments).Snapshot(t.Context())
				require.NoError(t, err, item.Sort)
				if partition != "segment#campus" {
					require.Len(t, snapshot.Chunks, 1, item.Sort)
				}
				for _, name := range []string{"alpha", "beta", "gamma"} {
					if partition != "page#campus" { // which would still have what is damaged
						require.NoError(t, w.KV.Delete(t.Context(), kv.Key{Partition: "page#campus", Sort: name}, kv.Always))
					}
					_, err = w.Store.InstancePage(t.Context(), "campus", name)
					require.NoError(t, err, item.Sort)
				}
				_, _, err = w.Store.Operations(t.Context(), "campus", "", 10)
				require.NoError(t, err, item.Sort)
				_, _, err = w.Store.PoisonEvents(t.Context(), "campus", "")
				require.NoError(t, err, item.Sort)
				_, err = w.Store.ClusterFiles(t.Context(), "campus")
				if partition != "files#campus" {
					require.NoError(t, err, item.Sort)
				}
				require.NoError(t, w.Store.ForgetDamaged(t.Context()))
				require.NoError(t, w.Sync(t.Context(), "campus"), item.Sort)
				require.NotNil(t, w.Row(t, "alpha"), item.Sort)
				if partition == "segment#campus" || partition == "files#campus" {
					w.requireEqualsGitLab(t, item.Sort)
				}
			}
		})
	}
}

// What can't be decoded and is no copy stays, and is listed until it is mended or removed.
func TestDamaged_ListsWhatWasLeftOut(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.DropEvents()
	op, err := w.Create(t, "gamma")
	require.NoError(t, err)
	item, err := w.KV.Get(t.Context(), kv.Key{Partition: "operation#campus", Sort: op.ID})
	require.NoError(t, err)
	whole := item.Value
	item.Value = []byte(`[]`)
	_, err = w.KV.Put(t.Context(), item, kv.Always)
	require.NoError(t, err)
	operations, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	assert.Empty(t, operations)
	damaged, err := w.Store.Damaged(t.Context())
	require.NoError(t, err)
	require.Len(t, damaged, 1)
	assert.Equal(t, "operation#campus", damaged[0].Partition)
	assert.Equal(t, op.ID, damaged[0].Sort)
	assert.Contains(t, damaged[0].Error, kvjson.ErrDamaged.Error())

	item.Value = whole
	_, err = w.KV.Put(t.Context(), item, kv.Always)
	require.NoError(t, err)
	damaged, err = w.Store.Damaged(t.Context())
	require.NoError(t, err)
	assert.Empty(t, damaged)
	operations, _, err = w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	assert.Len(t, operations, 1)
}
