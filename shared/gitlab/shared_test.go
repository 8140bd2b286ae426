package gitlab

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/netguard"
)

// process is one of several that share a store; its clock may be wrong.
func process(s http.RoundTripper, store kv.Store, skew time.Duration) *transport {
	t := newTransport(netguard.Policy{}, s, slog.New(slog.DiscardHandler))
	t.share(Options{Store: store, Now: func() time.Time { return time.Now().Add(skew) }})
	return t
}

func playsOnce(answer func(*http.Request) (*http.Response, error)) *script {
	return &script{answers: []func(*http.Request) (*http.Response, error){answer}}
}

type serving func(*http.Request) (*http.Response, error)

func (f serving) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// spent says that GitLab's limit is nearly used up, for so long.
func spent(d time.Duration) func(*http.Request) (*http.Response, error) {
	now := time.Now()
	return answers(200, "RateLimit-Limit", "2000", "RateLimit-Remaining", "300",
		"Date", now.UTC().Format(http.TimeFormat), "RateLimit-Reset", strconv.FormatInt(now.Add(d).Unix(), 10))
}

// counted counts what a store is asked, and fails or hangs on demand.
type counted struct {
	kv.Store
	reads, writes atomic.Int64
	failing       atomic.Bool
}

func (c *counted) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	c.reads.Add(1)
	if c.failing.Load() {
		<-ctx.Done()
		return kv.Item{}, ctx.Err()
	}
	return c.Store.Get(ctx, key, opts...)
}

func (c *counted) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	c.writes.Add(1)
	if c.failing.Load() {
		return kv.Item{}, errors.New("down")
	}
	return c.Store.Put(ctx, item, cond)
}

// onEachStore runs a test over both stores.
func onEachStore(t *testing.T, test func(t *testing.T, open func(now func() time.Time) kv.Store)) {
	t.Run("embedded", func(t *testing.T) {
		test(t, func(now func() time.Time) kv.Store { return kvtest.OpenWithClock(t, now) })
	})
	t.Run("DynamoDB", func(t *testing.T) {
		client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: kvtest.Dynalite(t)})
		require.NoError(t, err)
		test(t, func(func() time.Time) kv.Store {
			table := "ocim-test-" + strings.ToLower(rand.Text())
			_, err := dynamo.CreateTable(t.Context(), client, table)
			require.NoError(t, err)
			still := func() time.Time { return time.Unix(0, 0) }
			return newOutside(t, dynamo.New(client, table, dynamo.Options{Now: still}))
		})
	})
}

// outside is a store that is reached by network. It is called outside of the bubble with
// the test's clock, which stands still while a call is under way.
type outside struct {
	kv.Store
	calls chan func()
	done  chan struct{}
}

func newOutside(t *testing.T, store kv.Store) *outside {
	o := &outside{store, make(chan func()), make(chan struct{})}
	go func() {
		for call := range o.calls {
			call()
			o.done <- struct{}{}
		}
	}()
	t.Cleanup(func() { close(o.calls) })
	return o
}

func (o *outside) Get(_ context.Context, key kv.Key, opts ...kv.ReadOption) (item kv.Item, err error) {
	o.calls <- func() { item, err = o.Store.Get(context.Background(), key, opts...) }
	<-o.done
	return item, err
}

func (o *outside) Put(_ context.Context, item kv.Item, cond kv.Condition) (stored kv.Item, err error) {
	o.calls <- func() { stored, err = o.Store.Put(context.Background(), item, cond) }
	<-o.done
	return stored, err
}

// What one process learns of a token's limit, all heed, and go on when it is over.
func TestShared_BudgetOfATokenIsOne(t *testing.T) { onEachStore(t, testOneBudget) }

func testOneBudget(t *testing.T, open func(now func() time.Time) kv.Store) {
	store := open(time.Now)
	synctest.Test(t, func(t *testing.T) {
		one, other := playsOnce(spent(40*time.Second)), playsOnce(answers(200))
		first, second := process(one, store, 0), process(other, store, 0)
		_, err := first.RoundTrip(request(t, "GET", "/projects/1"))
		require.NoError(t, err)
		_, err = second.RoundTrip(request(t, "GET", "/projects/1"))
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		assert.Equal(t, fault.Limited, f.Kind)
		assert.InDelta(t, 40*time.Second, f.RetryAfter, float64(2*time.Second))
		assert.Empty(t, other.at, "GitLab was not called")
		foreign := request(t, "GET", "/projects/1")
		foreign.Header.Set("PRIVATE-TOKEN", "glpat-other")
		_, err = second.RoundTrip(foreign)
		require.NoError(t, err, "another token has a budget of its own")
		time.Sleep(f.RetryAfter + time.Second)
		_, err = second.RoundTrip(request(t, "GET", "/projects/1"))
		require.NoError(t, err)
	})
}

// A server that failed for one process is left alone by all, and all go on when the time
// has come.
func TestShared_CircuitOfAServerIsOne(t *testing.T) { onEachStore(t, testOneCircuit) }

func testOneCircuit(t *testing.T, open func(now func() time.Time) kv.Store) {
	store := open(time.Now)
	synctest.Test(t, func(t *testing.T) {
		one, other := playsOnce(breaks), playsOnce(answers(200))
		first, second := process(one, store, 0), process(other, store, 0)
		for range circuitFailures / maxAttempts {
			_, err := first.RoundTrip(request(t, "GET", "/projects/1"))
			require.Error(t, err)
		}
		_, err := second.RoundTrip(request(t, "GET", "/projects/1"))
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		assert.Equal(t, fault.Unavailable, f.Kind)
		assert.Empty(t, other.at, "GitLab was not called")
		elsewhere := request(t, "GET", "/projects/1")
		elsewhere.URL.Host = "other.example.org"
		_, err = second.RoundTrip(elsewhere)
		require.NoError(t, err, "another server is not concerned")

		time.Sleep(circuitPause + time.Second) // one tries again, and fails again
		_, err = first.RoundTrip(request(t, "POST", "/projects/1"))
		require.Error(t, err)
		sent := len(other.at)
		_, err = second.RoundTrip(request(t, "GET", "/projects/1"))
		require.ErrorAs(t, err, &f)
		assert.Len(t, other.at, sent, "GitLab was not called")

		time.Sleep(circuitPause + time.Second)
		one.answers = other.answers
		for _, p := range []*transport{first, second} {
			_, err = p.RoundTrip(request(t, "GET", "/projects/1"))
			require.NoError(t, err)
		}
		third := process(playsOnce(answers(200)), store, 0)
		_, err = third.RoundTrip(request(t, "GET", "/projects/1"))
		require.NoError(t, err, "nothing is left of it")
	})
}

// Calls cost no write and, however many they are, one read in five seconds.
func TestShared_CostsLittle(t *testing.T) { onEachStore(t, testLittleCost) }

func testLittleCost(t *testing.T, open func(now func() time.Time) kv.Store) {
	store := &counted{Store: open(time.Now)}
	synctest.Test(t, func(t *testing.T) {
		p := process(playsOnce(answers(200, "RateLimit-Limit", "2000", "RateLimit-Remaining", "1500")), store, 0)
		for range 600 {
			_, err := p.RoundTrip(request(t, "GET", "/projects/1"))
			require.NoError(t, err)
			time.Sleep(100 * time.Millisecond)
		}
		assert.LessOrEqual(t, store.reads.Load(), int64(13))
		assert.Zero(t, store.writes.Load())
		// Many answers say that little is left; one write suffices.
		limited := spent(20 * time.Second)
		p = process(serving(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return limited(req)
		}), store, 0)
		var calls sync.WaitGroup
		for range 20 {
			r := request(t, "GET", "/projects/1")
			calls.Go(func() {
				_, err := p.RoundTrip(r)
				assert.NoError(t, err)
			})
		}
		calls.Wait()
		assert.EqualValues(t, 1, store.writes.Load())
	})
}

// A store that does not answer keeps no call waiting for long, and none from GitLab.
func TestShared_StoreThatFailsStopsNothing(t *testing.T) {
	store := &counted{Store: kvtest.OpenWithClock(t, time.Now)}
	store.failing.Store(true)
	synctest.Test(t, func(t *testing.T) {
		s := playsOnce(answers(200))
		p, start := process(s, store, 0), time.Now()
		for range 20 {
			_, err := p.RoundTrip(request(t, "GET", "/projects/1"))
			require.NoError(t, err)
		}
		assert.LessOrEqual(t, time.Since(start), lookLimit+noteLimit)
		p = process(playsOnce(spent(3*time.Second)), store, 0)
		_, err := p.RoundTrip(request(t, "GET", "/projects/1"))
		require.NoError(t, err)
	})
}

// Whatever the clocks of two processes say, a pause lasts no longer than its rule.
func TestShared_WrongClocksBlockNoLongerThanTheRule(t *testing.T) { onEachStore(t, testWrongClocks) }

func testWrongClocks(t *testing.T, open func(now func() time.Time) kv.Store) {
	for _, skew := range []time.Duration{
		-40 * 24 * time.Hour, -time.Hour, -50 * time.Second, 50 * time.Second, 10 * time.Minute, 40 * 24 * time.Hour,
	} {
		t.Run(skew.String(), func(t *testing.T) {
			store := open(func() time.Time { return time.Unix(0, 0) })
			synctest.Test(t, func(t *testing.T) {
				one, other := playsOnce(spent(30*time.Second)), playsOnce(answers(200))
				first, second := process(one, store, skew), process(other, store, 0)
				_, err := first.RoundTrip(request(t, "GET", "/projects/1"))
				require.NoError(t, err)
				one.answers = []func(*http.Request) (*http.Response, error){breaks}
				foreign := request(t, "POST", "/projects/2")
				foreign.Header.Set("PRIVATE-TOKEN", "glpat-other")
				for range circuitFailures {
					_, err = first.RoundTrip(foreign)
					require.Error(t, err)
				}
				start := time.Now()
				for time.Since(start) < time.Minute {
					if _, err = second.RoundTrip(request(t, "GET", "/projects/1")); err == nil {
						break
					}
					time.Sleep(time.Second)
				}
				assert.LessOrEqual(t, time.Since(start), 31*time.Second)
			})
		})
	}
}
