package fleet

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/kv"
)

// StaleAfter is how old a fact may be before it is stale: two refreshes, which come
// every minute, were missed.
const StaleAfter = 3 * time.Minute

// agesKept is how long ages are kept in memory.
const agesKept = 10 * time.Second

// Age is how old what is known of a cluster is.
type Age struct {
	GitAt    time.Time `json:"gitAt,omitzero" doc:"When GitLab was last read"`
	HealthAt time.Time `json:"healthAt,omitzero" doc:"When the cluster last told the health of its instances"`
}

// Ages are those of all clusters at one time. They are not to be changed.
type Ages struct {
	ByCluster map[string]Age
	Tag       string // changes with any of them

	at time.Time
}

// AgeBook knows the ages of the fleet, as of some seconds ago. They are apart from the
// snapshot, which changes only when a fact does.
type AgeBook struct {
	store *Store

	mu      sync.Mutex // held while loading, so that many requests load once
	current *Ages
}

// NewAgeBook makes an empty AgeBook; the first Ages fills it.
func NewAgeBook(store *Store) *AgeBook { return &AgeBook{store: store} }

// Ages gives the ages, at most ten seconds late.
func (b *AgeBook) Ages(ctx context.Context) (*Ages, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.store.now()
	if b.current != nil && now.Sub(b.current.at) < agesKept {
		return b.current, nil
	}
	next := &Ages{ByCluster: map[string]Age{}, at: now}
	records, err := b.store.SyncRecords(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading when projects were read: %w", err)
	}
	seen, err := b.store.observations(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading when clusters were seen: %w", err)
	}
	sum := int64(0)
	for id, r := range records {
		next.ByCluster[id] = Age{GitAt: r.State.SucceededAt}
		sum += r.State.SucceededAt.UnixMilli()
	}
	for _, o := range seen {
		next.ByCluster[o.Project] = Age{GitAt: next.ByCluster[o.Project].GitAt, HealthAt: o.At}
		sum += o.At.UnixMilli()
	}
	next.Tag = strconv.FormatInt(sum, 36)
	b.current = next
	return next, nil
}

// observations reads the newest observation of each project.
func (s *Store) observations(ctx context.Context) ([]Observation, error) {
	var all []Observation
	q := kv.Query{Partition: partObservation, Limit: kv.MaxPage, Eventual: true}
	for {
		page, next, err := queryJSON[Observation](ctx, s.kv, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}
