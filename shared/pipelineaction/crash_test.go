package pipelineaction_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
	"github.com/open-craft/ocim/shared/pipelineaction"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// When someone cancels or retries a pipeline, GitLab gets one request, the act is in the history
// as done, and the operation follows.
func TestDo_CrashAnywhereActsOnce(t *testing.T) {
	update := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}}
	for name, test := range map[string]struct {
		act    string
		before func(t *testing.T, w *operationtest.World) fleet.Operation
		do     func(s *pipelineaction.Service) func(context.Context, fleet.Project, int64, string, audit.Actor) (fleet.Pipeline, error)
		state  fleet.OperationState
	}{
		"cancel": {
			"cancel", func(t *testing.T, w *operationtest.World) fleet.Operation {
				w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: -1})
				op, err := w.Request(t, update)
				require.NoError(t, err)
				w.Poll(t, 1)
				return w.Operation(t, op.ID)
			},
			func(s *pipelineaction.Service) func(context.Context, fleet.Project, int64, string, audit.Actor) (fleet.Pipeline, error) {
				return s.Cancel
			}, fleet.Canceled,
		},
		"retry": {
			"retry", func(t *testing.T, w *operationtest.World) fleet.Operation {
				w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
				op, err := w.Request(t, update)
				require.NoError(t, err)
				return w.Finish(t, op)
			},
			func(s *pipelineaction.Service) func(context.Context, fleet.Project, int64, string, audit.Actor) (fleet.Pipeline, error) {
				return s.Retry
			}, fleet.Succeeded,
		},
	} {
		run := func(t *testing.T, repeat bool) {
			t.Parallel()
			operationtest.CrashEverywhere(t, repeat, func() operationtest.Scenario {
				var op fleet.Operation
				return operationtest.Scenario{
					Action: "pipeline." + test.act, Again: fault.Conflict,
					Before: func(t *testing.T, w *operationtest.World) { op = test.before(t, w) },
					Do: func(ctx context.Context, f *allsetup.Fleet) error {
						project, err := f.Store.Project(ctx, "campus")
						if err != nil {
							return err
						}
						_, err = test.do(f.Actions)(ctx, project, op.Pipelines[len(op.Pipelines)-1], "why", operationtest.Ada)
						return err
					},
					After: func(t *testing.T, w *operationtest.World, died string) {
						assert.Equal(t, test.state, w.Operation(t, op.ID).State, died)
						assert.Equal(t, 1, w.Posted("/"+test.act), died)
						acts, err := w.Store.PipelineActions(t.Context(), "campus", op.Pipelines[len(op.Pipelines)-1])
						require.NoError(t, err)
						require.Len(t, acts, 1, died)
						assert.Equal(t, fleet.ActionDone, acts[0].State, "%s: %s", died, acts[0].Detail)
					},
					Undone: func(t *testing.T, w *operationtest.World, died string) { require.Zero(t, w.Posted("/"+test.act), died) },
				}
			}, "alpha")
		}
		t.Run(name, func(t *testing.T) { run(t, true) })
		t.Run(name+", left alone", func(t *testing.T) { run(t, false) })
	}
}
