package fleetview

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/packed"
)

const (
	partCluster = "cluster"  // sort: id of each cluster that has segments
	partSegment = "segment#" // + cluster; sort: "facts", "settings", or of rows: layout + set + "#" + number
	partChunk   = "chunk"    // sort: id of a cluster; all of it in one item, as releases before 2026-12 stored it
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
	hosts     *hostIndex
}

// NewSegments makes Segments that note in log what changes.
func NewSegments(store kv.Store, log *activity.Log) *Segments {
	return &Segments{store, codec{packed.New(decodeAtOnce)}, log, newPublisher(store), &hostIndex{}}
}

// Chunk reads a cluster with its instances; fault.NotFound when there is none.
func (s *Segments) Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error) {
	return chunkOf(cluster)(s.load(ctx, cluster))
}

// Rows reads a cluster with some of its instances, and perhaps with others that are
// stored with them; fault.NotFound when there is no such cluster. The cluster's settings
// are left out.
func (s *Segments) Rows(ctx context.Context, cluster string, names ...string) (*fleet.Chunk, error) {
	return chunkOf(cluster)(s.loadRows(ctx, cluster, names))
}

// rowsAt is Rows of the version that the head knows, or a later one.
func (s *Segments) rowsAt(ctx context.Context, h *head, cluster string, names ...string) (*fleet.Chunk, error) {
	return chunkOf(cluster)(s.loadRowsAt(ctx, h, cluster, names))
}

// chunkOf gives the chunk of what was loaded; fault.NotFound when there is no such cluster.
func chunkOf(cluster string) func(*loaded, error) (*fleet.Chunk, error) {
	return func(l *loaded, err error) (*fleet.Chunk, error) {
		if err != nil {
			return nil, err
		}
		if !l.exists {
			return nil, fault.New(fault.NotFound, "no cluster %q", cluster)
		}
		return l.chunk, nil
	}
}

// Version gives the version of a cluster, 0 when there is none.
func (s *Segments) Version(ctx context.Context, cluster string, options ...kv.ReadOption) (int64, error) {
	for _, key := range []kv.Key{factsKey(cluster), chunkKey(cluster)} {
		item, err := s.kv.Get(ctx, key, options...)
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
	h, err := readLatestHead(ctx, s.kv)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(h.Recent, func(c change) bool { return c.Cluster == cluster && c.Version == version && version > 0 }) {
		return nil
	}
	return s.publisher.publish(ctx, cluster, version)
}

// Note adds activity of a cluster that changed none of its rows, and moves the revision, so
// that readers see it.
func (s *Segments) Note(ctx context.Context, a activity.Activity) error {
	if err := s.activity.Add(ctx, a); err != nil {
		return err
	}
	version, err := s.Version(ctx, a.Cluster)
	if err != nil {
		return err
	}
	return s.publisher.publish(ctx, a.Cluster, version)
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
		count := 0
		if l.chunk != nil {
			count = counted(l.chunk.Rows)
		}
		if after, err = alter(l.chunk); err != nil || after == nil {
			return false, err
		}
		if !l.whole && crowded(&l.facts, after.Rows) {
			load = func() (*loaded, error) { return s.load(ctx, cluster) }
			return true, nil
		}
		if !l.whole && l.facts.Counts == nil { // a former release wrote the facts; the next sync counts
			after.Cluster.Instances += counted(after.Rows) - count
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

// RemoveChunk forgets a cluster.
func (s *Segments) RemoveChunk(ctx context.Context, cluster string) error {
	// The facts go first: without them the rest is nothing.
	keys := []kv.Key{factsKey(cluster), chunkKey(cluster), {Partition: partCluster, Sort: cluster}}
	for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partSegment + cluster}) {
		if err != nil {
			return fmt.Errorf("removing cluster %s: %w", cluster, err)
		}
		keys = append(keys, item.Key)
	}
	for _, key := range keys {
		if err := s.kv.Delete(ctx, key, kv.Always); err != nil {
			return fmt.Errorf("removing cluster %s: %w", cluster, err)
		}
	}
	return s.publisher.publish(ctx, cluster, 0)
}
