package audit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// MaxEntry is the largest entry, as JSON, in bytes.
const MaxEntry = 32 << 10

// MarkerAge is how old an unfinished move must be before Repair touches it: no
// request that could still be writing lives that long.
const MarkerAge = 2 * time.Minute

// Actor is who made a change.
type Actor = access.Actor

// Entry is one change. Before and After never hold a secret; the code that creates
// the entry guarantees that.
type Entry struct {
	ID        string          `json:"id" doc:"Set by Log.Put"`
	At        time.Time       `json:"at"`
	Actor     Actor           `json:"actor"`
	Action    string          `json:"action" doc:"What was done, such as user.disabled"`
	Target    string          `json:"target" doc:"What it was done to, such as user/01h2…"`
	Before    json.RawMessage `json:"before,omitempty" doc:"The changed part as it was"`
	After     json.RawMessage `json:"after,omitempty" doc:"The changed part as it became"`
	Operation string          `json:"operation,omitempty" doc:"The operation or pipeline this belongs to"`
}

// Values returns before and after as an Entry wants them; nil stays absent.
func Values(before, after any) (b, a json.RawMessage, err error) {
	for _, v := range []struct {
		from any
		to   *json.RawMessage
	}{{before, &b}, {after, &a}} {
		if v.from == nil {
			continue
		}
		if *v.to, err = json.Marshal(v.from); err != nil {
			return nil, nil, fmt.Errorf("encode an audit value: %w", err)
		}
	}
	return b, a, nil
}

// Trail is what an audited item carries under the JSON key "audit". A record
// that is read, changed and written back declares
//
//	Audit audit.Trail `json:"audit,omitempty"`
//
// so that a write that is not audited keeps what may not have been moved yet.
type Trail []Entry

// Log is the audit log. It is safe for concurrent use.
type Log struct {
	store  kv.Store
	now    func() time.Time
	logger *slog.Logger

	repaired atomic.Bool // whether this process has looked at all markers

	mu   sync.Mutex
	last link // newest one that this process knows; zero before the first
}

// New makes a Log in the store.
func New(store kv.Store, now func() time.Time, logger *slog.Logger) *Log {
	return &Log{store: store, now: now, logger: logger}
}

// marker remembers one entry on its way to the log.
type marker struct {
	Partition string `json:"partition"`
	Sort      string `json:"sort"`
	Seq       int64  `json:"seq"` // where in the log the entry goes, or is
	// Version is that of the item which the change demands; 0 when it demands none.
	Version int64 `json:"version,omitempty"`
}

const markers = "audit/moving"

func markerKey(id string) kv.Key { return kv.Key{Partition: markers, Sort: id} }

// Put writes item as kv.Store.Put does, with the entry inside it: item.Value is
// a JSON object, and Put replaces its key "audit". Then it moves the entry to
// the log; if only that fails, Put succeeds and Repair does it later.
//
// An item that is to be deleted is put as a tombstone that expires instead.
// Errors are those of kv.Store.Put; an entry that lacks its action or target, or
// is too large, is fault.Invalid or fault.TooLarge and nothing is written.
func (l *Log) Put(ctx context.Context, item kv.Item, cond kv.Condition, entry Entry) (kv.Item, error) {
	return l.PutAfter(ctx, nil, item, cond, entry)
}

// PutAfter is Put by a caller who has read what Needs lists, after the item itself; nil
// has not.
func (l *Log) PutAfter(ctx context.Context, read *Read, item kv.Item, cond kv.Condition, entry Entry) (kv.Item, error) {
	if entry.Action == "" || entry.Target == "" {
		return kv.Item{}, fault.New(fault.Invalid, "an audit entry needs an action and a target")
	}
	at := l.now()
	id := ulid.MustNew(ulid.Timestamp(at), rand.Reader)
	entry.ID, entry.At = strings.ToLower(id.String()), at.UTC()

	var old Trail
	var err error
	if item.Value, old, err = embed(item.Value, entry); err != nil {
		return kv.Item{}, err
	}
	if read == nil {
		if read, err = l.read(ctx, old); err != nil {
			return kv.Item{}, err
		}
	}
	if err := l.settle(ctx, old, read); err != nil {
		return kv.Item{}, fmt.Errorf("finish the previous audit entry: %w", err)
	}
	head, err := l.headBy(ctx, read)
	if err != nil {
		return kv.Item{}, err
	}
	mark := marker{Partition: item.Partition, Sort: item.Sort, Seq: head.Seq + 1, Version: max(cond.Version(), 0)}
	marked, err := l.putMarker(ctx, entry.ID, mark, kv.IfAbsent())
	if err != nil {
		return kv.Item{}, fmt.Errorf("announce an audit entry: %w", err)
	}
	written, err := l.store.Put(ctx, item, cond)
	if fault.Is(err, fault.Conflict) {
		// A store that repeats a write whose answer got lost may call its own
		// success a conflict.
		written, err = l.ours(ctx, item.Key, entry.ID, err)
	}
	if err != nil {
		if fault.Is(err, fault.Conflict) {
			if derr := l.store.Delete(ctx, markerKey(entry.ID), kv.Always); derr != nil {
				l.logger.WarnContext(ctx, "an audit marker was left for repair", "entry", entry.ID, "error", derr)
			}
		}
		return kv.Item{}, err
	}

	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := l.moveAfter(after, &head, entry, mark, marked.Version); err != nil {
		l.logger.WarnContext(ctx, "an audit entry was left for repair", "entry", entry.ID, "error", err)
	}
	return written, nil
}

// ours returns the item as it is if it carries the entry, else cause.
func (l *Log) ours(ctx context.Context, key kv.Key, id string, cause error) (kv.Item, error) {
	item, err := l.store.Get(ctx, key)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return kv.Item{}, cause
		}
		return kv.Item{}, err
	}
	if _, found := find(item.Value, id); !found {
		return kv.Item{}, cause
	}
	return item, nil
}

// Repair moves the entries whose function died before it could, and returns how
// many it moved. It goes on after an error and returns all of them.
//
// The marker of a change that was not made stays while it can still be made: its writer
// may be paused. Such markers are looked at once an hour, after their first day.
func (l *Log) Repair(ctx context.Context) (int, error) {
	moved := 0
	whole := l.now().Minute() == 0 || !l.repaired.Swap(true)
	var errs []error
	for it, err := range kv.Items(ctx, l.store, kv.Query{Partition: markers, Reverse: true}) {
		if err != nil {
			errs = append(errs, fmt.Errorf("list unfinished audit entries: %w", err))
			break
		}
		id, err := ulid.ParseStrict(strings.ToUpper(it.Sort))
		if err != nil {
			errs = append(errs, fmt.Errorf("audit marker %q: %w", it.Sort, err))
			continue
		}
		// One that seems to be of the future was made by a clock that was ahead.
		age := l.now().Sub(ulid.Time(id.Time()))
		if age >= 0 && age < MarkerAge {
			continue
		}
		if age > markerRecent && !whole {
			break // the rest is older
		}
		done, err := l.repair(ctx, it)
		if err != nil {
			errs = append(errs, fmt.Errorf("move audit entry %s: %w", it.Sort, err))
		}
		if done {
			moved++
		}
	}
	return moved, errors.Join(errs...)
}

// markerRecent is the age up to which each Repair looks at a marker.
const markerRecent = 24 * time.Hour

func (l *Log) repair(ctx context.Context, it kv.Item) (bool, error) {
	var mark marker
	if err := json.Unmarshal(it.Value, &mark); err != nil {
		return false, err
	}
	item, err := l.store.Get(ctx, kv.Key{Partition: mark.Partition, Sort: mark.Sort})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if entry, found := find(item.Value, it.Sort); found {
		err := l.move(ctx, entry, mark, it.Version)
		return err == nil, err
	}
	// The change was not made; or it was, and its next writer has moved the entry.
	if mark.Version > 0 && item.Version > mark.Version { // it can't be made any more
		return false, ignoreGone(l.store.Delete(ctx, it.Key, kv.IfVersion(it.Version)))
	}
	return false, nil
}

// settle makes sure that what an item carries is in the log before the item
// is overwritten.
func (l *Log) settle(ctx context.Context, trail Trail, read *Read) error {
	for _, e := range trail {
		it, err := read.get(ctx, l.store, markerKey(e.ID))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		var mark marker
		if err := json.Unmarshal(it.Value, &mark); err != nil {
			return fmt.Errorf("decode an audit marker: %w", err)
		}
		if err := l.move(ctx, e, mark, it.Version); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) putMarker(ctx context.Context, id string, m marker, cond kv.Condition) (kv.Item, error) {
	value, err := json.Marshal(m)
	if err != nil {
		return kv.Item{}, err
	}
	return l.store.Put(ctx, kv.Item{Key: markerKey(id), Value: value}, cond)
}

// embed puts the entry under the key "audit" of the JSON object and returns
// what was there.
func embed(object []byte, entry Entry) ([]byte, Trail, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil || fields == nil {
		return nil, nil, fault.New(fault.Invalid, "only an item whose value is a JSON object can be audited")
	}
	var old Trail
	if raw, ok := fields["audit"]; ok {
		if err := json.Unmarshal(raw, &old); err != nil {
			return nil, nil, fault.Wrap(fault.Invalid, err, "the item's audit trail is malformed")
		}
	}
	raw, err := json.Marshal(Trail{entry})
	if err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, err, "an audit entry cannot be encoded")
	}
	if len(raw) > MaxEntry {
		return nil, nil, fault.New(fault.TooLarge, "an audit entry holds at most %d bytes", MaxEntry)
	}
	fields["audit"] = raw
	value, err := json.Marshal(fields)
	return value, old, err
}

// find returns the entry that the item's value carries.
func find(value []byte, id string) (Entry, bool) {
	var carrier struct {
		Audit Trail `json:"audit"`
	}
	if json.Unmarshal(value, &carrier) != nil {
		return Entry{}, false
	}
	for _, e := range carrier.Audit {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// ignoreGone drops the error when another writer was first.
func ignoreGone(err error) error {
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
