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

// stores are both that Ocim runs on.
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

func TestABurstAndThenARate(t *testing.T) {
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

func TestManyAtOnceGetNoMoreThanTheBurst(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, s kv.Store, c *clock) {
		replicas := []*limit.Limiter{limit.New(s, c.Now), limit.New(s, c.Now)}
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
		assert.EqualValues(t, 5, got.Load())
	})
}

// flood counts the writes.
type flood struct {
	kv.Store
	writes atomic.Int64
}

func (f *flood) Put(ctx context.Context, it kv.Item, cond kv.Condition) (kv.Item, error) {
	f.writes.Add(1)
	return f.Store.Put(ctx, it, cond)
}

func TestWhatIsRefusedWritesNothing(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := &flood{Store: kvtest.OpenWithClock(t, c.Now)}
	l := limit.New(s, c.Now)
	for range 100 {
		_ = l.Take(t.Context(), rate, "ana", 1)
	}
	assert.EqualValues(t, 5, s.writes.Load())
}
