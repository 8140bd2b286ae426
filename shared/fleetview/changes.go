package fleetview

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/open-craft/ocim/shared/kv"
)

// Changes gives the revision of everything that pages show, and what says whether a scope
// is as it was at an earlier one: a cluster with its records, or a scope of Touch; the
// empty scope is the whole fleet. It costs half a read unit, which other reads of the
// request save, and may miss the last second's changes.
func (s *Segments) Changes(ctx context.Context) (revision int64, unchanged func(scope string, since int64) bool, err error) {
	item, ok := kv.Ahead(ctx, headKey)
	if !ok {
		if item, ok, err = kv.ReadAhead(ctx, s.kv, headKey); err == nil && !ok {
			item, err = s.kv.Get(ctx, headKey, kv.Eventual())
		}
	}
	h, err := decodeHead(item, err)
	if err != nil {
		return 0, nil, err
	}
	return h.Revision, h.untouched, nil
}

// Touch makes known that records of a scope changed: of a cluster, or others under a name
// that no cluster has. It follows the write. A process that dies in between leaves readers
// with what they have until the scope changes again, or they stop to rely on it.
func (s *Segments) Touch(ctx context.Context, scope string) error {
	if g := gatheredIn(ctx); g != nil {
		g.add(scope)
		return nil
	}
	return s.publisher.touch(ctx, scope)
}

// Gather returns a context in which Touch only notes the scope. What was noted is made
// known by the next change of that cluster's rows, or by publish, which the caller must
// call. So many records cost one write of the head.
func (s *Segments) Gather(ctx context.Context) (gathering context.Context, publish func() error) {
	if gatheredIn(ctx) != nil {
		return ctx, func() error { return nil } // the outer one publishes
	}
	g := &gathered{scopes: map[string]bool{}}
	return context.WithValue(ctx, gatheredKey{}, g), func() error {
		for _, scope := range g.all() {
			if err := s.publisher.touch(ctx, scope); err != nil {
				return err
			}
			g.take(scope)
		}
		return nil
	}
}

type gatheredKey struct{}

// gathered is scopes whose records changed and that are not made known yet.
type gathered struct {
	mu     sync.Mutex
	scopes map[string]bool
}

func gatheredIn(ctx context.Context) *gathered {
	g, _ := ctx.Value(gatheredKey{}).(*gathered)
	return g
}

func (g *gathered) add(scope string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.scopes[scope] = true
}

// take removes a scope and reports whether it was there; g may be nil.
func (g *gathered) take(scope string) bool {
	if g == nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	held := g.scopes[scope]
	delete(g.scopes, scope)
	return held
}

func (g *gathered) all() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.scopes))
}
