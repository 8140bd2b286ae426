package fleetview

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
)

// staleAfter is how old a fact may be before it is stale: two refreshes, which come
// every minute, were missed.
const staleAfter = 3 * time.Minute

// How long ages are kept in memory: those of all clusters, and those of one, which are
// kept until its next refresh is due.
const (
	staleKept    = 30 * time.Second
	contactKept  = 10 * time.Second
	refreshEvery = time.Minute
)

// Stale is what is known of a cluster for too long to be relied on. What is fresh is
// left out, so that it changes no answer each minute.
type Stale struct {
	GitAt    time.Time `json:"gitAt,omitzero" doc:"When GitLab was last read, if that is too long ago"`
	HealthAt time.Time `json:"healthAt,omitzero" doc:"When the cluster last reported the health of its instances, if that is too long ago"`
}

// StaleClusters are those that something is stale of. They are not to be changed.
type StaleClusters struct {
	ByID map[string]Stale
	Tag  string // changes with any of them
	Read string // changes when any project was read

	at time.Time
}

// StalenessCache knows when the clusters were last read, as of some seconds ago. That is
// apart from the snapshot, which changes only when a fact does.
type StalenessCache struct {
	store Records
	now   func() time.Time

	mu       sync.Mutex // held while loading, so that many requests load once
	current  *StaleClusters
	contacts map[string]LastContact
}

// LastContact is when and how a cluster's sources were last read.
type LastContact struct {
	Sync       fleet.SyncState // of GitLab
	ObservedAt time.Time       // of the cluster

	at       time.Time
	revision int64 // of the fleet, before it was read
}

// NewStalenessCache makes an empty cache.
func NewStalenessCache(store Records, now func() time.Time) *StalenessCache {
	return &StalenessCache{store: store, now: now, contacts: map[string]LastContact{}}
}

// Records says when Ocim last read the clusters.
type Records interface {
	Changes(ctx context.Context) (revision int64, unchanged func(scope string, since int64) bool, err error)
	SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error)
	SyncRecords(ctx context.Context) (map[string]fleet.SyncRecord, error)
	Observation(ctx context.Context, project string) (fleet.Observation, error)
	Observations(ctx context.Context) ([]fleet.Observation, error)
}

// Stale gives what is stale, at most half a minute late. What was never known is not
// stale, but not known.
func (b *StalenessCache) Stale(ctx context.Context) (*StaleClusters, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.current != nil && now.Sub(b.current.at) < staleKept {
		return b.current, nil
	}
	next := &StaleClusters{ByID: map[string]Stale{}, at: now}
	records, err := b.store.SyncRecords(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading when projects were read: %w", err)
	}
	seen, err := b.store.Observations(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading when clusters were seen: %w", err)
	}
	sum := int64(0)
	old := func(at time.Time) bool {
		if at.IsZero() || fleet.Elapsed(now, at) <= staleAfter {
			return false
		}
		sum += at.UnixMilli()
		return true
	}
	read := int64(0)
	for id, r := range records {
		read += r.State.TriedAt.UnixMilli()
		if old(r.State.SucceededAt) {
			next.ByID[id] = Stale{GitAt: r.State.SucceededAt}
		}
	}
	for _, o := range seen {
		if old(o.At) {
			next.ByID[o.Project] = Stale{GitAt: next.ByID[o.Project].GitAt, HealthAt: o.At}
		}
	}
	next.Tag, next.Read = strconv.FormatInt(sum, 36), strconv.FormatInt(read, 36)
	b.current = next
	return next, nil
}

// ContactTag changes with the last contact of a cluster.
func (b *StalenessCache) ContactTag(ctx context.Context, cluster string) (string, error) {
	c, err := b.LastContact(ctx, cluster)
	return strconv.FormatInt(c.Sync.TriedAt.UnixMilli(), 36) + "-" + strconv.FormatInt(c.ObservedAt.UnixMilli(), 36), err
}

// kept reports whether a contact is likely to be the last one still.
func (c LastContact) kept(now time.Time) bool {
	next := c.Sync.TriedAt.Add(refreshEvery)
	if at := c.ObservedAt.Add(refreshEvery); !c.ObservedAt.IsZero() && at.Before(next) {
		next = at
	}
	age := now.Sub(c.at)
	return age >= 0 && (age < contactKept || age < refreshEvery && now.Before(next))
}

// LastContact gives when the sources of one cluster were last read. It may be ten seconds
// late, and a minute when that is less than a minute ago, since an unchanged cluster is
// read each minute; what someone had read again, and before the first sync, is as of now.
func (b *StalenessCache) LastContact(ctx context.Context, cluster string) (LastContact, error) {
	b.mu.Lock()
	known, ok := b.contacts[cluster]
	b.mu.Unlock()
	now := b.now()
	revision, unchanged, err := b.store.Changes(ctx)
	if err != nil {
		return LastContact{}, err
	}
	if ok && known.kept(now) && unchanged(cluster, known.revision) {
		return known, nil
	}
	record, err := b.store.SyncRecord(ctx, cluster)
	if err != nil {
		return LastContact{}, fmt.Errorf("reading when cluster %s was read: %w", cluster, err)
	}
	seen, err := b.store.Observation(ctx, cluster)
	if err != nil {
		return LastContact{}, fmt.Errorf("reading when cluster %s was seen: %w", cluster, err)
	}
	contact := LastContact{Sync: record.State, ObservedAt: seen.At, at: now, revision: revision}
	if contact.Sync.SucceededAt.IsZero() {
		return contact, nil // someone waits for the first sync
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.contacts, func(_ string, h LastContact) bool { return !h.kept(now) })
	b.contacts[cluster] = contact
	return contact, nil
}

// Refresh has a cluster's sources looked up again: they were just asked.
func (b *StalenessCache) Refresh(cluster string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.contacts, cluster)
}
