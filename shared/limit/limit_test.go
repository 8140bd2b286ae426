package limit_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/limit"
)

type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Now().UnixNano())
	return c
}

func (c *clock) Now() time.Time      { return time.Unix(0, c.nanos.Load()) }
func (c *clock) add(d time.Duration) { c.nanos.Add(int64(d)) }

// stores runs f on both stores that Ocim supports.
func stores(t *testing.T, f func(t *testing.T, s kv.Store, c *clock)) {
	t.Run("bolt", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		f(t, kvtest.OpenWithClock(t, c.Now), c)
	})
	t.Run("dynamo", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: kvtest.Dynalite(t)})
		require.NoError(t, err)
		table := "ocim-test-" + strings.ToLower(rand.Text())
		_, err = dynamo.CreateTable(t.Context(), client, table)
		require.NoError(t, err)
		f(t, dynamo.New(client, table, dynamo.Options{Now: c.Now}), c)
	})
}

var rate = limit.Rate{Name: "test/rate", Every: 10 * time.Second, Burst: 5}

func take(t *testing.T, l *limit.Limiter, key string, n int) bool {
	t.Helper()
	err := l.Take(t.Context(), rate, key, n)
	if err != nil {
		require.Equal(t, fault.Limited, fault.KindOf(err), "%v", err)
	}
	return err == nil
}

func TestTake_AllowsABurstThenARate(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, s kv.Store, c *clock) {
		l := limit.New(s, c.Now)
		for range 5 {
			assert.True(t, take(t, l, "ana", 1))
		}
		err := l.Take(t.Context(), rate, "ana", 1)
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		assert.Equal(t, fault.Limited, f.Kind)
		assert.Equal(t, 10*time.Second, f.RetryAfter)
		assert.True(t, take(t, l, "ben", 1), "another key")
		require.NoError(t, l.Take(t.Context(), limit.Rate{Name: "test/other", Every: time.Second, Burst: 1}, "ana", 1), "another rate")
		c.add(10*time.Second - time.Nanosecond)
		assert.False(t, take(t, l, "ana", 1))
		c.add(time.Nanosecond)
		assert.True(t, take(t, l, "ana", 1))
		assert.False(t, take(t, l, "ana", 1))
		c.add(time.Hour)
		assert.False(t, take(t, l, "ana", 6), "never more than the burst")
		assert.True(t, take(t, l, "ana", 5))
		assert.False(t, take(t, l, "ana", 1))
		require.NoError(t, l.Give(t.Context(), rate, "ana", 2))
		assert.True(t, take(t, l, "ana", 2))
		assert.False(t, take(t, l, "ana", 1))
		require.NoError(t, l.Give(t.Context(), rate, "ana", 100))
		assert.False(t, take(t, l, "ana", 6), "what is given back is never more than was taken")
		assert.True(t, take(t, l, "ana", 5))
	})
}

func TestTake_ConcurrentCallersGetNoMoreThanTheBurst(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, s kv.Store, c *clock) {
		counted := &unsureWrites{Store: s}
		replicas := []*limit.Limiter{limit.New(counted, c.Now), limit.New(counted, c.Now)}
		var got atomic.Int64
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				err := replicas[i%2].Take(t.Context(), rate, "ana", 1)
				if err == nil {
					got.Add(1)
				} else if !fault.Is(err, fault.Limited) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		assert.LessOrEqual(t, got.Load(), int64(5))
		// Each write that the store could not confirm may have used one permit.
		assert.GreaterOrEqual(t, got.Load()+counted.n.Load(), int64(5))
	})
}

// unsureWrites counts the writes of which the store could not say whether they
// happened. Over loaded DynamoDB, a retried request can lose its answer.
type unsureWrites struct {
	kv.Store
	n    atomic.Int64
	lose atomic.Int64 // this many writes happen and lose their answer
}

func (u *unsureWrites) Put(ctx context.Context, it kv.Item, cond kv.Condition) (kv.Item, error) {
	out, err := u.Store.Put(ctx, it, cond)
	if err == nil && u.lose.Add(-1) >= 0 {
		err = fault.New(fault.Unavailable, "lost an answer")
	}
	if fault.Is(err, fault.Unavailable) {
		u.n.Add(1)
	}
	return out, err
}

func TestTake_CountsAPermitWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := &unsureWrites{Store: kvtest.OpenWithClock(t, c.Now)}
	l := limit.New(s, c.Now)
	s.lose.Store(2)
	require.True(t, take(t, l, "ana", 1), "the caller does not notice")
	assert.True(t, take(t, l, "ana", 2), "two of the five were used by lost answers, one by the call")
	assert.False(t, take(t, l, "ana", 1))

	// A permit is never returned twice.
	s.lose.Store(1)
	require.Error(t, l.Give(t.Context(), rate, "ana", 1))
	assert.True(t, take(t, l, "ana", 1))
	assert.False(t, take(t, l, "ana", 1))

	// A store that is down is an error, not a refusal.
	s.lose.Store(100)
	c.add(time.Hour)
	err := l.Take(t.Context(), rate, "ben", 1)
	assert.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
}

func TestTake_ClockThatWasAheadBlocksNoLongerThanTheBurst(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, s kv.Store, c *clock) {
		l := limit.New(s, c.Now)
		c.add(40 * 24 * time.Hour)
		require.True(t, take(t, l, "ana", 5))
		c.add(-40 * 24 * time.Hour)
		assert.False(t, take(t, l, "ana", 1))
		c.add(10 * time.Second)
		assert.True(t, take(t, l, "ana", 1))
		c.add(40 * time.Second)
		assert.True(t, take(t, l, "ana", 4))
		assert.False(t, take(t, l, "ana", 2))
	})
}

// countedWrites counts the writes.
type countedWrites struct {
	kv.Store
	writes atomic.Int64
}

func (f *countedWrites) Put(ctx context.Context, it kv.Item, cond kv.Condition) (kv.Item, error) {
	f.writes.Add(1)
	return f.Store.Put(ctx, it, cond)
}

func TestTake_RefusalWritesNothing(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := &countedWrites{Store: kvtest.OpenWithClock(t, c.Now)}
	l := limit.New(s, c.Now)
	for range 100 {
		_ = l.Take(t.Context(), rate, "ana", 1)
	}
	assert.EqualValues(t, 5, s.writes.Load())
}
