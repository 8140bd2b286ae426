package fleettest

import (
	"context"
	"net/http"
	"sync"

	"github.com/open-craft/ocim/shared/kv"
)

// Pause stops a process before its nth step until it is woken, as SIGSTOP, a throttled
// container or a frozen machine does. A step is a write to the store or a call to GitLab.
type Pause struct {
	Reached chan struct{} // closed when the process stops
	wake    chan struct{}
	reads   bool

	mu   sync.Mutex
	left int
}

// PauseBefore returns a Pause before the nth step, counted from 1. reads is whether calls
// to GitLab that change nothing count.
func PauseBefore(n int, reads bool) *Pause {
	return &Pause{left: n, reads: reads, Reached: make(chan struct{}), wake: make(chan struct{})}
}

// Wake lets the process go on.
func (p *Pause) Wake() { close(p.wake) }

func (p *Pause) step() {
	p.mu.Lock()
	p.left--
	stop := p.left == 0
	p.mu.Unlock()
	if stop {
		close(p.Reached)
		<-p.wake
	}
}

// Store returns the process's view of a store.
func (p *Pause) Store(store kv.Store) kv.Store { return pausedStore{store, p} }

// Transport returns the process's way to GitLab.
func (p *Pause) Transport(base http.RoundTripper) http.RoundTripper { return pausedTransport{base, p} }

type pausedStore struct {
	kv.Store
	*Pause
}

func (p pausedStore) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	p.step()
	return p.Store.Put(ctx, item, cond)
}

func (p pausedStore) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	p.step()
	return p.Store.Delete(ctx, key, cond)
}

type pausedTransport struct {
	base http.RoundTripper
	*Pause
}

func (p pausedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.reads || r.Method != http.MethodGet {
		p.step()
	}
	return p.base.RoundTrip(r)
}
