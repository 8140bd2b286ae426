package operationtest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// pause stops a replica before its nth change to the store or to GitLab until it is woken.
type pause struct {
	mu      sync.Mutex
	left    int
	reached chan struct{}
	wake    chan struct{}
}

// change blocks when it is the nth one.
func (p *pause) change() {
	p.mu.Lock()
	p.left--
	stop := p.left == 0
	p.mu.Unlock()
	if stop {
		close(p.reached)
		<-p.wake
	}
}

type pausedStore struct {
	kv.Store
	*pause
}

func (p pausedStore) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	p.change()
	return p.Store.Put(ctx, item, cond)
}

func (p pausedStore) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	p.change()
	return p.Store.Delete(ctx, key, cond)
}

func (p pausedStore) Add(ctx context.Context, key kv.Key, delta int64, expires time.Time) (int64, error) {
	p.change()
	return p.Store.Add(ctx, key, delta, expires)
}

type pausedTransport struct{ *pause }

func (p pausedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		p.change()
	}
	return http.DefaultTransport.RoundTrip(r)
}

// PauseEverywhere runs a scenario again and again. Each time the replica that serves it is
// paused before one change later, for longer than every lease, while the client repeats
// the request with another replica, which also syncs until everything is done. Then the
// first replica wakes and goes on. The end must be the same.
func PauseEverywhere(t *testing.T, scenario func() Scenario, instances ...string) {
	t.Helper()
	for n := 1; ; n++ {
		w := New(t, instances...)
		w.DropWebhooks()
		d := scenario()
		if d.Before != nil {
			d.Before(t, w)
		}
		w.Server.ResetRequests()
		p := &pause{left: n, reached: make(chan struct{}), wake: make(chan struct{})}
		sleeper := allsetup.New(allsetup.Parts{
			KV: pausedStore{w.KV, p}, Keys: w.SealKeys, Requesters: w.Rights, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
			Transport: pausedTransport{p}, Webhook: w.Hook,
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = d.Do(t.Context(), sleeper)
		}()
		select {
		case <-done:
			require.Greater(t, n, 4, "the replica was paused nowhere")
			t.Logf("%d points to be paused at", n-1)
			return
		case <-p.reached:
		}
		w.Clock.Advance(5 * time.Minute)
		_ = d.Do(t.Context(), w.Fleet)
		for range 8 {
			w.Clock.Advance(15 * time.Minute)
			_ = w.Sync(t.Context(), "campus")
		}
		close(p.wake)
		<-done
		for range 4 {
			w.Clock.Advance(15 * time.Minute)
			_ = w.Sync(t.Context(), "campus")
		}
		d.After(t, w, fmt.Sprintf("paused before change %d", n))
	}
}
