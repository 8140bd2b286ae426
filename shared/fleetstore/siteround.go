package fleetstore

import (
	"context"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// siteRound is how far the last check of a cluster's sites came.
type siteRound struct {
	After string `json:"after"`
}

// SiteRound gives the instance that the last check of a cluster's sites ended with;
// empty when it reached all of them.
func (s *Store) SiteRound(ctx context.Context, cluster string) (string, error) {
	r, _, err := kvjson.Get[siteRound](ctx, s.kv, kv.Key{Partition: partSiteRound, Sort: cluster}, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return r.After, err
}

// SaveSiteRound keeps it.
func (s *Store) SaveSiteRound(ctx context.Context, cluster, after string) error {
	return kvjson.Put(ctx, s.kv, kv.Key{Partition: partSiteRound, Sort: cluster}, siteRound{after}, kv.Always, kvjson.NoExpiry)
}
