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
// second in turn, and as long on a fast one of a machine that wakes them all at once. Pauses
// as short as a fast store's first ones would use up all tries before.
func TestRetry_PausesGrowUntilWritersMeetNoMore(t *testing.T) {
	for _, took := range []time.Duration{20 * time.Millisecond, 0} {
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
				assert.Greater(t, late, 500*time.Millisecond)
				assert.Less(t, pauses[1], took+2*time.Millisecond+took, "the first is short")
				assert.Less(t, slices.Max(pauses), 2100*time.Millisecond)
			})
		})
	}
}
