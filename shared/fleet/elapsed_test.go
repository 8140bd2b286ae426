package fleet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fleet"
)

// Whatever a clock was wrong by when a time was noted, what waits for a while after it
// waits little longer than that, once the clock is right.
func TestElapsed_BlocksNoLongerThanTheRule(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	const rule = 10 * time.Minute
	for _, jump := range []time.Duration{
		-40 * 24 * time.Hour, -time.Hour, -2 * time.Minute, 0, 30 * time.Second, 2 * time.Minute, time.Hour, 40 * 24 * time.Hour,
	} {
		noted := now.Add(jump)
		assert.GreaterOrEqual(t, fleet.Elapsed(now.Add(rule+2*time.Minute), noted), rule, jump)
		assert.True(t, fleet.DailyDue("campus", noted, now.Add(25*time.Hour)), jump)
		if jump == 0 {
			assert.Less(t, fleet.Elapsed(now.Add(rule-time.Second), noted), rule)
		}
	}
}
