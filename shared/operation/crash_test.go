package operation_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// Every operation: one request to GitLab, one operation, which is live, and a free
// cluster.
func TestStart_CrashAnywhereCreatesOnePipeline(t *testing.T) {
	update := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}}
	for name, test := range map[string]struct {
		req    operation.Request
		polls  int // 0 dies within the request, 3 until it is live: from GitLab's acceptance on the kinds are alike
		before func(t *testing.T, w *operationtest.World, req *operation.Request)
	}{
		"create": {operation.Request{Kind: fleet.Create, Instance: "gamma"}, 3, nil},
		"update": {update, 3, nil},
		"roll back": {operation.Request{Kind: fleet.Update, Instance: "alpha"}, 0, func(t *testing.T, w *operationtest.World, req *operation.Request) {
			files, err := w.Operations.Configuration(t.Context(), w.Project(t), "alpha", "")
			require.NoError(t, err)
			op, err := w.Request(t, update)
			require.NoError(t, err)
			w.Finish(t, op)
			req.RollBackTo = files.Commit
		}},
		"archive": {operation.Request{Kind: fleet.Archive, Instance: "alpha"}, 1, nil},
		"unarchive": {operation.Request{Kind: fleet.Unarchive, Instance: "alpha"}, 0, func(t *testing.T, w *operationtest.World, _ *operation.Request) {
			op, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
			require.NoError(t, err)
			w.Finish(t, op)
		}},
		"delete":       {operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"}, 0, nil},
		"build images": {operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main"}, 0, nil},
		"reprovision": {operation.Request{Kind: fleet.Reprovision, Confirm: "campus"}, 0, func(t *testing.T, w *operationtest.World, _ *operation.Request) {
			_, err := w.Policy.SetContract(t.Context(), w.Project(t), &fleet.Contract{AllowReprovision: true}, operationtest.Ada)
			require.NoError(t, err)
		}},
	} {
		run := func(t *testing.T, repeat bool) {
			t.Parallel()
			operationtest.CrashEverywhere(t, repeat, func() operationtest.Scenario {
				req := test.req
				req.Key, req.By = "the-one-key", operationtest.Ada
				former := 0
				action := "operation." + string(req.Kind)
				if name == "roll back" {
					action = "operation.rollBack"
				}
				return operationtest.Scenario{
					Action: action, Polls: test.polls,
					Before: func(t *testing.T, w *operationtest.World) {
						if test.before != nil {
							test.before(t, w, &req)
							list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
							require.NoError(t, err)
							former = len(list)
						}
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
					After:  func(t *testing.T, w *operationtest.World, died string) { requireCreatedOnce(t, w, req, former, died) },
					Undone: func(t *testing.T, w *operationtest.World, died string) { require.Zero(t, w.Started(), died) },
				}
			}, "alpha", "beta")
		}
		t.Run(name, func(t *testing.T) { run(t, true) })
		if name == "create" || name == "archive" { // one that carries its deployment id, one that does not
			t.Run(name+", left alone", func(t *testing.T) { run(t, false) })
		}
	}
}

// madeOnce checks that an operation came to its end by one request.
func requireCreatedOnce(t *testing.T, w *operationtest.World, req operation.Request, former int, died string) {
	t.Helper()
	list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	require.Len(t, list, former+1, died)
	op := w.Operation(t, list[0].ID)
	require.Equal(t, fleet.Succeeded, op.State, "%s: %s", died, op.Detail)
	require.Equal(t, 1, w.Started(), died)
	if req.Instance != "" {
		requirePageEqualsStore(t, w, op, former, died)
	}
	next, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{operationtest.Set("config.yml", "X", "y")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Accepted, next.State, "%s: the cluster is free", died)
	w.Finish(t, next)
}

// pageIsTrue checks that the page of an instance says what the store does.
func requirePageEqualsStore(t *testing.T, w *operationtest.World, op fleet.Operation, former int, died string) {
	t.Helper()
	page, err := w.Store.InstancePage(t.Context(), "campus", op.Instance)
	require.NoError(t, err)
	require.Len(t, page.Operations, former+1, died)
	op.SentAt = time.Time{} // is not for pages
	require.Equal(t, op, page.Operations[0], died)
	pipelines, _, err := w.Store.InstancePipelines(t.Context(), "campus", op.Instance, "", 20)
	require.NoError(t, err)
	require.Len(t, page.Pipelines, len(pipelines), died)
	for i, p := range pipelines {
		p.Stages = nil
		require.Equal(t, p, page.Pipelines[i], died)
	}
}

// What is withdrawn is never sent, and the row of what was to be created goes.
func TestWithdraw_CrashAnywhere(t *testing.T) {
	for name, repeat := range map[string]bool{"repeated": true, "left alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operationtest.CrashEverywhere(t, repeat, func() operationtest.Scenario {
				var op fleet.Operation
				return operationtest.Scenario{
					Action: "operation.withdrawn", Again: fault.Conflict,
					Before: func(t *testing.T, w *operationtest.World) {
						_, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
						require.NoError(t, err)
						op, err = w.Request(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
						require.NoError(t, err)
					},
					Do: func(ctx context.Context, f *allsetup.Fleet) error {
						project, err := f.Store.Project(ctx, "campus")
						if err != nil {
							return err
						}
						_, err = f.Operations.Withdraw(ctx, project, op.ID, operationtest.Ada)
						return err
					},
					After: func(t *testing.T, w *operationtest.World, died string) {
						assert.Equal(t, fleet.Canceled, w.Operation(t, op.ID).State, died)
						assert.Zero(t, w.Started(), died)
						assert.Nil(t, w.Row(t, "gamma"), died)
					},
				}
			}, "alpha")
		})
	}
}
