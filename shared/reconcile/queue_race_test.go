package reconcile_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/reconcile"
)

func TestQueue_IsUsedByManyAtOnce(t *testing.T) {
	t.Parallel()
	var stored, applied [8]atomic.Int64
	written := make(chan struct{})
	q := reconcile.NewQueue(func(_ context.Context, cluster string) error {
		var n int
		_, err := fmt.Sscan(cluster, &n)
		seen := stored[n].Load()
		<-written // so that much comes during the first batches
		applied[n].Store(seen)
		return err
	}, slog.New(slog.DiscardHandler))
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range 200 {
				n := (w + i) % len(stored)
				stored[n].Add(1)
				q.Add(fmt.Sprint(n))
				q.Waiting()
			}
		})
	}
	writers.Wait()
	close(written)
	require.NoError(t, q.Drain(t.Context()))
	for n := range stored {
		assert.Equal(t, stored[n].Load(), applied[n].Load(), "cluster %d", n)
	}
	assert.Zero(t, q.Waiting())
}
