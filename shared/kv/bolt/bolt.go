package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bberrors "go.etcd.io/bbolt/errors"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// Options of a store; the zero Options are those for production.
type Options struct {
	Now      func() time.Time // clock for expiry; time.Now if nil
	LockWait time.Duration    // how long Open waits for another process to let go of the file; 200 ms if 0
	NoSync   bool             // never sync to disk: fast, and loses data with the machine; for tests
}

// Store is a kv.Store in a file. Close it when done.
type Store struct {
	db   *bbolt.DB
	path string // bbolt's own Path changes while the store is being closed
	now  func() time.Time
	committer
}

var _ kv.Store = (*Store)(nil)

// Open opens the store in the file, which is made, with its folder, if it does not
// exist. It returns fault.Unavailable if another process has it open and
// fault.Internal if it cannot be read.
func Open(path string, opts Options) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.LockWait <= 0 {
		opts.LockWait = 200 * time.Millisecond
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "cannot make the folder of the store")
	}
	var db *bbolt.DB
	err := guarded(path, func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:      opts.LockWait,
			NoSync:       opts.NoSync,
			FreelistType: bbolt.FreelistMapType,
		})
		return err
	})
	if errors.Is(err, bberrors.ErrTimeout) {
		return nil, fault.Wrap(fault.Unavailable, err, "another process has the store %s open", path)
	}
	if errors.Is(err, bberrors.ErrInvalid) || errors.Is(err, bberrors.ErrChecksum) || errors.Is(err, bberrors.ErrVersionMismatch) {
		err = damaged(path, err)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "cannot open the store %s", path)
	}
	if err := checkLength(db); err != nil {
		return nil, damaged(path, errors.Join(err, db.Close()))
	}
	err = guarded(path, func() error {
		return db.Update(func(tx *bbolt.Tx) error {
			for _, name := range [][]byte{itemBucket, expiryBucket} {
				if _, err := tx.CreateBucketIfNotExists(name); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err == nil && !opts.NoSync {
		err = syncFolder(folder)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Internal, errors.Join(err, db.Close()), "cannot prepare the store %s", path)
	}
	s := &Store{db: db, path: path, now: opts.Now}
	s.committer = committer{run: s.runBatch, token: make(chan struct{}, 1)}
	return s, nil
}

// syncFolder makes the name of a new file as durable as its content.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Close lets go of the file after the writes that are being synced. Calls
// that come later return fault.Unavailable.
func (s *Store) Close() error {
	s.token <- struct{}{}
	defer func() { <-s.token }()
	if err := s.db.Close(); err != nil {
		return fault.Wrap(fault.Internal, err, "cannot close the store")
	}
	return nil
}

// Get implements kv.Store.
func (s *Store) Get(ctx context.Context, key kv.Key, _ ...kv.ReadOption) (kv.Item, error) {
	if err := contract.Key(key); err != nil {
		return kv.Item{}, err
	}
	var it kv.Item
	var ok bool
	err := s.view(ctx, func(items *bbolt.Bucket, now time.Time) (err error) {
		it, ok, err = read(items, key, now)
		return err
	})
	if err != nil {
		return kv.Item{}, err
	}
	if !ok {
		return kv.Item{}, fault.New(fault.NotFound, "the item does not exist")
	}
	return it, nil
}

// BatchGet implements kv.Store.
func (s *Store) BatchGet(ctx context.Context, keys []kv.Key, _ ...kv.ReadOption) ([]kv.Item, error) {
	if err := contract.Keys(keys); err != nil {
		return nil, err
	}
	found := make([]kv.Item, 0, len(keys))
	err := s.view(ctx, func(items *bbolt.Bucket, now time.Time) error {
		for _, key := range keys {
			it, ok, err := read(items, key, now)
			if err != nil {
				return err
			}
			if ok {
				found = append(found, it)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// view runs a read of the items as they are after the last commit.
func (s *Store) view(ctx context.Context, f func(items *bbolt.Bucket, now time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := guarded(s.path, func() error {
		return s.db.View(func(tx *bbolt.Tx) error { return f(tx.Bucket(itemBucket), s.now()) })
	})
	return classify(err, "cannot read the store")
}

// classify gives bbolt's errors a kind and leaves faults alone.
func classify(err error, doing string) error {
	var f *fault.Error
	switch {
	case err == nil, errors.As(err, &f), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, bberrors.ErrDatabaseNotOpen):
		return fault.Wrap(fault.Unavailable, err, "the store is closed")
	default:
		return fault.Wrap(fault.Unavailable, err, "%s", doing)
	}
}
