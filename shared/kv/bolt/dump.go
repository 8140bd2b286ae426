package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// Each calls take for every item that has not expired, as they all are at one moment.
func (s *Store) Each(ctx context.Context, take func(kv.Item) error) error {
	return s.view(ctx, func(items *bbolt.Bucket, now time.Time) error {
		return items.ForEach(func(k, v []byte) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, err := decode(v)
			if err != nil || contract.Expired(r.expires, now) {
				return err
			}
			partition, sort, found := bytes.Cut(k, []byte{0})
			if !found {
				return fault.New(fault.Internal, "the store holds a key without a sort key")
			}
			key := kv.Key{Partition: string(partition), Sort: string(sort)}
			return take(r.item(key))
		})
	})
}

// Load stores an item with its version. It returns fault.Conflict if there is any item
// at its key.
func (s *Store) Load(ctx context.Context, e kv.Item) error {
	if err := contract.Key(e.Key); err != nil {
		return err
	}
	return s.change(ctx, e.Key, len(e.Value), func(_ record, exists bool) (record, error) {
		if exists {
			return record{}, fault.New(fault.Conflict, "the item exists")
		}
		return record{version: e.Version, expires: contract.Seconds(e.Expires), value: e.Value}, nil
	})
}

// Backup writes a consistent copy of the store to a new file, completely or not at all.
// The store can be used meanwhile.
func (s *Store) Backup(path string) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), ".backup-*") // readable by the owner only
	if err != nil {
		return fault.Wrap(fault.Internal, err, "cannot write a backup beside %s", path)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part.Name())
		}
	}()
	err = s.db.View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(part)
		return err
	})
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return fault.Wrap(fault.Internal, err, "cannot write the backup %s", path)
	}
	if err = os.Rename(part.Name(), path); err != nil {
		return fault.Wrap(fault.Internal, err, "cannot write the backup %s", path)
	}
	return syncFolder(filepath.Dir(path))
}

// Check reads a store's complete file and returns how many items it holds, or
// fault.Internal with what is damaged. Another process that has the file open is
// fault.Unavailable.
func Check(path string) (items int, err error) {
	if _, err := os.Stat(path); err != nil {
		return 0, fault.Wrap(fault.NotFound, err, "there is no store %s", path)
	}
	s, err := Open(path, Options{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = guarded(path, func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			var found error
			for err := range tx.Check() { // read to the end, or it goes on in the background
				if found == nil {
					found = err
				}
			}
			if found != nil {
				return damaged(path, found)
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	err = guarded(path, func() error {
		return s.Each(context.Background(), func(kv.Item) error {
			items++
			return nil
		})
	})
	return items, err
}

// damaged is the error for a file that cannot be read as a store.
func damaged(path string, err error) error {
	return fault.Wrap(fault.Internal, err, "the store %s is damaged", path)
}

// guarded calls f, and returns the panic of a damaged file as an error. bbolt maps the
// file into memory and trusts what it reads: a page that is not there raises a fault, and
// one that is wrong a panic.
func guarded(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			err = damaged(path, fmt.Errorf("reading it: %v", v))
		}
	}()
	return f()
}

// checkLength refuses a file that is shorter than what it says it holds.
func checkLength(db *bbolt.DB) error {
	return db.View(func(tx *bbolt.Tx) error {
		info, err := os.Stat(db.Path())
		if err == nil && info.Size() < tx.Size() {
			err = fmt.Errorf("it was cut off: it has %d of %d bytes", info.Size(), tx.Size())
		}
		return err
	})
}
