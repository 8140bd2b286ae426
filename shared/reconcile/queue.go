package reconcile

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/trace"
)

// Bounds of a Queue.
const (
	maxApplying = 4                // clusters whose events are applied at the same time
	maxQueued   = 2000             // clusters that wait; more are left to the sync
	applyGap    = time.Second      // from one batch of a cluster to its next
	applyLimit  = 60 * time.Second // of one batch
)

// Queue applies waiting events after their webhook was answered. Events of a cluster
// that come while others of it are applied, or within a second, make the next batch, so
// a burst costs one write of what they change and not one for each event.
//
// The events are in the store, so nothing is lost with a Queue: what it did not get to
// is applied by the cluster's next event or by the next sync.
type Queue struct {
	apply func(ctx context.Context, cluster string) error
	log   *slog.Logger
	slots chan struct{}
	quit  chan struct{}
	once  sync.Once

	mu    sync.Mutex
	again map[string]bool // clusters under way, and whether there is more since they began
	all   sync.WaitGroup
}

// NewQueue makes a Queue that applies a cluster's events with apply.
func NewQueue(apply func(ctx context.Context, cluster string) error, log *slog.Logger) *Queue {
	return &Queue{
		apply: apply, log: log, slots: make(chan struct{}, maxApplying), quit: make(chan struct{}), again: map[string]bool{},
	}
}

// Add has the waiting events of a cluster applied soon. It does not wait.
func (q *Queue) Add(cluster string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.again[cluster]; ok {
		q.again[cluster] = true
		return
	}
	if len(q.again) >= maxQueued {
		q.log.Warn("too many clusters have waiting events; the sync applies them", "cluster", cluster)
		return
	}
	q.again[cluster] = false
	q.all.Go(func() { q.run(cluster) })
}

// Waiting gives how many clusters have events that are being applied or wait for it.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.again)
}

func (q *Queue) run(cluster string) {
	for {
		q.slots <- struct{}{}
		q.mu.Lock()
		q.again[cluster] = false // what came until now is in the store, and is read next
		q.mu.Unlock()
		gap := time.NewTimer(applyGap)
		began := time.Now()
		ctx, cancel := context.WithTimeout(trace.Start(context.Background()), applyLimit)
		err := q.apply(ctx, cluster)
		if err != nil {
			q.log.WarnContext(ctx, "events wait for the next event or sync", "cluster", cluster, "err", err)
		}
		cancel()
		trace.From(ctx).End(trace.Internal, "apply events", time.Since(began), err != nil, map[string]any{"ocim.cluster": cluster})
		<-q.slots
		// The cluster stays listed for the gap, so that what comes meanwhile waits for
		// its end.
		select {
		case <-gap.C:
		case <-q.quit:
			gap.Stop()
		}
		q.mu.Lock()
		if !q.again[cluster] {
			delete(q.again, cluster)
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
	}
}

// Drain waits until all that was added is applied, without gaps, or until ctx ends.
func (q *Queue) Drain(ctx context.Context) error {
	q.once.Do(func() { close(q.quit) })
	done := make(chan struct{})
	go func() {
		q.all.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
