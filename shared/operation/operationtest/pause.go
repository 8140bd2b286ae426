package operationtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleettest"
)

// PauseEverywhere runs a scenario again and again. Each time the replica that serves it is
// paused before one change later, for longer than every lease, while the client repeats
// the request with another replica, which also syncs until everything is done. Then the
// first replica wakes and goes on. The end must be the same.
func PauseEverywhere(t *testing.T, scenario func() Scenario, instances ...string) {
	t.Helper()
	for n := 1; ; n += fleettest.Step {
		w := New(t, instances...)
		w.DropEvents()
		d := scenario()
		if d.Before != nil {
			d.Before(t, w)
		}
		w.Server.ResetRequests()
		p := fleettest.PauseBefore(n, false)
		sleeper := w.Paused(p)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = d.Do(t.Context(), sleeper)
		}()
		select {
		case <-done:
			require.Greater(t, n, 4, "the replica was paused nowhere")
			t.Logf("%d points to be paused at", n-1)
			return
		case <-p.Reached:
		}
		w.Clock.Advance(5 * time.Minute)
		_ = d.Do(t.Context(), w.Fleet)
		for range 8 {
			w.Clock.Advance(15 * time.Minute)
			_ = w.Sync(t.Context(), "campus")
		}
		p.Wake()
		<-done
		for range 4 {
			w.Clock.Advance(15 * time.Minute)
			_ = w.Sync(t.Context(), "campus")
		}
		d.After(t, w, fmt.Sprintf("paused before change %d", n))
	}
}
