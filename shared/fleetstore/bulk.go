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

// ScopeBulks is the scope of all bulk changes, as Touch takes it.
const ScopeBulks = "*bulks"

type storedBulk struct {
	fleet.Bulk
	Sealed   []byte        `json:"sealed,omitempty"`
	Bound    string        `json:"bound,omitempty"`
	Forgiven int           `json:"forgiven,omitempty"`
	By       audit.Actor   `json:"by"`
	Hidden   []hiddenShare `json:"hidden"` // of the targets, in order
	Audit    audit.Trail   `json:"audit,omitempty"`
}

type hiddenShare struct {
	Group     string       `json:"g,omitempty"`
	Shown     string       `json:"s,omitempty"`
	Before    fleet.Health `json:"h,omitempty"`
	Recovered bool         `json:"r,omitempty"`
}

func storeBulk(b fleet.Bulk, trail audit.Trail) storedBulk {
	out := storedBulk{Bulk: b, Sealed: b.Sealed, Bound: b.SealedFor, Forgiven: b.Forgiven, By: b.By, Audit: trail}
	for _, t := range b.Targets {
		out.Hidden = append(out.Hidden, hiddenShare{t.Group, t.Shown, t.Before, t.Recovered})
	}
	return out
}

func (s storedBulk) bulk() fleet.Bulk {
	b := s.Bulk
	b.Sealed, b.SealedFor, b.Forgiven, b.By = s.Sealed, s.Bound, s.Forgiven, s.By
	for i := range min(len(b.Targets), len(s.Hidden)) {
		t, h := &b.Targets[i], s.Hidden[i]
		t.Group, t.Shown, t.Before, t.Recovered = h.Group, h.Shown, h.Before, h.Recovered
	}
	return b
}

// AddBulk stores a bulk change once, as AddOperation does an operation.
func (s *Store) AddBulk(ctx context.Context, b fleet.Bulk, once Once) (fleet.Bulk, bool, error) {
	claim, created, err := s.claimOnce(ctx, "bulk#"+once.Key, claimedOperation{ID: b.ID, Fingerprint: once.Fingerprint})
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	if !created {
		if former, err := s.Bulk(ctx, claim.ID); !fault.Is(err, fault.NotFound) {
			return former, false, err
		}
	}
	b.ID = claim.ID
	if err := kvjson.Put(ctx, s.kv, kv.Key{Partition: partBulkOpen, Sort: b.ID}, claim, kv.Always, kvjson.NoExpiry); err != nil {
		return fleet.Bulk{}, false, fmt.Errorf("indexing bulk change %s: %w", b.ID, err)
	}
	item := kv.Item{Key: bulkKey(b.ID)}
	if err := kvjson.Set(&item, storeBulk(b, nil)); err != nil {
		return fleet.Bulk{}, false, err
	}
	err = s.recorder(once.Record)(ctx, item, kv.IfAbsent())
	if fault.Is(err, fault.Conflict) {
		former, err := s.Bulk(ctx, b.ID)
		return former, false, err
	}
	if err != nil {
		return fleet.Bulk{}, false, fmt.Errorf("storing bulk change %s: %w", b.ID, err)
	}
	return b, created, s.Touch(ctx, ScopeBulks)
}

// BulkOnce finds the bulk change that an idempotency key made; errors are those
// of OperationOnce.
func (s *Store) BulkOnce(ctx context.Context, once Once) (fleet.Bulk, error) {
	claim, err := s.claimed(ctx, "bulk#"+once.Key, once.Fingerprint)
	if err != nil {
		return fleet.Bulk{}, kvjson.NotFound(err, "no bulk change with this idempotency key")
	}
	return s.Bulk(ctx, claim.ID)
}

// Bulk reads one bulk change; fault.NotFound when there is none.
func (s *Store) Bulk(ctx context.Context, id string) (fleet.Bulk, error) {
	b, _, err := kvjson.Get[storedBulk](ctx, s.kv, bulkKey(id))
	return b.bulk(), kvjson.NotFound(err, "no bulk change %q", id)
}

// Bulks reads a page of the bulk changes, newest first.
func (s *Store) Bulks(ctx context.Context, after string, limit int) ([]fleet.Bulk, string, error) {
	page, next, err := kvjson.Query[storedBulk](ctx, s.kv, kv.Query{Partition: partBulk, After: after, Limit: limit, Reverse: true})
	out := make([]fleet.Bulk, len(page))
	for i, b := range page {
		out[i] = b.bulk()
	}
	return out, next, err
}

// OpenBulks lists the ids of the bulk changes that need attention, oldest first.
func (s *Store) OpenBulks(ctx context.Context) ([]string, error) {
	var ids []string
	for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partBulkOpen}) {
		if err != nil {
			return nil, fmt.Errorf("listing open bulk changes: %w", err)
		}
		ids = append(ids, item.Sort)
	}
	return ids, nil
}

// CloseBulk takes a bulk change off the list of open ones; OpenBulk puts it back.
func (s *Store) CloseBulk(ctx context.Context, id string) error {
	return s.kv.Delete(ctx, kv.Key{Partition: partBulkOpen, Sort: id}, kv.Always)
}

// OpenBulk puts a bulk change on the list of open ones.
func (s *Store) OpenBulk(ctx context.Context, id string) error {
	return kvjson.Put(ctx, s.kv, kv.Key{Partition: partBulkOpen, Sort: id}, claimedOperation{ID: id}, kv.Always, kvjson.NoExpiry)
}

// ChangeBulk changes a bulk change as ChangeOperationBy does an operation.
func (s *Store) ChangeBulk(ctx context.Context, id string, record Recorder, alter func(*fleet.Bulk) (bool, error)) (fleet.Bulk, error) {
	none := fault.New(fault.NotFound, "no bulk change %q", id)
	result, changed, err := changeRecord(ctx, s, bulkKey(id), record, none, storedBulk.bulk, alter,
		func(b fleet.Bulk, former storedBulk) storedBulk { return storeBulk(b, former.Audit) })
	if err != nil {
		return fleet.Bulk{}, fmt.Errorf("changing bulk change %s: %w", id, err)
	}
	if !changed {
		return result, nil
	}
	return result, s.Touch(ctx, ScopeBulks)
}

func bulkKey(id string) kv.Key { return kv.Key{Partition: partBulk, Sort: id} }
