//go:build !race

// Several timers of a bubble that end at the same time crash the race detector itself (golang/go#78156):
// make test runs these without it, and queue_race_test.go with it, in real time.

package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/reconcile"
)

func TestQueue_AppliesABurstInFewBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var batches []time.Duration
		begin := time.Now()
		q := reconcile.NewQueue(func(context.Context, string) error {
			batches = append(batches, time.Since(begin))
			time.Sleep(100 * time.Millisecond)
			return nil
		}, slog.New(slog.DiscardHandler))
		for range 250 { // 2.5 s
			q.Add("campus")
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		assert.Equal(t, []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}, batches, "the first at once, and one for what came last")
		assert.Zero(t, q.Waiting())
	})
}

func TestQueue_NeverMissesWhatComesDuringABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored, applied atomic.Int64
		q := reconcile.NewQueue(func(context.Context, string) error {
			seen := stored.Load()
			time.Sleep(700 * time.Millisecond)
			applied.Store(seen)
			return nil
		}, slog.New(slog.DiscardHandler))
		for range 300 {
			stored.Add(1)
			q.Add("campus")
			time.Sleep(37 * time.Millisecond)
		}
		require.NoError(t, q.Drain(t.Context()))
		assert.Equal(t, stored.Load(), applied.Load())
	})
}

func TestQueue_BoundsWhatRunsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most, calls atomic.Int64
		q := reconcile.NewQueue(func(context.Context, string) error {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			calls.Add(1)
			return errors.New("it fails, and that stops nothing")
		}, slog.New(slog.DiscardHandler))
		for n := range 3000 {
			q.Add(fmt.Sprint(n))
		}
		assert.Equal(t, 2000, q.Waiting(), "the rest is left to the sync")
		require.NoError(t, q.Drain(t.Context()))
		assert.Equal(t, int64(2000), calls.Load())
		assert.LessOrEqual(t, most.Load(), int64(4))
	})
}

func TestQueue_DrainSkipsGapsAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		calls := 0
		q := reconcile.NewQueue(func(context.Context, string) error {
			mu.Lock()
			defer mu.Unlock()
			calls++
			time.Sleep(10 * time.Millisecond)
			return nil
		}, slog.New(slog.DiscardHandler))
		q.Add("campus")
		time.Sleep(20 * time.Millisecond)
		q.Add("campus")
		begin := time.Now()
		require.NoError(t, q.Drain(t.Context()))
		assert.Equal(t, 2, calls)
		assert.Less(t, time.Since(begin), 100*time.Millisecond)

		slow := reconcile.NewQueue(func(context.Context, string) error { time.Sleep(time.Hour); return nil }, slog.New(slog.DiscardHandler))
		slow.Add("campus")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, slow.Drain(ctx), context.DeadlineExceeded)
		time.Sleep(2 * time.Hour)
	})
}
