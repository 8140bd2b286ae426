package bulk

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestPauseAfterFailures(t *testing.T) {
	const ok, failed, waiting, running = fleet.TargetSucceeded, fleet.TargetFailed, fleet.TargetWaiting, fleet.TargetRunning
	for name, tt := range map[string]struct {
		waves      []fleet.TargetState // the canary first, then wave 1
		pauseAfter int
		forgiven   int
		queued     bool // an operation of the wave waits to be sent
		want       bool
	}{
		"nothing failed":                             {[]fleet.TargetState{ok, waiting}, 1, 0, false, false},
		"the canary failed, three are allowed":       {[]fleet.TargetState{failed, waiting, waiting}, 3, 0, false, true},
		"the canary was canceled":                    {[]fleet.TargetState{fleet.TargetCanceled, waiting}, 3, 0, false, true},
		"the canary failed and was resumed":          {[]fleet.TargetState{failed, ok, waiting}, 3, 1, false, false},
		"it was resumed, then one more failed":       {[]fleet.TargetState{failed, failed, waiting}, 3, 1, false, true},
		"one of the wave failed, two are allowed":    {[]fleet.TargetState{ok, failed, waiting}, 2, 0, false, false},
		"two of the wave failed, two are allowed":    {[]fleet.TargetState{ok, failed, failed, waiting}, 2, 0, false, true},
		"too many failed, nothing is left":           {[]fleet.TargetState{ok, failed, running}, 1, 0, false, false},
		"too many failed, an operation still waits":  {[]fleet.TargetState{ok, failed, running}, 1, 0, true, true},
		"too many failed before, all were forgiven":  {[]fleet.TargetState{ok, failed, failed, waiting}, 1, 2, false, false},
		"the canary alone failed, nothing is left":   {[]fleet.TargetState{failed}, 1, 0, false, false},
		"the canary failed, the only wave is queued": {[]fleet.TargetState{failed, running}, 5, 0, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := fleet.Bulk{State: fleet.BulkRunning, PauseAfter: tt.pauseAfter, Forgiven: tt.forgiven}
			for i, state := range tt.waves {
				b.Targets = append(b.Targets, fleet.BulkTarget{Wave: min(i, 1), State: state})
			}
			states := map[string]fleet.Operation{"op": {State: fleet.Running}}
			if tt.queued {
				states["op"] = fleet.Operation{State: fleet.Requested}
			}
			assert.Equal(t, tt.want, pauseAfterFailures(&b, states))
			assert.Equal(t, tt.want, b.State == fleet.BulkPaused)
			if tt.want {
				assert.Contains(t, b.Detail, "of the instances failed")
			}
			for _, state := range []fleet.BulkState{fleet.BulkPaused, fleet.BulkAborted, fleet.BulkDone} {
				b.State, b.Detail = state, ""
				assert.False(t, pauseAfterFailures(&b, states), state)
			}
		})
	}
}
