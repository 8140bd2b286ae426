package kv_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// On a store whose reads and writes take 20 ms, 64 writers that meet need more than a
// second in turn. Pauses as short as a fast store's would use up all tries before.
func TestRetry_PausesGrowWithWhatATryTakes(t *testing.T) {
	for took, atLeast := range map[time.Duration]time.Duration{
		20 * time.Millisecond: 500 * time.Millisecond,
		0:                     10 * time.Millisecond,
	} {
		t.Run(took.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var pauses []time.Duration
				ended := time.Now()
				err := kv.Retry(t.Context(), "x", func() (bool, error) {
					pauses = append(pauses, time.Since(ended))
					time.Sleep(took)
					ended = time.Now()
					return true, nil
				})
				require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
				var late time.Duration
				for _, pause := range pauses[10:] {
					late += pause / time.Duration(len(pauses)-10)
				}
				assert.Greater(t, late, atLeast)
				assert.Less(t, slices.Max(pauses), 2100*time.Millisecond)
			})
		})
	}
}
