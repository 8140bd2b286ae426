package operation_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// A replica is paused at each change, in the middle of a call to GitLab, too. Whatever it
// does when it wakes, one pipeline deploys, a second one is canceled, and the operation
// has succeeded.
func TestStart_PausedAnywhereDeploysOnce(t *testing.T) {
	for name, req := range map[string]operation.Request{
		"create":      {Kind: fleet.Create, Instance: "gamma"},
		"update":      {Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}},
		"archive":     {Kind: fleet.Archive, Instance: "alpha"},
		"delete":      {Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"},
		"reprovision": {Kind: fleet.Reprovision, Confirm: "campus"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operationtest.PauseEverywhere(t, func() operationtest.Scenario {
				req := req
				req.Key, req.By = "the-one-key", operationtest.Ada
				return operationtest.Scenario{
					Before: func(t *testing.T, w *operationtest.World) {
						_, err := w.Policy.SetContract(t.Context(), w.Project(t), &fleet.Contract{AllowReprovision: true}, operationtest.Ada)
						require.NoError(t, err)
						req.PreviewHash = w.PreviewHash(t, req)
					},
					Do: func(ctx context.Context, f *allsetup.Fleet) error {
						project, err := f.Store.Project(ctx, "campus")
						if err != nil {
							return err
						}
						_, _, err = f.Operations.Start(ctx, project, req)
						return err
					},
					After: func(t *testing.T, w *operationtest.World, paused string) {
						list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
						require.NoError(t, err)
						require.Len(t, list, 1, paused)
						op := list[0]
						require.Equal(t, fleet.Succeeded, op.State, "%s: %s", paused, op.Detail)
						requireOneDeployment(t, w, op, paused)
						open, err := w.Store.OpenOperations(t.Context(), "campus")
						require.NoError(t, err)
						require.Empty(t, open, paused)
						next, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{operationtest.Set("config.yml", "X", "y")}})
						require.NoError(t, err)
						require.Equal(t, fleet.Accepted, next.State, "%s: the cluster is free", paused)
					},
				}
			}, "alpha", "beta")
		})
	}
}

// requireOneDeployment checks that GitLab was asked once, or that the second pipeline was
// recognized and canceled.
func requireOneDeployment(t *testing.T, w *operationtest.World, op fleet.Operation, when string) {
	t.Helper()
	if w.Started() == 1 {
		require.Empty(t, op.Duplicates, when)
		return
	}
	require.Equal(t, 2, w.Started(), when)
	require.Len(t, op.Duplicates, 1, when)
	require.False(t, slices.Contains(op.Pipelines, op.Duplicates[0]), when)
	second, err := w.Store.Pipeline(t.Context(), "campus", op.Duplicates[0])
	require.NoError(t, err)
	require.Equal(t, fleet.StatusCanceled, second.Status, when)
}
