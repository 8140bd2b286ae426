package fleetview

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// writeAtOnce is how many segments are written at the same time.
const writeAtOnce = 8

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
	if next.Counts = slices.Clone(next.Counts); l.whole {
		next.Counts = make([]int, 1<<next.Layout)
	}
	if put, err = s.plan(cluster, l, &next, after); err != nil {
		return 0, nil, false, err
	}
	if raced, err := s.write(ctx, put); err != nil || raced {
		return 0, put, raced, err
	}
	if next.Counts != nil {
		after.Cluster.Instances = 0
		for _, n := range next.Counts {
			after.Cluster.Instances += n
		}
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
		// What another writer has stored and not committed is written again: that writer
		// undoes it if it fails.
		if ok && string(known.Value) == string(value) && known.Version == *version {
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
		if next.Counts != nil {
			next.Counts[n] = counted(rows[n])
		}
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
