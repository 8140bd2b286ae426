package bolt

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/open-craft/ocim/shared/kv"
)

func nothing(*bbolt.Tx) error { return nil }

// gated is a committer whose commits wait to be let through and note their size.
type gated struct {
	committer
	pass  chan struct{}
	sizes []int
}

func newGated() *gated {
	g := &gated{pass: make(chan struct{})}
	g.committer = committer{token: make(chan struct{}, 1), run: func(batch []*write) {
		<-g.pass
		g.sizes = append(g.sizes, len(batch))
	}}
	return g
}

func TestWritesThatWaitShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGated()
		done := make(chan error, 100)
		do := func() { done <- g.do(t.Context(), 1, nothing) }
		go do()
		synctest.Wait() // the first commits alone
		for range 99 {
			go do()
		}
		synctest.Wait()
		require.Empty(t, done, "no caller returns before the commit")
		g.pass <- struct{}{}
		synctest.Wait()
		require.Len(t, done, 1)
		g.pass <- struct{}{}
		synctest.Wait()
		require.Len(t, done, 100)
		require.Equal(t, []int{1, 99}, g.sizes)
	})
}

func TestAWriteIsWithdrawnWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGated()
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 3)
		go func() { errs <- g.do(ctx, 1, nothing) }()
		synctest.Wait()
		go func() { errs <- g.do(ctx, 1, nothing) }()
		go func() { errs <- g.do(t.Context(), 1, nothing) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		require.ErrorIs(t, <-errs, context.Canceled, "the waiting one need not wait for the disk")
		g.pass <- struct{}{}
		g.pass <- struct{}{}
		require.NoError(t, errors.Join(<-errs, <-errs), "a commit that has begun ends")
		require.Equal(t, []int{1, 1}, g.sizes)
	})
}

func TestACommitIsBounded(t *testing.T) {
	queue := func(n, size int) *committer {
		c := &committer{}
		for range n {
			c.queue = append(c.queue, &write{size: size})
		}
		return c
	}
	many := queue(maxBatchWrites+1, 1)
	require.Len(t, many.take(), maxBatchWrites)
	require.Len(t, many.take(), 1)
	require.Empty(t, many.take())

	large := queue(100, kv.MaxValue)
	require.Len(t, large.take(), maxBatchBytes/kv.MaxValue)

	huge := queue(2, maxBatchBytes+1)
	require.Len(t, huge.take(), 1, "never none")
}
