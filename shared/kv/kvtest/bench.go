package kvtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/open-craft/ocim/shared/kv"
)

// Benchmark measures a lone caller on a store of 1,000 items of 512 bytes.
func Benchmark(b *testing.B, s kv.Store) {
	ctx, partition := b.Context(), unique()
	key := func(i int) kv.Key { return kv.Key{Partition: partition, Sort: fmt.Sprintf("%04d", i%1000)} }
	value := make([]byte, 512)
	errs := make([]error, 1000)
	Parallel(8, func(part int) {
		for i := part; i < len(errs); i += 8 {
			_, errs[i] = s.Put(ctx, kv.Item{Key: key(i), Value: value}, kv.Always)
		}
	})
	if err := errors.Join(errs...); err != nil {
		b.Fatal(err)
	}
	keys := make([]kv.Key, 50)
	for i := range keys {
		keys[i] = key(i * 17)
	}
	for name, call := range map[string]func(i int) error{
		"Get":        func(i int) error { return second(s.Get(ctx, key(i))) },
		"BatchGet50": func(int) error { return second(s.BatchGet(ctx, keys)) },
		"Query50": func(int) error {
			return second(s.Query(ctx, kv.Query{Partition: partition, Prefix: "0", Limit: 50}))
		},
		"Put": func(i int) error { return second(s.Put(ctx, kv.Item{Key: key(i), Value: value}, kv.Always)) },
	} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := call(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
