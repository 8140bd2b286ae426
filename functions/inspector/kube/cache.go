package kube

import (
	"context"
	"sync"
	"time"
)

const (
	maxEntries = 256
	loadLimit  = 20 * time.Second
)

// cache keeps answers for a short time and asks only once for what several
// callers want at the same time. Its values are shared: no one changes them.
type cache[V any] struct {
	ttl time.Duration
	now func() time.Time

	mu      sync.Mutex
	entries map[string]*entry[V]
}

type entry[V any] struct {
	done  chan struct{} // closed when the rest is set
	value V
	err   error
	at    time.Time
}

func newCache[V any](ttl time.Duration, now func() time.Time) *cache[V] {
	return &cache[V]{ttl: ttl, now: now, entries: map[string]*entry[V]{}}
}

// get gives the kept value or waits for load. A caller that gives up does not
// stop it for the others.
func (c *cache[V]) get(ctx context.Context, key string, load func(context.Context) (V, error)) (V, error) {
	e := c.entry(ctx, key, load)
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
		var none V
		return none, translate(ctx.Err(), "answer")
	}
}

func (c *cache[V]) entry(ctx context.Context, key string, load func(context.Context) (V, error)) *entry[V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok && !c.stale(e) {
		return e
	}
	for k, e := range c.entries {
		if len(c.entries) < maxEntries && !c.stale(e) {
			continue
		}
		delete(c.entries, k)
	}
	e := &entry[V]{done: make(chan struct{})}
	c.entries[key] = e
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadLimit)
	go func() {
		defer cancel()
		defer close(e.done)
		e.value, e.err = load(ctx)
		e.at = c.now()
	}()
	return e
}

// stale reports whether an entry is finished and failed or too old.
func (c *cache[V]) stale(e *entry[V]) bool {
	select {
	case <-e.done:
		return e.err != nil || c.now().Sub(e.at) >= c.ttl
	default:
		return false
	}
}
