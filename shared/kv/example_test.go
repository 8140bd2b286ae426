package kv_test

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// A change depends on nothing but the item it is given, because it starts again when
// another writer was faster.
func Example() {
	store, end := kvtest.OpenForExample()
	defer end()

	ctx, key := context.Background(), kv.Key{Partition: "greeting", Sort: "en"}
	for _, word := range []string{"hello", " world"} {
		err := kv.Update(ctx, store, key, nil, func(item *kv.Item) (bool, error) {
			item.Value = append(item.Value, word...)
			return true, nil
		})
		if err != nil {
			panic(err)
		}
	}
	_, err := store.Put(ctx, kv.Item{Key: key, Value: []byte("bye")}, kv.IfAbsent())
	fmt.Println(err)
	item, err := store.Get(ctx, key)
	fmt.Printf("%s (version %d) %v\n", item.Value, item.Version, err)
	// Output:
	// the item exists already
	// hello world (version 2) <nil>
}
