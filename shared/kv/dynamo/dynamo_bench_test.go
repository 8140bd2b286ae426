package dynamo_test

import (
	"testing"

	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// BenchmarkStore is by dynalite: it compares versions of this package, not servers.
func BenchmarkStore(b *testing.B) {
	client, table := newTable(b, kvtest.Dynalite(b))
	kvtest.Benchmark(b, dynamo.New(client, table, dynamo.Options{}))
}
