package lease_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/lease"
)

func TestAcquireLease_FencesByToken(t *testing.T) {
	c := kvtest.NewClock()
	s := lease.New(kvtest.OpenWithClock(t, c.Now), c.Now)
	ctx := t.Context()

	first, err := s.AcquireLease(ctx, "sync", "a", time.Minute)
	require.NoError(t, err)
	_, err = s.AcquireLease(ctx, "sync", "b", time.Minute)
	assert.True(t, fault.Is(err, fault.Conflict), "held by another")

	again, err := s.AcquireLease(ctx, "sync", "a", time.Minute)
	require.NoError(t, err, "the holder renews")
	assert.Greater(t, again.Token, first.Token)

	require.NoError(t, s.ReleaseLease(ctx, first), "an outdated lease releases nothing")
	_, err = s.AcquireLease(ctx, "sync", "b", time.Minute)
	assert.True(t, fault.Is(err, fault.Conflict))

	c.Advance(61 * time.Second)
	taken, err := s.AcquireLease(ctx, "sync", "b", time.Minute)
	require.NoError(t, err, "it ran out")
	assert.Greater(t, taken.Token, again.Token)

	require.NoError(t, s.EndLease(ctx, "sync", "a"), "not the holder: nothing happens")
	_, err = s.AcquireLease(ctx, "sync", "c", time.Minute)
	assert.True(t, fault.Is(err, fault.Conflict))
	require.NoError(t, s.EndLease(ctx, "sync", "b"))
	_, err = s.AcquireLease(ctx, "sync", "c", time.Minute)
	assert.NoError(t, err)
}

func TestHoldLease_RenewsUntilStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := lease.New(kvtest.Open(t), time.Now)
		ctx, held, stop, err := s.HoldLease(t.Context(), "sync", "a", 20*time.Second)
		require.NoError(t, err)
		for range 10 {
			time.Sleep(30 * time.Second)
			_, err = s.AcquireLease(t.Context(), "sync", "b", time.Minute)
			require.True(t, fault.Is(err, fault.Conflict), "it is renewed")
		}
		require.NoError(t, ctx.Err())

		stop()
		assert.ErrorIs(t, ctx.Err(), context.Canceled)
		time.Sleep(21 * time.Second)
		later, err := s.AcquireLease(t.Context(), "sync", "b", time.Minute)
		require.NoError(t, err, "a holder that does not renew has it no longer than its life")
		assert.ErrorIs(t, lease.Fenced(later.Token, held.Token), lease.ErrFenced)
	})
}

func TestHoldLease_EndsContextWhenLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := lease.New(kvtest.Open(t), time.Now)
		ctx, _, stop, err := s.HoldLease(t.Context(), "sync", "a", 20*time.Second)
		require.NoError(t, err)
		defer stop()
		require.NoError(t, s.EndLease(t.Context(), "sync", "a"))
		_, err = s.AcquireLease(t.Context(), "sync", "b", time.Minute)
		require.NoError(t, err)
		<-ctx.Done()
		assert.ErrorIs(t, context.Cause(ctx), lease.ErrFenced)
	})
}

func TestAcquireLease_HasOneWinner(t *testing.T) {
	s := lease.New(kvtest.Open(t), time.Now)
	var mu sync.Mutex
	won := 0
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if _, err := s.AcquireLease(t.Context(), "x", fmt.Sprint(i), time.Minute); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 1, won)
}

func TestLeaseHolder_IsEmptyOnceTheLeaseRanOut(t *testing.T) {
	c := kvtest.NewClock()
	s := lease.New(kvtest.OpenWithClock(t, c.Now), c.Now)
	holder := func() string {
		h, err := s.LeaseHolder(t.Context(), "sync")
		require.NoError(t, err)
		return h
	}
	assert.Empty(t, holder(), "never taken")
	_, err := s.AcquireLease(t.Context(), "sync", "a", time.Minute)
	require.NoError(t, err)
	c.Advance(time.Minute - time.Second)
	assert.Equal(t, "a", holder())
	c.Advance(time.Second)
	assert.Empty(t, holder(), "it ran out, although nobody else took it")

	_, err = s.AcquireLease(t.Context(), "sync", "b", time.Minute)
	require.NoError(t, err)
	require.NoError(t, s.EndLease(t.Context(), "sync", "b"))
	assert.Empty(t, holder(), "given back")
}

// A lease that another holder had meanwhile is lost for good, although it is free again.
func TestHoldLease_EndsWhenAnotherHadItMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := lease.New(kvtest.Open(t), time.Now)
		ctx, held, stop, err := s.HoldLease(t.Context(), "sync", "a", 20*time.Second)
		require.NoError(t, err)
		defer stop()
		require.Equal(t, held.Token, lease.TokenOf(ctx, "sync"))
		require.Zero(t, lease.TokenOf(ctx, "other"))
		require.NoError(t, s.EndLease(t.Context(), "sync", "a"))
		_, err = s.AcquireLease(t.Context(), "sync", "b", time.Minute)
		require.NoError(t, err)
		require.NoError(t, s.EndLease(t.Context(), "sync", "b"))
		<-ctx.Done()
		assert.ErrorIs(t, context.Cause(ctx), lease.ErrFenced)
		holder, err := s.LeaseHolder(t.Context(), "sync")
		require.NoError(t, err)
		assert.Empty(t, holder, "it was not taken again")
	})
}

// A holder that takes over learns so, and so do those after it, until one has finished.
func TestAcquireLease_IsUncleanUntilOneFinished(t *testing.T) {
	c := kvtest.NewClock()
	s := lease.New(kvtest.OpenWithClock(t, c.Now), c.Now)
	take := func(holder string) bool {
		l, err := s.AcquireLease(t.Context(), "sync", holder, time.Minute)
		require.NoError(t, err)
		return l.Unclean
	}
	assert.False(t, take("a"))
	require.NoError(t, s.EndLease(t.Context(), "sync", "a"))
	assert.False(t, take("b"), "a gave it back")
	c.Advance(time.Minute)
	assert.True(t, take("c"), "b did not")
	require.NoError(t, s.EndLease(t.Context(), "sync", "c"))
	assert.True(t, take("d"), "c did not finish")
	require.NoError(t, s.EndLeaseClean(t.Context(), "sync", "d"))
	assert.False(t, take("e"))
}

// jumps are what a clock may be wrong by, for a moment.
var jumps = []time.Duration{
	-40 * 24 * time.Hour, -time.Hour, -2 * time.Minute, 0, 2 * time.Minute, time.Hour, 40 * 24 * time.Hour,
}

// The clocks of the holder and of the observer are wrong for a moment, at any step. The
// holder dies, and the lease is free a few of its lives later.
func TestAcquireLease_WrongClocksBlockNoLongerThanItsLife(t *testing.T) {
	const life = time.Minute
	store := kvtest.OpenWithClock(t, time.Now)
	for _, observers := range []string{"one", "one each time"} {
		for _, holders := range jumps {
			for _, first := range jumps {
				for _, second := range jumps {
					name := fmt.Sprintf("%s: holder %s, observer %s, then %s", observers, holders, first, second)
					c := kvtest.NewClock()
					jump := holders
					now := func() time.Time { return c.Now().Add(jump) }
					_, err := lease.New(store, now).AcquireLease(t.Context(), name, "a", life)
					require.NoError(t, err)

					jump = 0
					observer := lease.New(store, now)
					tries := 0
					for _, jump = range []time.Duration{first, second, 0, 0, 0, 0, 0, 0} {
						if observers == "one each time" {
							observer = lease.New(store, now)
						}
						tries++
						if _, err = observer.AcquireLease(t.Context(), name, "b", life); err == nil {
							break
						}
						require.True(t, fault.Is(err, fault.Conflict), "%v", err)
						c.Advance(life)
					}
					require.NoError(t, err, name)
					// Two with the wrong clock, one that corrects the stored time, and its life until it counts.
					require.LessOrEqual(t, tries, 6, name)
				}
			}
		}
	}
}
