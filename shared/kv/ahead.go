package kv

import (
	"context"
	"sync"
)

// ahead holds the item that a request has read before the code that needs it runs.
type ahead struct {
	mu   sync.Mutex
	item *Item
}

type aheadKey struct{}

// WithAhead returns the context of one request that only reads. What ReadAhead reads with
// it is not read again by the next GetAhead, so that two parts of the request that need
// the same item pay for one read.
func WithAhead(ctx context.Context) context.Context {
	return context.WithValue(ctx, aheadKey{}, &ahead{})
}

// ReadAhead reads an item eventually and keeps it for one GetAhead of the same request;
// false, and nothing is read, when the context is not that of WithAhead.
func ReadAhead(ctx context.Context, store Store, key Key) (Item, bool, error) {
	a, ok := ctx.Value(aheadKey{}).(*ahead)
	if !ok {
		return Item{}, false, nil
	}
	item, err := store.Get(ctx, key, Eventual())
	if err != nil {
		return Item{}, true, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.item = &item
	return item, true, nil
}

// Ahead gives the item that the request has read ahead and that no GetAhead took yet.
func Ahead(ctx context.Context, key Key) (Item, bool) {
	a, ok := ctx.Value(aheadKey{}).(*ahead)
	if !ok {
		return Item{}, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.item == nil || a.item.Key != key {
		return Item{}, false
	}
	return *a.item, true
}

// GetAhead gives the item that the request has read ahead, once, and else reads it
// eventually. The store is the one of ReadAhead, or another view of it.
func GetAhead(ctx context.Context, store Store, key Key) (Item, error) {
	if a, ok := ctx.Value(aheadKey{}).(*ahead); ok {
		a.mu.Lock()
		item := a.item
		if item != nil && item.Key == key {
			a.item = nil
			a.mu.Unlock()
			return *item, nil
		}
		a.mu.Unlock()
	}
	return store.Get(ctx, key, Eventual())
}
