package pipelineaction_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// A replica is paused before each change while it cancels or retries a pipeline, for longer
// than every lease, while another one goes on. When it wakes, the operation has the state
// that the action led to, and nothing is open.
func TestDo_PausedAnywhereEndsTheSame(t *testing.T) {
	update := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}}
	for act, state := range map[string]fleet.OperationState{"cancel": fleet.Canceled, "retry": fleet.Succeeded} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			operationtest.PauseEverywhere(t, func() operationtest.Scenario {
				var op fleet.Operation
				return operationtest.Scenario{
					Before: func(t *testing.T, w *operationtest.World) {
						outcome := gitlabtest.Outcome{Source: "parent_pipeline", Fail: true}
						if act == "cancel" {
							outcome = gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: -1}
						}
						w.Server.Script(outcome)
						var err error
						op, err = w.Request(t, update)
						require.NoError(t, err)
						w.Poll(t, 1)
						if op = w.Operation(t, op.ID); act == "retry" {
							op = w.Finish(t, op)
						}
					},
					Do: func(ctx context.Context, f *allsetup.Fleet) error {
						project, err := f.Store.Project(ctx, "campus")
						if err != nil {
							return err
						}
						do := f.Actions.Cancel
						if act == "retry" {
							do = f.Actions.Retry
						}
						_, err = do(ctx, project, op.Pipelines[len(op.Pipelines)-1], "why", operationtest.Ada)
						return err
					},
					After: func(t *testing.T, w *operationtest.World, paused string) {
						require.Equal(t, state, w.Operation(t, op.ID).State, paused)
						// Paused in the middle of the call it is called once more, which GitLab ignores.
						require.LessOrEqual(t, w.Posted("/"+act), 2, paused)
						require.Len(t, w.Operation(t, op.ID).Pipelines, 2, "%s: the parent and its child", paused)
						require.Zero(t, w.Started(), "%s: no other pipeline is started", paused)
						open, err := w.Store.OpenPipelineActions(t.Context(), "campus")
						require.NoError(t, err)
						require.Empty(t, open, paused)
					},
				}
			}, "alpha")
		})
	}
}
