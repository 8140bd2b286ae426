package fleetview

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// loaded is a cluster as it was read, whole or in part.
type loaded struct {
	changing bool // rows that another writer stored and did not commit belong to it
	exists   bool
	facts    facts
	chunk    *fleet.Chunk // with the rows of the segments that were read
	whole    bool
	items    map[string]kv.Item // by sort key
	former   *kv.Item           // the cluster in one item
	present  []int              // numbers of the segments that were read
}

// load reads a whole cluster.
func (s *Segments) load(ctx context.Context, cluster string) (*loaded, error) {
	l, err := s.read(ctx, cluster)
	if err == nil && l.exists && l.former == nil {
		l.chunk, err = l.copy(s.codec)
	}
	return l, err
}

// read reads the items of a whole cluster; only one that an earlier release stored has its
// chunk.
func (s *Segments) read(ctx context.Context, cluster string) (*loaded, error) {
	l := &loaded{whole: true, items: map[string]kv.Item{}}
	for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partSegment + cluster}) {
		if err != nil {
			return nil, fmt.Errorf("reading cluster %s: %w", cluster, err)
		}
		l.items[item.Sort] = item
	}
	if _, ok := l.items[sortFacts]; !ok {
		return l, s.loadFormer(ctx, cluster, l)
	}
	var err error
	if l.facts, err = s.codec.facts(l.items[sortFacts]); err != nil {
		return nil, err
	}
	l.exists, l.present = true, make([]int, 1<<l.facts.Layout)
	for n := range l.present {
		l.present[n] = n
	}
	return l, nil
}

// loadFormer reads a cluster as earlier releases stored it.
func (s *Segments) loadFormer(ctx context.Context, cluster string, l *loaded) error {
	l.whole = true
	item, err := s.kv.Get(ctx, chunkKey(cluster))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading cluster %s: %w", cluster, err)
	}
	l.exists, l.former = true, &item
	l.chunk, err = s.codec.unpackChunk(item.Value)
	return err
}

// loadRows reads a cluster's facts and the segments of some rows.
func (s *Segments) loadRows(ctx context.Context, cluster string, names []string) (*loaded, error) {
	return s.readRows(ctx, cluster, names, func(kv.Key, *facts) int64 { return 0 })
}

// loadRowsAt is loadRows for a reader: of the version that the head knows, if it does, it
// costs half.
func (s *Segments) loadRowsAt(ctx context.Context, h *head, cluster string, names []string) (*loaded, error) {
	return s.readRows(ctx, cluster, names, func(key kv.Key, f *facts) int64 {
		if f == nil {
			return h.version(cluster)
		}
		for n, version := range f.Versions {
			if key.Sort == f.sort(n) {
				return version
			}
		}
		return 0
	})
}

// readRows reads the facts and segments; version gives which version of an item may come
// from an eventual read, and is given the facts once they are known.
func (s *Segments) readRows(ctx context.Context, cluster string, names []string, version func(kv.Key, *facts) int64) (*loaded, error) {
	key := factsKey(cluster)
	item, err := s.get(ctx, key, version(key, nil))
	if fault.Is(err, fault.NotFound) {
		l := &loaded{items: map[string]kv.Item{}}
		return l, s.loadFormer(ctx, cluster, l)
	}
	if err != nil {
		return nil, fmt.Errorf("reading cluster %s: %w", cluster, err)
	}
	l := &loaded{items: map[string]kv.Item{sortFacts: item}}
	f, err := s.codec.facts(item)
	if err != nil {
		return nil, err
	}
	var keys []kv.Key
	want := map[kv.Key]int64{}
	for _, name := range names {
		n := f.segmentOf(name)
		if slices.Contains(l.present, n) {
			continue
		}
		l.present = append(l.present, n)
		key := kv.Key{Partition: partSegment + cluster, Sort: f.sort(n)}
		keys = append(keys, key)
		want[key] = version(key, &f)
	}
	items, err := s.batch(ctx, keys, want)
	if err != nil {
		return nil, fmt.Errorf("reading cluster %s: %w", cluster, err)
	}
	for key, item := range items {
		l.items[key.Sort] = item
	}
	l.facts, l.exists = f, true
	l.chunk, err = l.copy(s.codec)
	return l, err
}

// get reads an item; of the version that is wanted, 0 for none, it may come from an
// eventual read.
func (s *Segments) get(ctx context.Context, key kv.Key, want int64) (kv.Item, error) {
	if want > 0 {
		item, err := s.kv.Get(ctx, key, kv.Eventual())
		if err == nil && item.Version == want {
			return item, nil
		}
	}
	return s.kv.Get(ctx, key)
}

// copy decodes the chunk once more, nil when there is no cluster.
func (l *loaded) copy(z codec) (*fleet.Chunk, error) {
	if !l.exists {
		return nil, nil
	}
	if l.former != nil {
		return z.unpackChunk(l.former.Value)
	}
	f, err := z.facts(l.items[sortFacts])
	if err != nil {
		return nil, err
	}
	c := &fleet.Chunk{Cluster: f.Cluster, Fence: f.Fence, Rows: []fleet.Row{}}
	if c.Settings, err = z.settings(l); err != nil {
		return nil, err
	}
	for _, n := range l.present {
		item, ok := l.items[f.sort(n)]
		if !ok || f.Versions[n] == 0 && !l.changing { // a writer that another one overtook may have left it
			continue
		}
		rows, err := z.rows(item)
		if err != nil {
			return nil, err
		}
		c.Rows = append(c.Rows, rows...)
	}
	slices.SortFunc(c.Rows, compareNames)
	return c, nil
}

// joinNew adds the rows of segments that another writer has stored and not committed
// yet: a change that left them out would overwrite them.
func (l *loaded) joinNew(z codec) (err error) {
	l.changing = true
	if !l.exists || l.former != nil {
		return nil
	}
	for _, n := range l.present {
		if _, stored := l.items[l.facts.sort(n)]; stored && l.facts.Versions[n] == 0 {
			l.chunk, err = l.copy(z)
			return err
		}
	}
	return nil
}
