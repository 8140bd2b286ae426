package fleetview

import (
	"context"
	"crypto/rand"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/kv/packed"
)

const (
	partHead    = "fleet"    // sort: "head"
	partCluster = "cluster"  // sort: id of each cluster that has segments
	partSegment = "segment#" // + cluster; sort: "facts", "settings", or of rows: layout + set + "#" + number
	partChunk   = "chunk"    // sort: id of a cluster; all of it in one item, as releases before 2026-12 stored it
)

// Bounds of segments.
const (
	maxRows     = 64 // of a segment
	usualRows   = 24 // of a segment on average, at most: a change writes a segment
	maxLayout   = 12
	writeAtOnce = 8 // segments
)

// Segments keeps the clusters with their instances in a kv.Store. The rows of a
// cluster are spread over segments by the hash of their names, so that a change writes
// the segments of the rows that differ, and not the cluster. The facts item of the
// cluster says which version each segment has: writing it last makes a change valid, and
// a writer that another one overtook begins again.
type Segments struct {
	kv        kv.Store
	codec     codec
	activity  *activity.Log
	publisher *publisher
}

// NewSegments makes Segments that note in log what changes.
func NewSegments(store kv.Store, log *activity.Log) *Segments {
	return &Segments{store, codec{packed.New(decodeAtOnce)}, log, newPublisher(store)}
}

// facts is a cluster without its rows.
type facts struct {
	Cluster  fleet.Cluster `json:"cluster"`
	Fence    int64         `json:"fence,omitempty"`
	Settings int64         `json:"settings,omitempty"` // version of the settings item; 0 without one
	Layout   int           `json:"layout"`             // the rows are in 2^Layout segments
	// Set distinguishes the segments of one move to a layout from those of any other, so that
	// writers that move the rows at the same time never write the same item.
	Set      string  `json:"set"`
	Versions []int64 `json:"versions"` // of the segments; 0 for one that has never had rows
}

// segmentOf gives the number of the segment that holds a row.
func (f *facts) segmentOf(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	sum := h.Sum32()
	return int((sum ^ sum>>16) & (1<<f.Layout - 1))
}

// layoutFor gives the layout for rows. It is never less than it was, so that a cluster
// whose size goes up and down does not move its rows each time.
func layoutFor(rows []fleet.Row, was int) int {
	f := facts{Layout: was}
	for ; f.Layout < maxLayout; f.Layout++ {
		most, count := 0, make([]int, 1<<f.Layout)
		for i := range rows {
			n := f.segmentOf(rows[i].Instance.Name)
			count[n]++
			most = max(most, count[n])
		}
		if len(rows) <= usualRows<<f.Layout && most <= maxRows {
			break
		}
	}
	return f.Layout
}

// loaded is a cluster as it was read, whole or in part.
type loaded struct {
	changing bool // rows that are not committed count, too
	exists   bool
	facts    facts
	chunk    *fleet.Chunk // with the rows of the segments that were read
	whole    bool
	items    map[string]kv.Item // by sort key
	former   *kv.Item           // the cluster in one item
	present  []int              // numbers of the segments that were read
}

// Chunk reads a cluster with its instances; fault.NotFound when there is none.
func (s *Segments) Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error) {
	l, err := s.load(ctx, cluster)
	if err != nil {
		return nil, err
	}
	if !l.exists {
		return nil, fault.New(fault.NotFound, "no cluster %q", cluster)
	}
	return l.chunk, nil
}

// Rows reads a cluster with some of its instances, and perhaps with others that are
// stored with them; fault.NotFound when there is no such cluster. The cluster's settings
// are left out.
func (s *Segments) Rows(ctx context.Context, cluster string, names ...string) (*fleet.Chunk, error) {
	l, err := s.loadRows(ctx, cluster, names)
	if err != nil {
		return nil, err
	}
	if !l.exists {
		return nil, fault.New(fault.NotFound, "no cluster %q", cluster)
	}
	return l.chunk, nil
}

// Version gives the version of a cluster, 0 when there is none.
func (s *Segments) Version(ctx context.Context, cluster string) (int64, error) {
	for _, key := range []kv.Key{factsKey(cluster), chunkKey(cluster)} {
		item, err := s.kv.Get(ctx, key)
		if err == nil {
			return item.Version, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return 0, fmt.Errorf("reading cluster %s: %w", cluster, err)
		}
	}
	return 0, nil
}

// Publish makes a version of a cluster known to all replicas, unless it is known to be:
// a process may have died between changing the cluster and saying so.
func (s *Segments) Publish(ctx context.Context, cluster string, version int64) error {
	h, err := readHead(ctx, s.kv)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(h.Recent, func(c change) bool { return c.Cluster == cluster && c.Version == version && version > 0 }) {
		return nil
	}
	return s.publisher.publish(ctx, cluster, version)
}

// ChangeChunk lets alter change a cluster with all its rows and publishes the result.
// A missing cluster is given as nil; alter returns the chunk to keep, or nil to leave
// things as they are. Only segments that come out different are written.
func (s *Segments) ChangeChunk(ctx context.Context, cluster string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error {
	return s.change(ctx, cluster, alter, func() (*loaded, error) { return s.load(ctx, cluster) })
}

// ChangeRows is ChangeChunk for some rows: alter is given the cluster with these rows,
// as far as there are any, and perhaps with others. It costs the same however large the
// cluster is. The cluster's settings are left out, and stay as they are.
func (s *Segments) ChangeRows(ctx context.Context, cluster string, names []string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error {
	return s.change(ctx, cluster, alter, func() (*loaded, error) { return s.loadRows(ctx, cluster, names) })
}

func (s *Segments) change(ctx context.Context, cluster string, alter func(*fleet.Chunk) (*fleet.Chunk, error), load func() (*loaded, error)) error {
	var l *loaded
	var after *fleet.Chunk
	version := int64(0)
	var written []write
	err := kv.Retry(ctx, "cluster "+cluster, func() (raced bool, err error) {
		version = 0
		if l, err = load(); err != nil {
			return false, err
		}
		if err = l.joinNew(s.codec); err != nil {
			return false, err
		}
		count := counted(l.chunk)
		if after, err = alter(l.chunk); err != nil || after == nil {
			return false, err
		}
		if !l.whole && crowded(&l.facts, after.Rows) {
			load = func() (*loaded, error) { return s.load(ctx, cluster) }
			return true, nil
		}
		if l.whole {
			after.CountInstances()
		} else {
			after.Cluster.Instances += counted(after) - count
		}
		var put []write
		version, put, raced, err = s.store(ctx, cluster, l, after)
		written = append(written, put...)
		return raced, err
	})
	if err != nil {
		s.undo(ctx, cluster, written)
		return fmt.Errorf("changing cluster %s: %w", cluster, err)
	}
	if version == 0 {
		return nil
	}
	before, err := l.copy(s.codec) // alter has changed the one it was given
	if err != nil {
		return err
	}
	// Before the revision, so that a reader of that revision sees the activity, too. If
	// this fails the change is known no later than the next sync publishes it.
	if err := s.activity.Note(ctx, before, after); err != nil {
		return err
	}
	if err := s.publisher.publish(ctx, cluster, version); err != nil {
		return err
	}
	return s.sweep(ctx, cluster, l, written)
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

// crowded reports whether a segment would have too many rows.
func crowded(f *facts, rows []fleet.Row) bool {
	count := map[int]int{}
	for i := range rows {
		n := f.segmentOf(rows[i].Instance.Name)
		if count[n]++; count[n] > maxRows && f.Layout < maxLayout {
			return true
		}
	}
	return false
}

// RemoveChunk forgets a cluster.
func (s *Segments) RemoveChunk(ctx context.Context, cluster string) error {
	// The facts go first: without them the rest is nothing.
	keys := []kv.Key{factsKey(cluster), chunkKey(cluster), {Partition: partCluster, Sort: cluster}}
	q := kv.Query{Partition: partSegment + cluster, Limit: kv.MaxPage}
	for {
		page, err := s.kv.Query(ctx, q)
		if err != nil {
			return fmt.Errorf("removing cluster %s: %w", cluster, err)
		}
		for _, item := range page.Items {
			keys = append(keys, item.Key)
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	for _, key := range keys {
		if err := s.kv.Delete(ctx, key, kv.Always); err != nil {
			return fmt.Errorf("removing cluster %s: %w", cluster, err)
		}
	}
	return s.publisher.publish(ctx, cluster, 0)
}

// load reads a whole cluster.
func (s *Segments) load(ctx context.Context, cluster string) (*loaded, error) {
	l := &loaded{whole: true, items: map[string]kv.Item{}}
	q := kv.Query{Partition: partSegment + cluster, Limit: kv.MaxPage}
	for {
		page, err := s.kv.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("reading cluster %s: %w", cluster, err)
		}
		for _, item := range page.Items {
			l.items[item.Sort] = item
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	if _, ok := l.items[sortFacts]; !ok {
		return l, s.loadFormer(ctx, cluster, l)
	}
	return l, s.decode(l)
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
	item, err := s.kv.Get(ctx, factsKey(cluster))
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
	for _, name := range names {
		if n := f.segmentOf(name); !slices.Contains(l.present, n) {
			l.present = append(l.present, n)
		}
	}
	var keys []kv.Key
	for _, n := range l.present {
		keys = append(keys, kv.Key{Partition: partSegment + cluster, Sort: f.sort(n)})
	}
	for some := range slices.Chunk(keys, kv.MaxBatch) {
		items, err := s.kv.BatchGet(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("reading cluster %s: %w", cluster, err)
		}
		for _, item := range items {
			l.items[item.Sort] = item
		}
	}
	return l, s.decode(l)
}

// decode makes the chunk of the items that were read.
func (s *Segments) decode(l *loaded) error {
	var err error
	if l.facts, err = s.codec.facts(l.items[sortFacts]); err != nil {
		return err
	}
	l.exists = true
	if l.whole {
		l.present = make([]int, 1<<l.facts.Layout)
		for n := range l.present {
			l.present[n] = n
		}
	}
	l.chunk, err = l.copy(s.codec)
	return err
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
	if item, ok := l.items[sortSettings]; ok && f.Settings > 0 {
		if err := z.UnpackJSON(item.Value, &c.Settings); err != nil {
			return nil, fmt.Errorf("decoding the settings of cluster %s: %w", c.Cluster.ID, err)
		}
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

// store writes what differs of a chunk, and gives the version that the cluster then has,
// 0 when nothing differs. It reports whether another writer was faster.
func (s *Segments) store(ctx context.Context, cluster string, l *loaded, after *fleet.Chunk) (version int64, put []write, raced bool, err error) {
	next := l.facts
	if !l.exists || l.former != nil {
		next = facts{}
	}
	if l.whole {
		next.Layout = layoutFor(after.Rows, next.Layout)
	}
	fresh := !l.exists || l.former != nil || next.Layout != l.facts.Layout
	if fresh {
		next.Versions, next.Set = make([]int64, 1<<next.Layout), rand.Text()[:8]
	} else {
		next.Versions = slices.Clone(next.Versions)
	}
	if put, err = s.plan(cluster, l, &next, after); err != nil {
		return 0, nil, false, err
	}
	if raced, err := s.write(ctx, put); err != nil || raced {
		return 0, put, raced, err
	}
	next.Cluster, next.Fence = after.Cluster, after.Fence
	value, err := s.codec.PackJSON(next)
	if err != nil {
		return 0, put, false, fmt.Errorf("encoding cluster %s: %w", cluster, err)
	}
	known, ok := l.items[sortFacts]
	// What is equal packs to equal bytes.
	if ok && string(known.Value) == string(value) {
		return 0, nil, false, nil
	}
	cond := kv.IfVersion(known.Version)
	if !ok {
		cond = kv.IfAbsent()
		// First, so that no replica misses the cluster.
		err := kvjson.Put(ctx, s.kv, kv.Key{Partition: partCluster, Sort: cluster}, struct{}{}, kv.Always, kvjson.NoExpiry)
		if err != nil {
			return 0, put, false, fmt.Errorf("listing cluster %s: %w", cluster, err)
		}
	}
	item, err := s.kv.Put(ctx, kv.Item{Key: factsKey(cluster), Value: value}, cond)
	if fault.Is(err, fault.Conflict) {
		return 0, put, true, nil
	}
	if err != nil {
		return 0, nil, false, err // it may have been written
	}
	l.facts.Layout, l.facts.Set = next.Layout, next.Set
	return item.Version, nil, false, nil
}

// write is one item that a change writes.
type write struct {
	item    kv.Item
	cond    kv.Condition
	former  []byte // value
	version *int64 // where its new version goes; 0 until it is written
}

// plan finds the segments that differ.
func (s *Segments) plan(cluster string, l *loaded, next *facts, after *fleet.Chunk) ([]write, error) {
	var put []write
	add := func(sort string, value []byte, version *int64) {
		known, ok := l.items[sort]
		if ok && string(known.Value) == string(value) {
			*version = known.Version // a writer that died may not have said so
			return
		}
		cond := kv.IfVersion(known.Version)
		if !ok {
			cond = kv.IfAbsent()
		}
		put = append(put, write{kv.Item{Key: kv.Key{Partition: partSegment + cluster, Sort: sort}, Value: value}, cond, known.Value, version})
		*version = 0
	}
	if _, known := l.items[sortSettings]; l.whole && (len(after.Settings) > 0 || known) {
		value, err := s.codec.PackJSON(after.Settings)
		if err != nil {
			return nil, fmt.Errorf("encoding the settings of cluster %s: %w", cluster, err)
		}
		add(sortSettings, value, &next.Settings)
	}
	rows := map[int][]fleet.Row{}
	slices.SortFunc(after.Rows, compareNames)
	for _, row := range after.Rows {
		n := next.segmentOf(row.Instance.Name)
		rows[n] = append(rows[n], row)
	}
	present := l.present
	if l.whole {
		present = make([]int, 1<<next.Layout)
		for n := range present {
			present[n] = n
		}
	}
	for _, n := range present {
		sort := next.sort(n)
		if _, known := l.items[sort]; !known && len(rows[n]) == 0 {
			continue
		}
		value, err := s.codec.fit(cluster, rows[n])
		if err != nil {
			return nil, err
		}
		add(sort, value, &next.Versions[n])
		delete(rows, n)
	}
	for n := range rows {
		if len(rows[n]) > 0 {
			return nil, fault.New(fault.Internal, "row %s of cluster %s was added to rows that were not read", rows[n][0].Instance.Name, cluster)
		}
	}
	return put, nil
}

// write puts items, several at the same time.
func (s *Segments) write(ctx context.Context, put []write) (raced bool, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writeAtOnce)
	for _, w := range put {
		group.Go(func() error {
			item, err := s.kv.Put(ctx, w.item, w.cond)
			*w.version = item.Version
			return err
		})
	}
	if err = group.Wait(); fault.Is(err, fault.Conflict) {
		return true, nil
	}
	return false, err
}

// undoLimit is how long undoing a change may take.
const undoLimit = 5 * time.Second

// undo puts back what was in segments before a change that failed after it had written
// them: one that another writer overtook must not leave a part of itself. What was
// written since stays.
func (s *Segments) undo(ctx context.Context, cluster string, written []write) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoLimit)
	defer cancel()
	for _, w := range slices.Backward(written) {
		if *w.version == 0 {
			continue
		}
		if w.cond.Absent() {
			if err := s.kv.Delete(ctx, w.item.Key, kv.IfVersion(*w.version)); err != nil && !fault.Is(err, fault.Conflict) {
				slog.WarnContext(ctx, "a change that failed was not undone", "cluster", cluster, "segment", w.item.Sort, "err", err)
			}
			continue
		}
		w.item.Value = w.former
		if _, err := s.kv.Put(ctx, w.item, kv.IfVersion(*w.version)); err != nil && !fault.Is(err, fault.Conflict) {
			slog.WarnContext(ctx, "a change that failed was not undone", "cluster", cluster, "segment", w.item.Sort, "err", err)
		}
	}
}

// sweep removes what was read beside the segments that are valid now: of former sets, and
// of writers that died or were overtaken. None of it can become valid any more, since the
// facts have changed after it was written.
func (s *Segments) sweep(ctx context.Context, cluster string, l *loaded, written []write) error {
	var gone []kv.Key
	if l.former != nil {
		gone = append(gone, l.former.Key)
	}
	for sort, item := range l.items {
		if sort != sortFacts && sort != sortSettings && !l.facts.owns(sort) {
			gone = append(gone, item.Key)
		}
	}
	for _, w := range written {
		if sort := w.item.Sort; sort != sortSettings && !l.facts.owns(sort) {
			gone = append(gone, w.item.Key)
		}
	}
	for _, key := range gone {
		if err := s.kv.Delete(ctx, key, kv.Always); err != nil {
			return fmt.Errorf("removing what was stored of cluster %s: %w", cluster, err)
		}
	}
	return nil
}

// counted gives how many instances of a chunk count.
func counted(c *fleet.Chunk) int {
	if c == nil {
		return 0
	}
	copied := fleet.Chunk{Rows: c.Rows}
	copied.CountInstances()
	return copied.Cluster.Instances
}

const (
	sortFacts    = "facts"
	sortSettings = "settings"
)

func factsKey(cluster string) kv.Key {
	return kv.Key{Partition: partSegment + cluster, Sort: sortFacts}
}
func chunkKey(cluster string) kv.Key { return kv.Key{Partition: partChunk, Sort: cluster} }

func (f *facts) prefix() string        { return fmt.Sprintf("%02d%s#", f.Layout, f.Set) }
func (f *facts) sort(n int) string     { return fmt.Sprintf("%s%04d", f.prefix(), n) }
func (f *facts) owns(sort string) bool { return strings.HasPrefix(sort, f.prefix()) }
