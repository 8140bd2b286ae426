package fleetview

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview/listindex"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// Snapshot is the fleet at one revision. It never changes. In one that a Replica gives,
// the rows have no settings; only Find sees them.
type Snapshot struct {
	Revision int64
	Chunks   []*fleet.Chunk // by cluster id

	head head
	once sync.Once
	view *listindex.View
}

// Since gives the ids of the clusters that changed after a revision, those that are gone
// included; false when that is not known, because it is too long ago.
func (s *Snapshot) Since(revision int64) ([]string, bool) { return s.head.since(revision) }

// Chunk finds a cluster, nil when there is none.
func (s *Snapshot) Chunk(cluster string) *fleet.Chunk {
	i, ok := slices.BinarySearchFunc(s.Chunks, cluster, func(c *fleet.Chunk, id string) int {
		return strings.Compare(c.Cluster.ID, id)
	})
	if !ok {
		return nil
	}
	return s.Chunks[i]
}

// Find filters, sorts and pages the instances. The cursor is a former page's Next; one
// that is not from this list is fault.Invalid.
func (s *Snapshot) Find(f fleet.Filter, o fleet.Order, after string, limit int) (fleet.InstancePage, error) {
	s.once.Do(func() {
		if s.view == nil {
			clusters := make([]*listindex.Cluster, len(s.Chunks))
			for i, c := range s.Chunks {
				clusters[i] = clusterOf(c)
			}
			s.view = listindex.Build(clusters)
		}
	})
	page, err := s.view.Find(f, o, after, limit)
	page.Revision = s.Revision
	return page, err
}

// Values gives what an instance has for some settings, those that it has.
func (s *Snapshot) Values(cluster, instance string, keys []string) map[string]string {
	if s.view == nil {
		return nil
	}
	return s.view.Values(cluster, instance, keys)
}

// Suggest completes keys, or the values of one key, as listindex.View does.
func (s *Snapshot) Suggest(visible func(string) bool, key, text string, limit int) []fleet.Suggestion {
	if s.view == nil {
		return []fleet.Suggestion{}
	}
	return s.view.Suggest(visible, key, text, limit)
}

// Replica keeps the latest snapshot in memory and checks it at each request.
type Replica struct {
	store *Segments
	seed  maphash.Seed

	mu      sync.Mutex // held while loading, so that many requests load once
	current *Snapshot
	held    map[string]*held // by cluster
}

// held is which items of a cluster are in the current snapshot. It never changes.
type held struct {
	version  int64 // of the facts
	provider string
	kept     string // note and tags
	settings int64
	set      string
	versions []int64
	names    []map[uint64]string // of each segment, the names of its rows by the sum of their JSON
}

// NewReplica makes an empty replica; the first Snapshot fills it.
func NewReplica(store *Segments) *Replica {
	return &Replica{store: store, seed: maphash.MakeSeed()}
}

// Snapshot gives the fleet as of now. It costs one small read when nothing changed, and
// else the segments that did.
func (r *Replica) Snapshot(ctx context.Context) (*Snapshot, error) {
	h, err := readHead(ctx, r.store.kv)
	if err != nil {
		return nil, err
	}
	if h.Revision == 0 {
		return &Snapshot{}, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current != nil && r.current.Revision >= h.Rows {
		return r.current, nil
	}
	for range maxLoads {
		if err = r.load(ctx, h); !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return r.current, nil
}

// maxLoads is how often a load is begun again because a cluster's rows were moved to
// other segments meanwhile.
const maxLoads = 5

var errMoved = errors.New("the rows were moved meanwhile")

// load makes the snapshot of a head from what is in memory and what changed.
func (r *Replica) load(ctx context.Context, h head) error {
	if r.current == nil || r.current.view.Overgrown() {
		return r.loadAll(ctx, h)
	}
	ids, ok := h.since(r.current.Revision)
	if !ok { // too many changed; which did, their versions say
		stored, err := r.store.clusters(ctx)
		if err != nil {
			return err
		}
		ids = slices.Sorted(maps.Keys(r.held))
		for _, id := range stored {
			if r.held[id] == nil {
				ids = append(ids, id)
			}
		}
	}
	return r.loadSome(ctx, h, ids)
}

// Bounds of what is read and decoded at the same time.
const (
	decodeAtOnce = 4
	readAtOnce   = 16
)

// loadAll reads every cluster.
func (r *Replica) loadAll(ctx context.Context, h head) error {
	ids, err := r.store.clusters(ctx)
	if err != nil {
		return err
	}
	clusters := make([]*listindex.Cluster, len(ids))
	holds := make([]*held, len(ids))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(readAtOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			clusters[i], holds[i], err = r.read(reading, id)
			if errors.Is(err, kvjson.ErrDamaged) {
				clusters[i] = nil
				return r.leaveOut(reading, id, err)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("reading the fleet: %w", err)
	}
	all := map[string]*held{}
	for i, c := range clusters {
		if c != nil {
			all[ids[i]] = holds[i]
		}
	}
	view := listindex.Build(slices.DeleteFunc(clusters, func(c *listindex.Cluster) bool { return c == nil }))
	go view.Settle()
	r.held, r.current = all, &Snapshot{Revision: h.Rows, head: h, Chunks: view.Clusters(), view: view}
	return nil
}

// Partition names the partition of a cluster's items.
func Partition(cluster string) string { return partSegment + cluster }

// leaveOut notes a cluster that can't be decoded, so that lists show the others.
func (r *Replica) leaveOut(ctx context.Context, id string, cause error) error {
	version, err := r.store.Version(ctx, id)
	if err == nil {
		kvjson.LeaveOut(ctx, r.store.kv, kv.Item{Key: factsKey(id), Version: version}, cause)
	}
	return err
}

// read reads a whole cluster, and which items it was read from; nil when there is none.
func (r *Replica) read(ctx context.Context, id string) (*listindex.Cluster, *held, error) {
	l, err := r.store.read(ctx, id)
	if err != nil || !l.exists {
		return nil, nil, err
	}
	if l.former != nil {
		return clusterOf(l.chunk), &held{}, nil // of no item: it is read whole the next time
	}
	f := &l.facts
	c := &listindex.Cluster{Cluster: f.Cluster}
	if c.Settings, err = r.store.codec.settings(l); err != nil {
		return nil, nil, err
	}
	h := &held{
		version: l.items[sortFacts].Version, provider: f.Cluster.Provider, kept: kept(&f.Cluster), settings: f.Settings, set: f.Set,
		versions: make([]int64, len(f.Versions)), names: make([]map[uint64]string, len(f.Versions)),
	}
	for n := range h.versions {
		if f.Versions[n] == 0 { // a writer that another one overtook may have left it
			continue
		}
		item, ok := l.items[f.sort(n)]
		if !ok {
			return nil, nil, fmt.Errorf("cluster %s: %w", id, errMoved)
		}
		lines, err := r.store.codec.lines(item)
		if err != nil {
			return nil, nil, err
		}
		h.versions[n], h.names[n] = item.Version, make(map[uint64]string, len(lines))
		var former *listindex.Row
		for i, sum := range sums(r.seed, lines) {
			row, err := decodeIndexRow(lines[i], former)
			if err != nil {
				return nil, nil, fmt.Errorf("%s/%s: %w", item.Partition, item.Sort, err)
			}
			former = row
			c.Rows = append(c.Rows, row)
			h.names[n][sum] = row.Instance.Name
		}
	}
	slices.SortFunc(c.Rows, listindex.CompareNames)
	return c, h, nil
}

// kept names what people keep about a cluster and lists show with its rows.
func kept(c *fleet.Cluster) string {
	if c.Annotation == nil {
		return ""
	}
	return c.Annotation.Note + "\x00" + strings.Join(c.Annotation.Tags, " ")
}

// loadSome makes the snapshot that follows the current one when some clusters changed.
func (r *Replica) loadSome(ctx context.Context, h head, ids []string) error {
	keys := make([]kv.Key, len(ids))
	want := make(map[kv.Key]int64, len(ids))
	for i, id := range ids {
		keys[i] = factsKey(id)
		// A version that is held already is not what the head speaks of.
		if v := h.version(id); r.held[id] != nil && v != r.held[id].version {
			want[keys[i]] = v
		}
	}
	items, err := r.store.batch(ctx, keys, want)
	if err != nil {
		return fmt.Errorf("reading changed clusters: %w", err)
	}
	changes := make([]listindex.Change, len(ids))
	holds := make([]*held, len(ids))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(readAtOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			item, ok := items[keys[i]]
			changes[i], holds[i], err = r.change(reading, id, item, ok)
			if errors.Is(err, kvjson.ErrDamaged) {
				changes[i], holds[i] = listindex.Change{Cluster: fleet.Cluster{ID: id}, Removed: true}, nil
				return r.leaveOut(reading, id, err)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("reading changed clusters: %w", err)
	}
	all := maps.Clone(r.held)
	var different []listindex.Change
	for i, id := range ids {
		if holds[i] != nil && holds[i] == r.held[id] {
			continue
		}
		different = append(different, changes[i])
		if holds[i] == nil {
			delete(all, id)
		} else {
			all[id] = holds[i]
		}
	}
	view := r.current.view.Next(different)
	r.held, r.current = all, &Snapshot{Revision: h.Rows, head: h, Chunks: view.Clusters(), view: view}
	return nil
}

// change finds what differs of a cluster; held is nil when it is gone, and the one that is
// known when nothing differs.
func (r *Replica) change(ctx context.Context, id string, item kv.Item, exists bool) (listindex.Change, *held, error) {
	was := r.held[id]
	var f facts
	if exists {
		var err error
		if f, err = r.store.codec.facts(item); err != nil {
			return listindex.Change{}, nil, err
		}
	}
	if !exists || was == nil || was.set != f.Set || was.settings != f.Settings || was.provider != f.Cluster.Provider || was.kept != kept(&f.Cluster) {
		return r.replace(ctx, id)
	}
	if item.Version == was.version {
		return listindex.Change{}, was, nil
	}
	c := listindex.Change{Cluster: f.Cluster, Settings: r.current.view.Settings(id)}
	next := *was
	next.version = item.Version
	next.versions, next.names = slices.Clone(was.versions), slices.Clone(was.names)
	var keys []kv.Key
	var numbers []int
	want := map[kv.Key]int64{}
	for n, version := range f.Versions {
		if version != was.versions[n] {
			key := kv.Key{Partition: partSegment + id, Sort: f.sort(n)}
			keys, numbers = append(keys, key), append(numbers, n)
			want[key] = version
		}
	}
	items, err := r.store.batch(ctx, keys, want)
	if err != nil {
		return c, nil, err
	}
	for i, n := range numbers {
		item, ok := items[keys[i]]
		if !ok {
			return c, nil, fmt.Errorf("cluster %s: %w", id, errMoved)
		}
		lines, err := r.store.codec.lines(item)
		if err != nil {
			return c, nil, err
		}
		names := make(map[uint64]string, len(lines))
		present := make(map[string]bool, len(lines))
		for k, sum := range sums(r.seed, lines) {
			name, same := was.names[n][sum]
			if !same {
				row, err := decodeIndexRow(lines[k], nil)
				if err != nil {
					return c, nil, fmt.Errorf("cluster %s: %w", id, err)
				}
				name = row.Instance.Name
				c.Rows = append(c.Rows, row)
			}
			names[sum], present[name] = name, true
		}
		for _, name := range was.names[n] {
			if !present[name] {
				c.Gone = append(c.Gone, name)
			}
		}
		next.versions[n], next.names[n] = item.Version, names
	}
	return c, &next, nil
}

// replace reads a whole cluster.
func (r *Replica) replace(ctx context.Context, id string) (listindex.Change, *held, error) {
	c, h, err := r.read(ctx, id)
	if err != nil || c == nil {
		return listindex.Change{Cluster: fleet.Cluster{ID: id}, Removed: true}, nil, err
	}
	return listindex.Change{Cluster: c.Cluster, Settings: c.Settings, Rows: c.Rows, All: true}, h, nil
}

// ClusterIDs lists the ids of all clusters that are stored, also of those without a project.
func (s *Segments) ClusterIDs(ctx context.Context) ([]string, error) { return s.clusters(ctx) }

// clusters lists the ids of all clusters that are stored.
func (s *Segments) clusters(ctx context.Context) ([]string, error) {
	ids := map[string]bool{}
	for _, partition := range []string{partCluster, partChunk} {
		for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partition}) {
			if err != nil {
				return nil, fmt.Errorf("listing the clusters: %w", err)
			}
			ids[item.Sort] = true
		}
	}
	return slices.Sorted(maps.Keys(ids)), nil
}

// batch reads any number of items, by key. An item of the version that is wanted may come
// from an eventual read, which costs half; any other is read once more, consistently,
// because what is older than the head says would stay.
func (s *Segments) batch(ctx context.Context, keys []kv.Key, want map[kv.Key]int64) (map[kv.Key]kv.Item, error) {
	var cheap, left []kv.Key
	for _, key := range keys {
		if want[key] > 0 {
			cheap = append(cheap, key)
		} else {
			left = append(left, key)
		}
	}
	found, err := kv.GetAll(ctx, s.kv, cheap, kv.Eventual())
	if err != nil {
		return nil, err
	}
	for _, key := range cheap {
		if found[key].Version != want[key] {
			delete(found, key)
			left = append(left, key)
		}
	}
	rest, err := kv.GetAll(ctx, s.kv, left)
	maps.Copy(found, rest)
	return found, err
}
