package bulk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

var ben = audit.Actor{UserID: "u2", Email: "ben@example.org"}

// The requester loses the role while the canary runs: no wave follows, until another
// operator takes the change over.
func TestAdvance_PausesWhenTheRequesterLostTheRole(t *testing.T) {
	w := operationtest.New(t, instances(5)...)
	b := startBulk(t, w, rename(5))
	w.Rights.Revoke(operationtest.Ada.Email, "campus")
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	require.Equal(t, fleet.BulkPaused, b.State)
	assert.Contains(t, b.Detail, "ada@example.org may no longer do this in campus")
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetWaiting: 4}, states(b))
	assert.Equal(t, 1, w.Started(), "the canary alone")

	// The requester cannot continue it.
	_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Resume, operationtest.Ada)
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.Equal(t, fleet.BulkPaused, bulkOf(t, w, b.ID).State)
	assert.Equal(t, 1, w.Started())

	b, err = w.Bulks.Do(t.Context(), b.ID, bulk.Resume, ben)
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, "ben@example.org", b.TakenOverBy)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 5}, states(b), "%+v", b.Targets)
	op, err := w.Store.Operation(t.Context(), "campus", b.Targets[4].Operation)
	require.NoError(t, err)
	assert.Equal(t, "ben@example.org", op.RequestedBy)
	page, err := w.Audit.List(t.Context(), audit.Filter{Target: "bulk/" + b.ID})
	require.NoError(t, err)
	assert.Equal(t, "ben@example.org", page.Entries[0].Actor.Email)
}

// The role goes while the operations of a wave wait for the cluster.
func TestAdvance_RecallsTheWaveOfARequesterWhoLostTheRole(t *testing.T) {
	w := operationtest.New(t, instances(4)...)
	req := rename(4)
	req.Kind, req.Changes = fleet.Archive, nil
	w.DropEvents()
	b := startBulk(t, w, req)
	for range 20 { // until the wave has started, one operation after the other
		if bulkOf(t, w, b.ID).Targets[3].State == fleet.TargetRunning {
			break
		}
		w.Clock.Advance(time.Minute)
		require.NoError(t, w.Sync(t.Context(), "campus"))
	}
	waiting, err := w.Store.OpenOperations(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, waiting, 3, "the wave of three")
	started := w.Started()
	w.Rights.Revoke(operationtest.Ada.Email, "campus")
	w.Poll(t, 8)
	assert.LessOrEqual(t, w.Started(), started, "nothing more is sent")
	waiting, err = w.Store.OpenOperations(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, waiting, 2)
	for _, op := range waiting {
		assert.Equal(t, fleet.WaitPermission, op.WaitingFor)
	}
}
