package fleetview

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// Snapshot is the whole fleet at one revision. It is never changed once made.
// In one that a Replica gives, the settings are in its index only.
type Snapshot struct {
	Revision int64
	Chunks   []*fleet.Chunk // by cluster id

	once sync.Once
	view *view
}

// Chunk finds a cluster, nil when there is none.
func (s *Snapshot) Chunk(cluster string) *fleet.Chunk {
	i, ok := s.find(cluster)
	if !ok {
		return nil
	}
	return s.Chunks[i]
}

func (s *Snapshot) find(cluster string) (int, bool) {
	return slices.BinarySearchFunc(s.Chunks, cluster, func(c *fleet.Chunk, id string) int {
		return strings.Compare(c.Cluster.ID, id)
	})
}

// Replica keeps the latest snapshot in memory and checks it at each request.
type Replica struct {
	store *Chunks
	seed  maphash.Seed

	mu      sync.Mutex // held while loading, so that many requests load once
	current *Snapshot
}

// NewReplica makes an empty replica; the first Snapshot fills it.
func NewReplica(store *Chunks) *Replica { return &Replica{store: store, seed: maphash.MakeSeed()} }

// Snapshot gives the fleet as of now. It costs one small read when nothing
// changed, and else the chunks that did.
func (r *Replica) Snapshot(ctx context.Context) (*Snapshot, error) {
	h, _, err := kvjson.Get[head](ctx, r.store.kv, headKey, kv.Eventual())
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
	if r.current != nil && !r.current.view.ix.overgrown(r.current.view.count) {
		if ids, ok := h.since(r.current.Revision); ok {
			return r.loadSome(ctx, h.Revision, ids)
		}
	}
	var chunks []*rawChunk
	// The reads are consistent: a chunk older than its head would stick.
	q := kv.Query{Partition: partChunk, Limit: kv.MaxPage}
	for {
		page, err := r.store.kv.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("reading the fleet: %w", err)
		}
		some, err := r.decode(page.Items)
		if err != nil {
			return nil, err
		}
		chunks = append(chunks, some...)
		if page.Next == "" {
			return r.build(h.Revision, chunks)
		}
		q.After = page.Next
	}
}

// decodeAtOnce is how many chunks are decoded at the same time.
const decodeAtOnce = 4

func (r *Replica) decode(items []kv.Item) ([]*rawChunk, error) {
	chunks := make([]*rawChunk, len(items))
	var group errgroup.Group
	group.SetLimit(decodeAtOnce)
	for i, item := range items {
		group.Go(func() (err error) {
			chunks[i], err = r.store.codec.unpackRaw(item.Value, r.seed)
			return err
		})
	}
	return chunks, group.Wait()
}

// build makes a snapshot of all chunks.
func (r *Replica) build(revision int64, chunks []*rawChunk) (*Snapshot, error) {
	next := &Snapshot{Revision: revision, view: &view{ix: newIndex()}}
	for _, raw := range chunks {
		if err := next.add(raw, nil, part{}); err != nil {
			return nil, err
		}
	}
	next.view.finish()
	return next, nil
}

// loadSome makes the snapshot that follows the current one.
func (r *Replica) loadSome(ctx context.Context, revision int64, ids []string) (*Snapshot, error) {
	changed := make(map[string]*rawChunk, len(ids))
	keys := make([]kv.Key, len(ids))
	for i, id := range ids {
		changed[id] = nil
		keys[i] = chunkKey(id)
	}
	items, err := r.store.kv.BatchGet(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("reading changed clusters: %w", err)
	}
	chunks, err := r.decode(items)
	if err != nil {
		return nil, err
	}
	for i, item := range items {
		changed[item.Sort] = chunks[i]
	}
	before := r.current
	next := &Snapshot{Revision: revision, view: &view{ix: before.view.ix}}
	slices.Sort(ids)
	next.view.ix.mu.Lock()
	defer next.view.ix.mu.Unlock()
	var gone []uint32
	i := 0
	insert := func(until string, all bool) error {
		for ; i < len(ids) && (all || ids[i] < until); i++ {
			if raw := changed[ids[i]]; raw != nil {
				if err := next.add(raw, nil, part{}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for n, c := range before.Chunks {
		if err := insert(c.Cluster.ID, false); err != nil {
			return nil, err
		}
		if i == len(ids) || ids[i] != c.Cluster.ID {
			next.Chunks = append(next.Chunks, c)
			next.view.parts = append(next.view.parts, before.view.parts[n])
			continue
		}
		gone = append(gone, before.view.parts[n].docs...)
		if raw := changed[ids[i]]; raw != nil {
			if err := next.add(raw, c, before.view.parts[n]); err != nil {
				return nil, err
			}
		}
		i++
	}
	if err := insert("", true); err != nil {
		return nil, err
	}
	next.follow(before.view, gone, ids)
	return next, nil
}

// add puts a chunk in at the end. Of a former state it takes the rows that are
// still the same.
func (s *Snapshot) add(raw *rawChunk, former *fleet.Chunk, was part) error {
	ix := s.view.ix
	c := &fleet.Chunk{Cluster: raw.Cluster, Settings: raw.Settings, Rows: make([]fleet.Row, len(raw.rows))}
	p := part{sum: raw.sum, sums: raw.sums, docs: make([]uint32, len(raw.rows))}
	known := map[uint64]int{}
	if former != nil && was.sum == raw.sum {
		p.slot = was.slot
		for n, sum := range was.sums {
			known[sum] = n
		}
	} else {
		p.slot = ix.addSlot(c)
	}
	for i := range raw.rows {
		if n, ok := known[raw.sums[i]]; ok {
			c.Rows[i], p.docs[i] = former.Rows[n], was.docs[n]
			continue
		}
		row, err := raw.row(i)
		if err != nil {
			return err
		}
		p.docs[i] = ix.addDocument(p.slot, c, &row)
		row.Settings = nil
		c.Rows[i] = row
	}
	c.Settings = nil
	s.Chunks, s.view.parts = append(s.Chunks, c), append(s.view.parts, p)
	return nil
}
