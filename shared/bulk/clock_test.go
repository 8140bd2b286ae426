package bulk_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// A replica whose clock is wrong does one step of a bulk change: starts it, continues it
// after the canary, or between two waves. It ends soon all the same, one commit a wave.
func TestClock_WrongForOneStep(t *testing.T) {
	for step := range 4 {
		for _, off := range operationtest.ClockOffsets {
			t.Run(fmt.Sprintf("step %d, %s off", step, off), func(t *testing.T) {
				t.Parallel()
				w := operationtest.New(t, instances(5)...)
				w.DropEvents()
				wrong := w.WithClock(off)
				by := func(n int) *operationtest.World {
					if n == step {
						return wrong
					}
					return w
				}
				req := rename(5)
				preview, err := w.Bulks.Preview(t.Context(), req)
				require.NoError(t, err)
				req.PreviewHash = preview.Hash
				w.Server.ResetRequests()
				b, _, err := by(0).Bulks.Start(t.Context(), req)
				require.NoError(t, err)
				for n := 1; n < 4; n++ {
					w.Poll(t, 1)
					_ = by(n).Sync(t.Context(), "campus") // a wrong clock may find the lease taken
				}
				w.Poll(t, 5)
				b = bulkOf(t, w, b.ID)
				assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
				assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 5}, states(b), "%+v", b.Targets)
				assert.Equal(t, 3, w.Started(), "one commit for each wave")
			})
		}
	}
}
