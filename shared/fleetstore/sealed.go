package fleetstore

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/kv"
)

// sealedLife is how long the sealed parts of an unsent request are kept.
const sealedLife = 90 * 24 * time.Hour

// SaveSealed keeps the parts of a request that is too large for its operation's
// item. They are written before the operation, so that it never lacks them.
func (s *Store) SaveSealed(ctx context.Context, cluster, deployment string, parts [][]byte) error {
	for i, part := range parts {
		item := kv.Item{Key: sealedKey(cluster, deployment, i), Value: part, Expires: s.now().Add(sealedLife)}
		if _, err := s.kv.Put(ctx, item, kv.Always); err != nil {
			return fmt.Errorf("storing part %d of request %s: %w", i, deployment, err)
		}
	}
	return nil
}

// Sealed reads the parts of a request; fault.NotFound when one is missing.
func (s *Store) Sealed(ctx context.Context, cluster, deployment string, n int) ([][]byte, error) {
	parts := make([][]byte, n)
	for i := range parts {
		item, err := s.kv.Get(ctx, sealedKey(cluster, deployment, i))
		if err != nil {
			return nil, kvjson.NotFound(err, "part %d of the request %s is gone", i, deployment)
		}
		parts[i] = item.Value
	}
	return parts, nil
}

// ForgetSealed removes the parts of a request.
func (s *Store) ForgetSealed(ctx context.Context, cluster, deployment string, n int) error {
	for i := range n {
		if err := s.kv.Delete(ctx, sealedKey(cluster, deployment, i), kv.Always); err != nil {
			return fmt.Errorf("removing part %d of request %s: %w", i, deployment, err)
		}
	}
	return nil
}

func sealedKey(cluster, deployment string, part int) kv.Key {
	return kv.Key{Partition: partSealed + cluster, Sort: fmt.Sprintf("%s#%06d", deployment, part)}
}
