package fleetstore

import (
	"context"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// SaveDetail keeps what an operation changes. It is written before the
// operation.
func (s *Store) SaveDetail(ctx context.Context, cluster, operation string, d fleet.Detail) error {
	return kvjson.Put(ctx, s.kv, detailKey(cluster, operation), d, kv.Always, kvjson.NoExpiry)
}

// OperationDetail reads it; a zero one when there is none.
func (s *Store) OperationDetail(ctx context.Context, cluster, operation string) (fleet.Detail, error) {
	d, _, err := kvjson.Get[fleet.Detail](ctx, s.kv, detailKey(cluster, operation), kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		former := kv.Key{Partition: formerDetail + cluster, Sort: operation}
		d, _, err = kvjson.Get[fleet.Detail](ctx, s.kv, former, kv.Eventual())
	}
	if fault.Is(err, fault.NotFound) {
		return fleet.Detail{}, nil
	}
	return d, err
}

func detailKey(cluster, operation string) kv.Key {
	return kv.Key{Partition: partDetail + cluster, Sort: operation}
}
