package kv

import (
	"context"
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
