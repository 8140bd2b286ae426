package fleetstore

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/kv/packed"
	"github.com/open-craft/ocim/shared/lease"
	"github.com/open-craft/ocim/shared/views"

	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
)

// Partitions of the store that belong to the fleet.
const (
	partProject      = "project"                // sort: project id
	partProjectClaim = "project-claim"          // sort: GitLab URL + "#" + GitLab id
	partFiles        = "files#"                 // + cluster; sort: "cluster" or "instance#" + name
	partPage         = "page#"                  // + cluster; sort: instance
	partPipeline     = "pipeline#"              // + cluster; sort: padded pipeline id
	partDeployed     = "deployed#"              // + cluster + "#" + instance; sort: padded pipeline id
	partOperation    = "operation#"             // + cluster; sort: operation id
	partOperated     = "operation-by-instance#" // + cluster + "#" + instance; sort: operation id
	partOpen         = "operation-open#"        // + cluster; sort: operation id
	partDeployment   = "deployment#"            // + cluster; sort: deployment id
	partOnce         = "operation-once"         // sort: idempotency key
	partSealed       = "operation-sent#"        // + cluster; sort: deployment id + "#" + number of the part
	partDetail       = "operation-diff#"        // + cluster; sort: operation id
	partProtection   = "protection#"            // + cluster; sort: instance
	partAnnotation   = "annotation#"            // + cluster; sort: "cluster" or "instance#" + name
	partJobReport    = "job-report#"            // + cluster; sort: instance
	partSiteRound    = "site-round"             // sort: cluster
	partAction       = "pipeline-act#"          // + cluster; sort: padded pipeline id + "#" + id of the action
	partActing       = "pipeline-action-open#"  // + cluster; sort: as of partAction, of those that are not done
	partBulk         = "bulk"                   // sort: id of the bulk change
	partBulkOpen     = "bulk-open"              // sort: id of the bulk change
	partEvent        = "event#"                 // + cluster; sort: key of the event
	partApplied      = "event-applied#"         // + cluster; sort: key of the event
	partPoison       = "event-poison#"          // + cluster; sort: key of the event
)

// Partitions as releases before 2026-12 named them. They are read, and no longer
// written.
const (
	formerOperated = "operated#"
	formerDetail   = "operation-what#"
	formerActing   = "pipeline-asked#"

	formerUnconfirmed = "event-unconfirmed#" // + cluster; sort: padded id of a pipeline
)

// Store keeps the fleet's records in a kv.Store.
type Store struct {
	kv    kv.Store
	now   func() time.Time
	codec packed.Codec

	*lease.Leases
	*fleetview.Segments
	*views.Saved
	Activity *activity.Log
}

// New makes a Store; now is the clock.
func New(store kv.Store, now func() time.Time) *Store {
	log := activity.New(store, now)
	return &Store{
		kv: store, now: now, codec: packed.New(4), Activity: log,
		Leases: lease.New(store, now), Segments: fleetview.NewSegments(store, log), Saved: views.New(store, now),
	}
}

// modify changes a record as kv.Update does; a nil result of change leaves it alone. What
// the old record has and this release does not know is kept.
func (s *Store) modify(ctx context.Context, key kv.Key, change func(old kv.Item) (any, error)) error {
	return s.modifyBy(ctx, key, nil, change)
}

func (s *Store) modifyBy(ctx context.Context, key kv.Key, write Recorder, change func(old kv.Item) (any, error)) error {
	return kv.Update(ctx, s.kv, key, write, func(item *kv.Item) (bool, error) {
		next, err := change(*item)
		if err != nil || next == nil {
			return false, err
		}
		return true, kvjson.Set(item, next)
	})
}

// changeRecord lets alter change a record that exists; missing is the error when there is
// none. S is the record as it is stored. It gives what is stored then, and whether that was
// changed.
func changeRecord[S, T any](ctx context.Context, s *Store, key kv.Key, record Recorder, missing error,
	open func(S) T, alter func(*T) (bool, error), store func(next T, former S) S,
) (result T, changed bool, err error) {
	err = s.modifyBy(ctx, key, record, func(old kv.Item) (any, error) {
		if old.Version == 0 {
			return nil, missing
		}
		former, err := kvjson.Decode[S](old)
		if err != nil {
			return nil, err
		}
		result = open(former)
		if changed, err = alter(&result); err != nil || !changed {
			return nil, err
		}
		return store(result, former), nil
	})
	return result, changed, err
}

// setPacked encodes a record into an item whose value may be packed.
func (s *Store) setPacked(item *kv.Item, v any) error {
	former, err := s.codec.Unpack(item.Value)
	if err != nil {
		former = nil // what can't be read is replaced
	}
	value, err := kvjson.Encode(former, v)
	if err != nil {
		return fmt.Errorf("encoding %s/%s: %w", item.Partition, item.Sort, err)
	}
	item.Value = s.codec.Pack(value)
	return nil
}

func padded(id int64) string { return fmt.Sprintf("%019d", id) }

// decode gives an item's value; the zero one of an item that does not exist.
func decode[T any](s *Store, item kv.Item) (T, error) {
	var v T
	if item.Value == nil {
		return v, nil
	}
	if err := s.codec.UnpackJSON(item.Value, &v); err != nil {
		return v, fmt.Errorf("decoding %s/%s: %w: %w", item.Partition, item.Sort, kvjson.ErrDamaged, err)
	}
	return v, nil
}

// decodeCopy is decode for a copy of what GitLab or a cluster has: one that can't be
// decoded counts as missing, so that the next sync makes it again.
func decodeCopy[T any](ctx context.Context, s *Store, item kv.Item) T {
	v, err := decode[T](s, item)
	if err != nil {
		kvjson.LeaveOut(ctx, s.kv, item, err)
		return *new(T)
	}
	return v
}

// query reads a page of a partition whose values may be packed. It leaves out what can't
// be decoded.
func query[T any](ctx context.Context, s *Store, q kv.Query) ([]T, string, error) {
	page, err := s.kv.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	out := make([]T, 0, len(page.Items))
	for _, item := range page.Items {
		v, err := decode[T](s, item)
		if err != nil {
			kvjson.LeaveOut(ctx, s.kv, item, err)
			continue
		}
		out = append(out, v)
	}
	return out, page.Next, nil
}

// byProject reads all records of a partition whose sort keys are the ids of projects.
func byProject[T any](ctx context.Context, s *Store, partition string, project func(T) string) (map[string]T, error) {
	list, err := kvjson.All[T](ctx, s.kv, kv.Query{Partition: partition, Eventual: true})
	if err != nil {
		return nil, err
	}
	all := make(map[string]T, len(list))
	for _, v := range list {
		all[project(v)] = v
	}
	return all, nil
}
