package fleet

import (
	"context"
	"fmt"
	"maps"
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
	heard   map[string]Heard
}

// Heard is when and how a cluster's sources were heard of last.
type Heard struct {
	Sync       SyncState // of GitLab
	ObservedAt time.Time // of the cluster

	at time.Time
}

// NewAgeBook makes an empty AgeBook; the first Ages fills it.
func NewAgeBook(store *Store) *AgeBook { return &AgeBook{store: store, heard: map[string]Heard{}} }

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

// Heard gives what was heard of one cluster, at most ten seconds late.
func (b *AgeBook) Heard(ctx context.Context, cluster string) (Heard, error) {
	b.mu.Lock()
	known, ok := b.heard[cluster]
	b.mu.Unlock()
	now := b.store.now()
	if ok && now.Sub(known.at) < agesKept {
		return known, nil
	}
	record, err := b.store.SyncRecord(ctx, cluster)
	if err != nil {
		return Heard{}, fmt.Errorf("reading when cluster %s was read: %w", cluster, err)
	}
	seen, err := b.store.Observation(ctx, cluster)
	if err != nil {
		return Heard{}, fmt.Errorf("reading when cluster %s was seen: %w", cluster, err)
	}
	heard := Heard{Sync: record.State, ObservedAt: seen.At, at: now}
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.heard, func(_ string, h Heard) bool { return now.Sub(h.at) >= agesKept })
	b.heard[cluster] = heard
	return heard, nil
}

// Turn has a cluster's sources looked up again: they were just asked.
func (b *AgeBook) Turn(cluster string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.heard, cluster)
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
