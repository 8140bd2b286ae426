package bolt_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// BenchmarkStore is on a real disk with every write synced.
func BenchmarkStore(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "kv.db"), bolt.Options{})
	kvtest.Benchmark(b, s)
}

// BenchmarkPutParallel shows what sharing a sync brings at each number of writers.
func BenchmarkPutParallel(b *testing.B) {
	for _, writers := range []int{1, 4, 16, 64, 256} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "kv.db"), bolt.Options{})
			var left, failed atomic.Int64
			left.Store(int64(b.N))
			kvtest.Parallel(writers, func(writer int) {
				for n := left.Add(-1); n >= 0; n = left.Add(-1) {
					it := kv.Item{Key: kv.Key{Partition: "p", Sort: fmt.Sprintf("%d-%d", writer, n)}, Value: make([]byte, 512)}
					if _, err := s.Put(b.Context(), it, kv.IfAbsent()); err != nil {
						failed.Add(1)
					}
				}
			})
			if failed.Load() > 0 {
				b.Fatal(failed.Load(), "writes failed")
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
		})
	}
}
