package bolt

import (
	"context"

	"go.etcd.io/bbolt"
)

// Sweep removes up to limit expired items from the file, as each write does on the
// way, and returns how many it removed.
func (s *Store) Sweep(ctx context.Context, limit int) (int, error) {
	var n int
	err := s.do(ctx, 0, func(tx *bbolt.Tx) (err error) {
		n, err = sweep(tx, s.now(), limit)
		return err
	})
	return n, err
}
