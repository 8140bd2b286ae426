package operation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

var ben = audit.Actor{UserID: "u2", Email: "ben@example.org"}

func TestAdvance_RequesterLostTheRole(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	w.DropEvents()
	change := operationtest.Set("config.yml", "X", "1")
	first, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{change}})
	require.NoError(t, err)
	waits, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{change}})
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, waits.State)
	w.Rights.Revoke(operationtest.Ada.Email, "campus")
	w.Finish(t, first)
	w.Server.ResetRequests()
	w.Poll(t, 2)
	waits = w.Operation(t, waits.ID)
	require.Equal(t, fleet.Requested, waits.State)
	assert.Equal(t, fleet.WaitPermission, waits.WaitingFor)
	assert.Contains(t, waits.Detail, "ada@example.org may no longer do this in campus")
	assert.Zero(t, w.Started(), "nothing is sent")

	// It does not block the cluster for others.
	req := operation.Request{Kind: fleet.Update, Instance: "beta", By: ben, Key: "bens", Changes: []operation.Change{operationtest.Set("config.yml", "X", "2")}}
	req.PreviewHash = w.PreviewHash(t, req)
	next, _, err := w.Operations.Start(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	require.Equal(t, fleet.Accepted, next.State, next.Detail)
	w.Finish(t, next)

	waits, err = w.Operations.Resume(t.Context(), w.Project(t), waits.ID, ben)
	require.NoError(t, err)
	assert.Equal(t, "ben@example.org", waits.TakenOverBy)
	assert.Equal(t, "ada@example.org", waits.RequestedBy)
	assert.Equal(t, fleet.Succeeded, w.Finish(t, waits).State)
	assert.Equal(t, 1, w.Audited(t, "operation.takenOver"))
	_, err = w.Operations.Resume(t.Context(), w.Project(t), waits.ID, ben)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

// The role goes while GitLab's answer to the first attempt is unknown.
func TestAdvance_RequesterLostTheRoleBeforeARetry(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	req := operation.Request{Kind: fleet.Archive, Instance: "alpha", By: operationtest.Ada, Key: "the-key"}
	req.PreviewHash = w.PreviewHash(t, req)
	deaf := w.Answering("", operationtest.Answer{Silent: true})
	op, _, err := deaf.Operations.Start(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, op.State)
	w.Rights.Revoke(operationtest.Ada.Email, "campus")
	w.Server.ResetRequests()
	w.Poll(t, 3)
	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.WaitPermission, op.WaitingFor)
	assert.Zero(t, w.Started())
	op, err = w.Operations.Resume(t.Context(), w.Project(t), op.ID, ben)
	require.NoError(t, err)
	assert.Equal(t, fleet.Succeeded, w.Finish(t, op).State)
}
