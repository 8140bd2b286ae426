package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// recentChanges is how many changed clusters the head remembers. A replica
// that fell further behind reads every chunk again.
const recentChanges = 64

var headKey = kv.Key{Partition: partFleet, Sort: "head"}

// head is the one item that says whether anything changed.
type head struct {
	Revision int64    `json:"revision"`
	Recent   []change `json:"recent,omitempty"` // newest first, a cluster once
	Floor    int64    `json:"floor,omitempty"`  // changes after this revision are all in Recent
}

type change struct {
	Cluster  string `json:"c"`
	Revision int64  `json:"r"`
}

// bump records that a cluster's chunk changed.
func (h *head) bump(cluster string) {
	h.Revision++
	h.Recent = slices.DeleteFunc(h.Recent, func(c change) bool { return c.Cluster == cluster })
	h.Recent = slices.Insert(h.Recent, 0, change{Cluster: cluster, Revision: h.Revision})
	for len(h.Recent) > recentChanges {
		last := h.Recent[len(h.Recent)-1]
		h.Floor = max(h.Floor, last.Revision)
		h.Recent = h.Recent[:len(h.Recent)-1]
	}
}

// since lists the clusters that changed after a revision; false when the head
// no longer remembers.
func (h *head) since(revision int64) ([]string, bool) {
	if revision < h.Floor || revision > h.Revision {
		return nil, false
	}
	var ids []string
	for _, c := range h.Recent {
		if c.Revision > revision {
			ids = append(ids, c.Cluster)
		}
	}
	return ids, true
}

// Chunk reads a cluster with its instances; fault.NotFound when there is none.
func (s *Store) Chunk(ctx context.Context, cluster string) (*Chunk, error) {
	item, err := s.kv.Get(ctx, chunkKey(cluster))
	if err != nil {
		return nil, notFound(err, "no cluster %q", cluster)
	}
	return decodeChunk(item.Value)
}

// ChangeChunk lets change alter a cluster's chunk and publishes the result. A
// missing chunk is given as nil; change returns the chunk to keep, or nil to
// leave things as they are. A chunk that comes out equal is not written.
func (s *Store) ChangeChunk(ctx context.Context, cluster string, alter func(*Chunk) (*Chunk, error)) error {
	changed := false
	err := s.modify(ctx, chunkKey(cluster), func(old []byte) ([]byte, error) {
		changed = false
		var chunk *Chunk
		if old != nil {
			var err error
			if chunk, err = decodeChunk(old); err != nil {
				return nil, err
			}
		}
		next, err := alter(chunk)
		if err != nil || next == nil {
			return nil, err
		}
		next.count()
		value, err := next.encode()
		if err != nil {
			return nil, err
		}
		// gzip is deterministic, so equal bytes are equal chunks.
		changed = string(value) != string(old)
		if !changed {
			return nil, nil
		}
		return value, nil
	})
	if err != nil {
		return fmt.Errorf("changing cluster %s: %w", cluster, err)
	}
	if !changed {
		return nil
	}
	return s.publish(ctx, cluster)
}

// RemoveChunk forgets a cluster.
func (s *Store) RemoveChunk(ctx context.Context, cluster string) error {
	if err := s.kv.Delete(ctx, chunkKey(cluster), kv.Always); err != nil {
		return fmt.Errorf("removing cluster %s: %w", cluster, err)
	}
	return s.publish(ctx, cluster)
}

// publish tells all replicas that a chunk changed. It may be repeated.
func (s *Store) publish(ctx context.Context, cluster string) error {
	err := s.modify(ctx, headKey, func(old []byte) ([]byte, error) {
		var h head
		if old != nil {
			if err := json.Unmarshal(old, &h); err != nil {
				return nil, fmt.Errorf("decoding head: %w", err)
			}
		}
		h.bump(cluster)
		return json.Marshal(h)
	})
	if err != nil {
		return fmt.Errorf("publishing cluster %s: %w", cluster, err)
	}
	return nil
}

func chunkKey(cluster string) kv.Key { return kv.Key{Partition: partChunk, Sort: cluster} }

// Snapshot is the whole fleet at one revision. It is never changed once made.
type Snapshot struct {
	Revision int64
	Chunks   []*Chunk // by cluster id
}

// Chunk finds a cluster, nil when there is none.
func (s *Snapshot) Chunk(cluster string) *Chunk {
	i, ok := slices.BinarySearchFunc(s.Chunks, cluster, func(c *Chunk, id string) int {
		return strings.Compare(c.Cluster.ID, id)
	})
	if !ok {
		return nil
	}
	return s.Chunks[i]
}

// Replica keeps the latest snapshot in memory and checks it at each request.
type Replica struct {
	store *Store

	mu      sync.Mutex // held while loading, so that many requests load once
	current *Snapshot
}

// NewReplica makes an empty replica; the first Snapshot fills it.
func NewReplica(store *Store) *Replica { return &Replica{store: store} }

// Snapshot gives the fleet as of now. It costs one small read when nothing
// changed, and else the chunks that did.
func (r *Replica) Snapshot(ctx context.Context) (*Snapshot, error) {
	h, _, err := getJSON[head](ctx, r.store.kv, headKey, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return &Snapshot{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the fleet's revision: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current != nil && r.current.Revision >= h.Revision {
		return r.current, nil
	}
	next, err := r.load(ctx, h)
	if err != nil {
		return nil, err
	}
	r.current = next
	return next, nil
}

// load makes the snapshot of a head from what is in memory and what changed.
func (r *Replica) load(ctx context.Context, h head) (*Snapshot, error) {
	if r.current != nil {
		if ids, ok := h.since(r.current.Revision); ok {
			return r.loadSome(ctx, h.Revision, ids)
		}
	}
	next := &Snapshot{Revision: h.Revision}
	// The reads are consistent: a chunk older than its head would stick.
	q := kv.Query{Partition: partChunk, Limit: kv.MaxPage}
	for {
		page, err := r.store.kv.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("reading the fleet: %w", err)
		}
		for _, item := range page.Items {
			c, err := decodeChunk(item.Value)
			if err != nil {
				return nil, err
			}
			next.Chunks = append(next.Chunks, c)
		}
		if page.Next == "" {
			return next, nil
		}
		q.After = page.Next
	}
}

func (r *Replica) loadSome(ctx context.Context, revision int64, ids []string) (*Snapshot, error) {
	changed := make(map[string]*Chunk, len(ids))
	keys := make([]kv.Key, len(ids))
	for i, id := range ids {
		changed[id] = nil
		keys[i] = chunkKey(id)
	}
	items, err := r.store.kv.BatchGet(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("reading changed clusters: %w", err)
	}
	for _, item := range items {
		c, err := decodeChunk(item.Value)
		if err != nil {
			return nil, err
		}
		changed[item.Sort] = c
	}
	next := &Snapshot{Revision: revision}
	for _, c := range r.current.Chunks {
		if _, ok := changed[c.Cluster.ID]; !ok {
			next.Chunks = append(next.Chunks, c)
		}
	}
	for _, c := range changed {
		if c != nil {
			next.Chunks = append(next.Chunks, c)
		}
	}
	slices.SortFunc(next.Chunks, func(a, b *Chunk) int { return strings.Compare(a.Cluster.ID, b.Cluster.ID) })
	return next, nil
}
