package bolt

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/open-craft/ocim/shared/fault"
)

// Bounds of one commit, so that one caller's wait does not grow without end.
const (
	maxBatchWrites = 1024
	maxBatchBytes  = 16 << 20
)

// write is one caller's change. It runs inside a transaction that it shares
// with its neighbours, so it must decide before it changes anything: a write
// that returns a fault has changed nothing.
type write struct {
	apply func(tx *bbolt.Tx) error
	size  int           // bytes, roughly
	err   error         // valid once done is closed
	done  chan struct{} // closed when the write is durable or has failed
}

// committer groups writes. The writer that holds the token commits everything that
// queued up while the previous commit was being synced, its own write
// among it; the others find theirs done. No goroutine and no timer is needed,
// and a lone writer commits at once.
type committer struct {
	run   func([]*write) // commits a batch and sets each write's err
	token chan struct{}  // holds one token: the writer that put it in commits

	mu    sync.Mutex
	queue []*write
}

// do runs the write and returns when it is durable. If ctx ends first, the write
// is withdrawn when that is still possible; ctx's error says nothing about
// whether it happened.
func (c *committer) do(ctx context.Context, size int, apply func(tx *bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{apply: apply, size: size, done: make(chan struct{})}
	c.mu.Lock()
	c.queue = append(c.queue, w)
	c.mu.Unlock()
	for {
		select {
		case <-w.done:
			return w.err
		case c.token <- struct{}{}:
			c.commitNext()
			continue
		case <-ctx.Done():
		}
		select {
		case <-w.done: // a sure answer is better than none
			return w.err
		default:
			c.withdraw(w)
			return ctx.Err()
		}
	}
}

// commitNext commits the next batch and releases the token.
func (c *committer) commitNext() {
	batch := c.take()
	defer func() {
		for _, w := range batch {
			close(w.done)
		}
		<-c.token
	}()
	if len(batch) > 0 {
		c.run(batch)
	}
}

func (c *committer) take() []*write {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, bytes := 0, 0
	for n < len(c.queue) && n < maxBatchWrites && (n == 0 || bytes+c.queue[n].size <= maxBatchBytes) {
		bytes += c.queue[n].size
		n++
	}
	batch := c.queue[:n:n]
	c.queue = slices.Clone(c.queue[n:])
	return batch
}

func (c *committer) withdraw(w *write) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = slices.DeleteFunc(c.queue, func(other *write) bool { return other == w })
}

// runBatch applies the writes in one transaction, each seeing those before it,
// and syncs it to disk. If that fails, none of them happened.
func (s *Store) runBatch(batch []*write) {
	for _, w := range batch {
		w.err = fault.New(fault.Internal, "the write did not finish") // should it panic
	}
	errs := make([]error, len(batch))
	err := s.db.Update(func(tx *bbolt.Tx) error {
		for i, w := range batch {
			errs[i] = w.apply(tx)
			var refusal *fault.Error
			if errs[i] != nil && !errors.As(errs[i], &refusal) {
				return errs[i] // the file's error, not the caller's: every write fails
			}
		}
		_, err := sweep(tx, s.now(), sweepPerCommit)
		return err
	})
	for i, w := range batch {
		w.err = errs[i]
		if err != nil {
			w.err = err
		}
		w.err = classify(w.err, "cannot write to the store")
	}
}
