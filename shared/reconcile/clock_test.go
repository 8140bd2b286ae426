package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleettest"
)

// The clock of a replica jumps at each of its readings during a sync. Syncs of replicas
// whose clocks are right then bring the fleet to what GitLab has, and no time to come is
// left as the time of a success.
func TestSync_ClockJumpsAtEveryReading(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		w := newWorld(t, "alpha", "gamma")
		w.Add(t)
		w.DropEvents()
		w.commit("[AutoDeploy][Update] alpha", host("alpha", "newest"))
		w.commit("By hand", host("beta", "new"), "instances/gamma")
		jump := fleettest.JumpAt(n, w.Clock.Now)
		_ = w.WithNow(jump.Now).Sync(t.Context(), "campus") // it may be refused
		if !jump.Jumped() {
			require.Greater(t, n, 10, "the clock jumped nowhere")
			return
		}
		when := fmt.Sprintf("%s at reading %d", jump.Off, n)
		w.Clock.Advance(3 * time.Minute) // longer than any lease
		for range 2 {
			require.NoError(t, w.Sync(t.Context(), "campus"), when)
			w.Clock.Advance(time.Minute)
		}
		record, err := w.Store.SyncRecord(t.Context(), "campus")
		require.NoError(t, err)
		for name, at := range map[string]time.Time{"tried": record.State.TriedAt, "succeeded": record.State.SucceededAt} {
			require.False(t, at.IsZero() || at.After(w.Clock.Now()), "%s: %s at %s", when, name, at)
		}
		require.True(t, record.State.WaitingSince.IsZero(), when)
		w.requireEqualsGitLab(t, when)
	}
}
