package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// link is one entry in its place in the log.
type link struct {
	Seq   int64           `json:"seq"`
	Prev  string          `json:"prev"`
	Entry json.RawMessage `json:"entry"`
	Hash  string          `json:"hash"`
}

const (
	chain        = "audit/log"
	moveAttempts = 200
)

func linkKey(seq int64) kv.Key {
	return kv.Key{Partition: chain, Sort: fmt.Sprintf("%016d", seq)}
}

// sum is the hash of a link: SHA-256 over the place, the hash before it and the
// entry's bytes.
func (k link) sum() string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "ocim audit 1\n%d\n%s\n", k.Seq, k.Prev)
	h.Write(k.Entry)
	return hex.EncodeToString(h.Sum(nil))
}

// head returns the last link, zero while the log is empty.
func (l *Log) head(ctx context.Context) (link, error) {
	page, err := l.store.Query(ctx, kv.Query{Partition: chain, Limit: 1, Reverse: true})
	if err != nil {
		return link{}, fmt.Errorf("find the end of the audit log: %w", err)
	}
	if len(page.Items) == 0 {
		return link{}, nil
	}
	return decodeLink(page.Items[0])
}

func (l *Log) at(ctx context.Context, seq int64) (link, error) {
	if seq == 0 {
		return link{}, nil
	}
	it, err := l.store.Get(ctx, linkKey(seq))
	if err != nil {
		return link{}, err
	}
	return decodeLink(it)
}

// before returns the link before a place, which may be known.
func (l *Log) before(ctx context.Context, seq int64, known *link) (link, error) {
	if known != nil && known.Seq == seq-1 {
		return *known, nil
	}
	return l.at(ctx, seq-1)
}

func decodeLink(it kv.Item) (link, error) {
	var k link
	if err := json.Unmarshal(it.Value, &k); err != nil {
		return link{}, fmt.Errorf("decode audit entry %s: %w", it.Sort, err)
	}
	return k, nil
}

// move appends the entry at the place its marker names, or, if that was taken by
// another entry, moves the marker on. The marker leaves a place only when the
// place is taken permanently, so however many functions move the same entry, it
// ends up in the log once.
func (l *Log) move(ctx context.Context, entry Entry, mark marker, version int64) error {
	return l.moveAfter(ctx, nil, entry, mark, version)
}

// moveAfter is move by a caller who knows the link before the place of the marker; nil
// does not.
func (l *Log) moveAfter(ctx context.Context, before *link, entry Entry, mark marker, version int64) error {
	raw, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("encode an audit entry: %w", err)
	}
	for attempt := range moveAttempts {
		prev, err := l.before(ctx, mark.Seq, before)
		if err != nil {
			return fmt.Errorf("read the audit entry before: %w", err)
		}
		k := link{Seq: mark.Seq, Prev: prev.Hash, Entry: raw}
		k.Hash = k.sum()
		value, err := json.Marshal(k)
		if err != nil {
			return fmt.Errorf("encode an audit entry: %w", err)
		}
		_, err = l.store.Put(ctx, kv.Item{Key: linkKey(mark.Seq), Value: value}, kv.IfAbsent())
		if fault.Is(err, fault.Conflict) {
			var there link
			if there, err = l.at(ctx, mark.Seq); err == nil && there.Hash != k.Hash {
				var done bool
				if mark, version, done, err = l.advance(ctx, entry.ID, mark, version); err == nil && !done {
					if err := pause(ctx, attempt); err != nil {
						return err
					}
					continue
				}
				if done {
					return nil
				}
			}
		}
		if err != nil {
			return fmt.Errorf("append to the audit log: %w", err)
		}
		l.remember(k)
		return ignoreGone(l.store.Delete(ctx, markerKey(entry.ID), kv.Always))
	}
	return fault.New(fault.Unavailable, "the audit log is too busy")
}

// advance points the marker behind the log's end. done says that someone else
// finished the move meanwhile.
func (l *Log) advance(ctx context.Context, id string, mark marker, version int64) (_ marker, _ int64, done bool, err error) {
	head, err := l.head(ctx)
	if err != nil {
		return mark, version, false, err
	}
	mark.Seq = head.Seq + 1
	it, err := l.putMarker(ctx, id, mark, kv.IfVersion(version))
	if err == nil {
		return mark, it.Version, false, nil
	}
	if !fault.Is(err, fault.Conflict) {
		return mark, version, false, err
	}
	if it, err = l.store.Get(ctx, markerKey(id)); err != nil {
		if fault.Is(err, fault.NotFound) {
			return mark, version, true, nil
		}
		return mark, version, false, err
	}
	err = json.Unmarshal(it.Value, &mark)
	return mark, it.Version, false, err
}

// pause waits a little and at random, longer with each attempt, so that writers
// who collide do not do so in step.
func pause(ctx context.Context, attempt int) error {
	return kv.Sleep(ctx, rand.N(time.Duration(min(attempt+1, 20))*time.Millisecond))
}

// Verify walks the whole log and returns how many entries hold together. The
// error, of kind fault.Conflict, names the first place where they do not.
func (l *Log) Verify(ctx context.Context) (int64, error) {
	return l.walk(ctx, func(link) error { return nil })
}

// walk calls visit with each entry of the log, as long as they hold together and
// visit returns nil, and returns how many that were.
func (l *Log) walk(ctx context.Context, visit func(link) error) (int64, error) {
	var last link
	for it, err := range kv.Items(ctx, l.store, kv.Query{Partition: chain}) {
		if err != nil {
			return last.Seq, fmt.Errorf("read the audit log: %w", err)
		}
		k, err := decodeLink(it)
		if err != nil || k.Seq != last.Seq+1 || it.Key != linkKey(k.Seq) || k.Prev != last.Hash || k.Hash != k.sum() {
			return last.Seq, tampered(last.Seq)
		}
		if err := visit(k); err != nil {
			return last.Seq, err
		}
		last = k
	}
	return last.Seq, nil
}
