package operation_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// A request completes even if the client disconnects while GitLab processes it.
func TestStart_FinishesWhenTheClientDisconnects(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	project := w.Project(t)
	req := operation.Request{Kind: fleet.Update, Instance: "alpha", By: operationtest.Ada, Key: "k", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}}
	req.PreviewHash = w.PreviewHash(t, req)
	gate := gitlabtest.NewGate()
	w.Server.Fail(gitlabtest.Fault{Method: "POST", Path: "/projects/*/repository/commits", Times: 1, Gate: gate})
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _, _ = w.Operations.Start(ctx, project, req) // the client is gone
	}()
	<-gate.Arrived()
	leave()
	gate.Open()
	<-left
	all, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, fleet.Accepted, all[0].State, all[0].Detail)
}
