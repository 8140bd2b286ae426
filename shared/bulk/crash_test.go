package bulk_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation/operationtest"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// A bulk change, whatever is done to it: each wave is one commit, and each target has
// its state.
func TestBulk_CrashAnywhereLosesNothing(t *testing.T) {
	type counts = map[fleet.TargetState]int
	act := func(act string) func(ctx context.Context, f *allsetup.Fleet, id string) error {
		return func(ctx context.Context, f *allsetup.Fleet, id string) error {
			_, err := f.Bulks.Do(ctx, id, act, operationtest.Ada)
			return err
		}
	}
	fails := func(w *operationtest.World) {
		w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	}
	for name, test := range map[string]struct {
		instances int
		script    func(w *operationtest.World)
		polls     int      // before the act
		former    []string // acts before it
		act       string
		state     fleet.BulkState
		targets   counts
		started   int
		retried   int
	}{
		"pause":                   {3, nil, 0, nil, "pause", fleet.BulkPaused, counts{fleet.TargetSucceeded: 1, fleet.TargetWaiting: 2}, 0, 0},
		"resume":                  {3, nil, 3, []string{"pause"}, "resume", fleet.BulkDone, counts{fleet.TargetSucceeded: 3}, 1, 0},
		"abort":                   {3, nil, 0, nil, "abort", fleet.BulkAborted, counts{fleet.TargetSucceeded: 1, fleet.TargetSkipped: 2}, 0, 0},
		"retry what failed":       {3, fails, 3, nil, "retry", fleet.BulkDone, counts{fleet.TargetSucceeded: 3}, 1, 1},
		"retry what had come out": {1, fails, 3, nil, "retry", fleet.BulkDone, counts{fleet.TargetSucceeded: 1}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operationtest.CrashEverywhere(t, false, func() operationtest.Scenario {
				var id string
				return operationtest.Scenario{
					Action: "bulk." + test.act,
					Before: func(t *testing.T, w *operationtest.World) {
						if test.script != nil {
							test.script(w)
						}
						b := startBulk(t, w, rename(test.instances))
						id = b.ID
						for _, former := range test.former {
							require.NoError(t, act(former)(t.Context(), w.Fleet, id))
						}
						w.Poll(t, test.polls)
					},
					Do: func(ctx context.Context, f *allsetup.Fleet) error { return act(test.act)(ctx, f, id) },
					After: func(t *testing.T, w *operationtest.World, died string) {
						b := bulkOf(t, w, id)
						require.Equal(t, test.state, b.State, "%s: %s", died, b.Detail)
						require.Equal(t, test.targets, states(b), "%s: %+v", died, b.Targets)
						require.Equal(t, test.started, w.Started(), died)
						require.Equal(t, test.retried, w.Posted("/retry"), died)
					},
				}
			}, instances(test.instances)...)
		})
	}
	t.Run("start", func(t *testing.T) {
		t.Parallel()
		operationtest.CrashEverywhere(t, true, func() operationtest.Scenario {
			var id string
			req := rename(3)
			return operationtest.Scenario{
				Action: "bulk.update", Polls: 3,
				Before: func(t *testing.T, w *operationtest.World) {
					preview, err := w.Bulks.Preview(t.Context(), req)
					require.NoError(t, err)
					req.PreviewHash = preview.Hash
				},
				Do: func(ctx context.Context, f *allsetup.Fleet) error {
					b, _, err := f.Bulks.Start(ctx, req)
					id = b.ID
					return err
				},
				After: func(t *testing.T, w *operationtest.World, died string) {
					b := bulkOf(t, w, id)
					require.Equal(t, fleet.BulkDone, b.State, "%s: %s", died, b.Detail)
					require.Equal(t, counts{fleet.TargetSucceeded: 3}, states(b), "%s: %+v", died, b.Targets)
					require.Equal(t, 2, w.Started(), "%s: one commit for each wave", died)
				},
			}
		}, instances(3)...)
	})
}
