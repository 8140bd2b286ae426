package operation_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// A replica whose clock is wrong does one step of an operation, and nothing that it stored
// blocks for longer than its rule: the operation, the one behind it and what is done to
// their pipelines come to their end soon, with one pipeline each.
func TestClock_WrongForOneStep(t *testing.T) {
	update := func(t *testing.T, w *operationtest.World, instance string) fleet.Operation {
		t.Helper()
		op, err := w.Request(t, operation.Request{Key: "key-" + instance, Kind: fleet.Update, Instance: instance, Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
		require.NoError(t, err)
		return op
	}
	commits := gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/repository/commits", Times: 1}
	for name, step := range map[string]func(t *testing.T, w, wrong *operationtest.World) fleet.Operation{
		"requests": func(t *testing.T, _, wrong *operationtest.World) fleet.Operation { return update(t, wrong, "alpha") },
		"requests, the answer is lost": func(t *testing.T, w, wrong *operationtest.World) fleet.Operation {
			lost := commits
			lost.Cut = 5
			w.Server.Fail(lost)
			return update(t, wrong, "alpha")
		},
		"requests, a limit refuses": func(t *testing.T, w, wrong *operationtest.World) fleet.Operation {
			limited := commits
			limited.Status, limited.RetryAfter = http.StatusTooManyRequests, 30*time.Second
			w.Server.Fail(limited)
			return update(t, wrong, "alpha")
		},
		"syncs while it runs": func(t *testing.T, w, wrong *operationtest.World) fleet.Operation {
			op := update(t, w, "alpha")
			w.Clock.Advance(30 * time.Second)
			_ = wrong.Sync(t.Context(), "campus") // it may be refused
			return op
		},
		"syncs before GitLab has the pipeline": func(t *testing.T, w, wrong *operationtest.World) fleet.Operation {
			lost := commits
			lost.Cut = 5
			w.Server.Fail(lost)
			op := update(t, w, "alpha")
			_ = wrong.Sync(t.Context(), "campus")
			return op
		},
		"cancels, the answer is lost, and it is retried": func(t *testing.T, w, wrong *operationtest.World) fleet.Operation {
			op := update(t, w, "alpha")
			w.Clock.Advance(30 * time.Second)
			require.NoError(t, w.Sync(t.Context(), "campus"))
			op = w.Operation(t, op.ID)
			w.Server.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/pipelines/*/cancel", Times: 1, Cut: 5})
			_, err := wrong.Actions.Cancel(t.Context(), w.Project(t), op.Pipelines[0], "", operationtest.Ada)
			require.Error(t, err)
			w.Poll(t, 2)
			require.Equal(t, fleet.Canceled, w.Operation(t, op.ID).State)
			_, err = wrong.Actions.Retry(t.Context(), w.Project(t), op.Pipelines[1], "", operationtest.Ada)
			require.NoError(t, err)
			return op
		},
	} {
		for _, off := range operationtest.ClockOffsets {
			t.Run(fmt.Sprintf("%s, %s off", name, off), func(t *testing.T) {
				t.Parallel()
				w := operationtest.New(t, "alpha", "beta")
				w.DropEvents()
				op := step(t, w, w.WithClock(off))
				next := update(t, w, "beta")
				w.Poll(t, 6)
				for _, id := range []string{op.ID, next.ID} {
					got := w.Operation(t, id)
					assert.Equal(t, fleet.Succeeded, got.State, got.Detail)
					assert.Len(t, got.Pipelines, 2, "the parent and its child")
					assert.False(t, got.EndedAt.After(w.Clock.Now()), "a time to come is no end: %s", got.EndedAt)
				}
			})
		}
	}
}

// The clock of a replica jumps at each of its readings while it takes an operation, sends
// it and follows it. Replicas whose clocks are right bring it to its end, with one pipeline.
func TestClock_JumpsAtEveryReading(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		w := operationtest.New(t, "alpha")
		w.DropEvents()
		jump := fleettest.JumpAt((n+1)/2, w.Clock.Now)
		wrong := w.WithNow(jump.Now)
		if n%2 == 0 { // the answer of GitLab is lost
			w.Server.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/repository/commits", Times: 1, Cut: 5})
		}
		update := operation.Request{Key: "key", Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}}
		op, err := wrong.Request(t, update)
		for range 3 { // what was refused is requested again
			if err == nil {
				break
			}
			w.Clock.Advance(3 * time.Minute)
			op, err = w.Request(t, update)
		}
		require.NoError(t, err)
		w.Clock.Advance(20 * time.Second)
		_ = wrong.Sync(t.Context(), "campus") // it may be refused
		jumped := jump.Jumped()
		w.Clock.Advance(3 * time.Minute)
		_ = w.Sync(t.Context(), "campus") // GitLab's answer may only be lost now
		require.NotEqual(t, fleet.Broken, w.Operation(t, op.ID).State, "%s, case %d: %s", jump.Off, n, w.Operation(t, op.ID).Detail)
		w.Clock.Advance(3 * time.Minute)
		w.Poll(t, 6)
		when := fmt.Sprintf("%s, case %d", jump.Off, n)
		got := w.Operation(t, op.ID)
		require.Equal(t, fleet.Succeeded, got.State, "%s: %s", when, got.Detail)
		require.Len(t, got.Pipelines, 2, "%s: the parent and its child", when)
		require.LessOrEqual(t, w.Posted("/repository/commits"), 1, when)
		require.False(t, got.EndedAt.After(w.Clock.Now()), "%s: a time to come is no end: %s", when, got.EndedAt)
		if !jumped {
			require.Greater(t, n, 10, "the clock jumped nowhere")
			return
		}
	}
}

// GitLab accepted an operation and did nothing about it: that it is overdue is found out
// in its time, whatever the clock of the one who sent it said.
func TestClock_OverdueInTime(t *testing.T) {
	for _, off := range operationtest.ClockOffsets {
		t.Run(off.String(), func(t *testing.T) {
			t.Parallel()
			w := operationtest.New(t, "alpha")
			w.DropEvents()
			wrong := w.WithClock(off)
			op, err := wrong.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
			require.NoError(t, err)
			require.True(t, w.Server.DeletePipeline(w.ProjectID, 1))
			w.Poll(t, 4)
			got := w.Operation(t, op.ID)
			assert.Equal(t, fleet.Broken, got.State)
			assert.Contains(t, got.Detail, "no pipeline")
		})
	}
}
