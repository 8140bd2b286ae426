package kv

import (
	"context"
	"iter"
	"slices"
)

// GetAll reads any number of different items, by key. Those that do not exist are not in
// the result.
func GetAll(ctx context.Context, store Store, keys []Key, opts ...ReadOption) (map[Key]Item, error) {
	found := make(map[Key]Item, len(keys))
	for some := range slices.Chunk(keys, MaxBatch) {
		items, err := store.BatchGet(ctx, some, opts...)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			found[item.Key] = item
		}
	}
	return found, nil
}

// Items visits all that a query finds, page by page; an error is the last.
func Items(ctx context.Context, store Store, q Query) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		q := q
		q.Limit = MaxPage
		for {
			page, err := store.Query(ctx, q)
			if err != nil {
				yield(Item{}, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if q.After = page.Next; q.After == "" {
				return
			}
		}
	}
}
