package fleetstore

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

type storedProtection struct {
	fleet.Protection
	Audit audit.Trail `json:"audit,omitempty"`
}

// Protection reads an instance's protection; a zero one when it never had any.
func (s *Store) Protection(ctx context.Context, cluster, instance string) (fleet.Protection, error) {
	p, _, err := kvjson.Get[storedProtection](ctx, s.kv, protectionKey(cluster, instance))
	if fault.Is(err, fault.NotFound) {
		return fleet.Protection{Instance: instance}, nil
	}
	return p.Protection, err
}

// Protected lists the protected instances of a cluster, by name.
func (s *Store) Protected(ctx context.Context, cluster string) ([]fleet.Protection, error) {
	all, err := kvjson.All[storedProtection](ctx, s.kv, kv.Query{Partition: partProtection + cluster})
	if err != nil {
		return nil, fmt.Errorf("listing protected instances of %s: %w", cluster, err)
	}
	list := []fleet.Protection{}
	for _, p := range all {
		if p.Protected {
			list = append(list, p.Protection)
		}
	}
	return list, nil
}

// Protect sets or lifts a protection.
func (s *Store) Protect(ctx context.Context, cluster string, p fleet.Protection, record Recorder) error {
	return s.modifyBy(ctx, protectionKey(cluster, p.Instance), record, func(old kv.Item) (any, error) {
		former, err := kvjson.Decode[storedProtection](old)
		if err != nil {
			return nil, err
		}
		if former.Protected == p.Protected {
			return nil, nil
		}
		return storedProtection{p, former.Audit}, nil
	})
}

func protectionKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partProtection + cluster, Sort: instance}
}
