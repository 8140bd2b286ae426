package audit

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Read is items that were read before an audited write, by consistent reads.
type Read struct {
	keys  map[kv.Key]bool // that were read
	items map[kv.Key]kv.Item
}

// NewRead makes a Read of what kv.GetAll found by keys. Keys that Needs did not list are
// ignored.
func NewRead(keys []kv.Key, items map[kv.Key]kv.Item) *Read {
	r := &Read{keys: map[kv.Key]bool{}, items: items}
	for _, key := range keys {
		r.keys[key] = true
	}
	return r
}

// get gives an item that was read, and reads any other.
func (r *Read) get(ctx context.Context, store kv.Store, key kv.Key) (kv.Item, error) {
	if !r.keys[key] {
		return store.Get(ctx, key)
	}
	item, found := r.items[key]
	if !found {
		return kv.Item{}, fault.New(fault.NotFound, "no %s/%s", key.Partition, key.Sort)
	}
	return item, nil
}

// Needs lists what an audited write of a record with the trail reads first, for callers
// that read more at the same time.
func (l *Log) Needs(trail Trail) []kv.Key {
	var keys []kv.Key
	for _, e := range trail {
		keys = append(keys, markerKey(e.ID))
	}
	if last := l.known(); last.Seq > 0 {
		keys = append(keys, linkKey(last.Seq), linkKey(last.Seq+1))
	}
	return keys
}

// read reads what Needs lists.
func (l *Log) read(ctx context.Context, trail Trail) (*Read, error) {
	keys := l.Needs(trail)
	items, err := kv.GetAll(ctx, l.store, keys)
	if err != nil {
		return nil, fmt.Errorf("read the end of the audit log: %w", err)
	}
	return NewRead(keys, items), nil
}

// headBy returns the last link. One that was the last a moment ago does: its place in the
// store was read, and the place behind it was free.
func (l *Log) headBy(ctx context.Context, read *Read) (link, error) {
	last := l.known()
	if next := linkKey(last.Seq + 1); last.Seq > 0 && read.keys[next] {
		_, overtaken := read.items[next]
		if there, found := read.items[linkKey(last.Seq)]; found && !overtaken {
			if k, err := decodeLink(there); err == nil && k.Hash == last.Hash {
				return last, nil
			}
		}
	}
	head, err := l.head(ctx)
	if err == nil {
		l.mu.Lock()
		l.last = link{Seq: head.Seq, Hash: head.Hash}
		l.mu.Unlock()
	}
	return head, err
}

func (l *Log) known() link {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// remember keeps where the log ends, unless a later place is known.
func (l *Log) remember(k link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.Seq > l.last.Seq {
		l.last = link{Seq: k.Seq, Hash: k.Hash}
	}
}
