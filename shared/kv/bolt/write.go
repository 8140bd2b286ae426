package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// sweepPerCommit is how many expired items each commit removes on the way. It is
// more than most commits add, so the file does not fill with what expired.
const sweepPerCommit = 64

// keepExpired is how long an expired item stays in the file. A clock that is ahead for a
// moment must not remove what has not expired.
const keepExpired = 45 * 24 * time.Hour

// Put implements kv.Store.
func (s *Store) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if err := contract.Item(item); err != nil {
		return kv.Item{}, err
	}
	// A copy, for the caller may go away and reuse its memory before the commit.
	r := record{expires: contract.Seconds(item.Expires), value: bytes.Clone(item.Value)}
	err := s.change(ctx, item.Key, len(item.Value), func(old record, exists bool) (record, error) {
		r.version = old.version + 1
		return r, check(cond, old, exists)
	})
	if err != nil {
		return kv.Item{}, err
	}
	item.Version, item.Expires = r.version, contract.Time(r.expires)
	return item, nil
}

// Delete implements kv.Store.
func (s *Store) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	if err := contract.Key(key); err != nil {
		return err
	}
	return s.do(ctx, 0, func(tx *bbolt.Tx) error {
		k := itemKey(key)
		stored, live, err := s.load(tx, k)
		if err != nil {
			return err
		}
		if err := check(cond, live, live.version > 0); err != nil {
			return err
		}
		return remove(tx, k, stored.expires)
	})
}

// change replaces the item at key by what f makes of the present one, which is the
// zero record if it is absent. An error of f leaves everything as it is.
func (s *Store) change(ctx context.Context, key kv.Key, size int, f func(old record, exists bool) (record, error)) error {
	k := itemKey(key)
	return s.do(ctx, size+len(k), func(tx *bbolt.Tx) error {
		stored, live, err := s.load(tx, k)
		if err != nil {
			return err
		}
		r, err := f(live, live.version > 0)
		if err != nil {
			return err
		}
		if stored.expires != r.expires {
			if err := unlist(tx, k, stored.expires); err != nil {
				return err
			}
			if r.expires != 0 {
				if err := tx.Bucket(expiryBucket).Put(expiryKey(r.expires, k), nil); err != nil {
					return err
				}
			}
		}
		return tx.Bucket(itemBucket).Put(k, encode(r))
	})
}

// load gives what is stored at k and what of it counts: the same, or the
// zero record (version 0) when it is absent or expired.
func (s *Store) load(tx *bbolt.Tx, k []byte) (stored, live record, err error) {
	b := tx.Bucket(itemBucket).Get(k)
	if b == nil {
		return record{}, record{}, nil
	}
	if stored, err = decode(b); err != nil || contract.Expired(stored.expires, s.now()) {
		return stored, record{}, err
	}
	return stored, stored, nil
}

// check returns fault.Conflict unless the condition holds.
func check(cond kv.Condition, old record, exists bool) error {
	switch {
	case cond.Absent() && exists:
		return fault.New(fault.Conflict, "the item exists already")
	case cond.Version() != 0 && (!exists || cond.Version() != old.version):
		return fault.New(fault.Conflict, "the item was changed in the meantime")
	default:
		return nil
	}
}

// remove deletes what is stored at k, if anything, and its listing.
func remove(tx *bbolt.Tx, k []byte, expires int64) error {
	if err := unlist(tx, k, expires); err != nil {
		return err
	}
	return tx.Bucket(itemBucket).Delete(k)
}

func unlist(tx *bbolt.Tx, k []byte, expires int64) error {
	if expires == 0 {
		return nil
	}
	return tx.Bucket(expiryBucket).Delete(expiryKey(expires, k))
}

func sweep(tx *bbolt.Tx, now time.Time, limit int) (int, error) {
	now = now.Add(-keepExpired)
	c := tx.Bucket(expiryBucket).Cursor()
	n := 0
	for listed, _ := c.First(); listed != nil && n < limit; listed, _ = c.First() {
		expires := int64(binary.BigEndian.Uint64(listed))
		if !contract.Expired(expires, now) {
			break
		}
		if err := remove(tx, bytes.Clone(listed[8:]), expires); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
