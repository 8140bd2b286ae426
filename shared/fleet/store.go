package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Partitions of the store that belong to the fleet.
const (
	partProject      = "project"         // sort: project id
	partProjectClaim = "project-claim"   // sort: GitLab URL + "#" + GitLab id
	partFleet        = "fleet"           // sort: "head"
	partChunk        = "chunk"           // sort: cluster id
	partFiles        = "files#"          // + cluster; sort: "cluster" or "instance#" + name
	partPage         = "page#"           // + cluster; sort: instance
	partPipeline     = "pipeline#"       // + cluster; sort: padded pipeline id
	partDeployed     = "deployed#"       // + cluster + "#" + instance; sort: padded pipeline id
	partOperation    = "operation#"      // + cluster; sort: operation id
	partOperated     = "operated#"       // + cluster + "#" + instance; sort: operation id
	partOpen         = "operation-open#" // + cluster; sort: operation id
	partDeployment   = "deployment#"     // + cluster; sort: deployment id
	partOnce         = "operation-once"  // sort: idempotency key
	partSealed       = "operation-sent#" // + cluster; sort: deployment id + "#" + number of the part
	partDetail       = "operation-what#" // + cluster; sort: operation id
	partProtection   = "protection#"     // + cluster; sort: instance
	partAction       = "pipeline-act#"   // + cluster; sort: padded pipeline id + "#" + id of the act
	partActing       = "pipeline-asked#" // + cluster; sort: as of partAction, of those that are not done
	partBulk         = "bulk"            // sort: id of the bulk change
	partBulkOpen     = "bulk-open"       // sort: id of the bulk change
	partLease        = "lease"           // sort: what is leased
	partEvent        = "event#"          // + cluster; sort: key of the event
	partPoison       = "event-poison#"   // + cluster; sort: key of the event
)

// Store keeps the fleet's records in a kv.Store.
type Store struct {
	kv    kv.Store
	now   func() time.Time
	codec codec
}

// NewStore makes a Store; now is the clock.
func NewStore(store kv.Store, now func() time.Time) *Store {
	return &Store{kv: store, now: now, codec: newCodec()}
}

// retries bounds how often an optimistic change is tried again.
const retries = 40

// modify reads the item at key, lets change make its new value and writes it
// back, again from the start when somebody else was faster. A nil result of
// change leaves the item alone. A missing item is given as nil.
func (s *Store) modify(ctx context.Context, key kv.Key, change func(old []byte) ([]byte, error)) error {
	return s.modifyBy(ctx, key, s.write, change)
}

func (s *Store) modifyBy(ctx context.Context, key kv.Key, write Recorder, change func(old []byte) ([]byte, error)) error {
	for try := range retries {
		old, err := s.kv.Get(ctx, key)
		cond := kv.IfVersion(old.Version)
		if fault.Is(err, fault.NotFound) {
			cond = kv.IfAbsent()
		} else if err != nil {
			return err
		}
		value, err := change(old.Value)
		if err != nil || value == nil {
			return err
		}
		err = write(ctx, kv.Item{Key: key, Value: value, Expires: old.Expires}, cond)
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "too many changes at once to %s/%s", key.Partition, key.Sort)
}

// pause waits a little longer at each try, with jitter.
func pause(ctx context.Context, try int) error {
	most := min(time.Millisecond<<min(try, 7), 100*time.Millisecond)
	t := time.NewTimer(rand.N(most) + time.Millisecond/4)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// getJSON reads an item into a value of type T.
func getJSON[T any](ctx context.Context, store kv.Store, key kv.Key, opts ...kv.ReadOption) (T, int64, error) {
	var v T
	item, err := store.Get(ctx, key, opts...)
	if err != nil {
		return v, 0, err
	}
	if err := json.Unmarshal(item.Value, &v); err != nil {
		return v, 0, fmt.Errorf("decoding %s/%s: %w", key.Partition, key.Sort, err)
	}
	return v, item.Version, nil
}

// putJSON writes a value of type T.
func putJSON[T any](ctx context.Context, store kv.Store, key kv.Key, v T, cond kv.Condition, expires time.Time) error {
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding %s/%s: %w", key.Partition, key.Sort, err)
	}
	_, err = store.Put(ctx, kv.Item{Key: key, Value: value, Expires: expires}, cond)
	return err
}

// queryJSON reads a page of a partition as values of type T.
func queryJSON[T any](ctx context.Context, store kv.Store, q kv.Query) ([]T, string, error) {
	page, err := store.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	out := make([]T, len(page.Items))
	for i, item := range page.Items {
		if err := json.Unmarshal(item.Value, &out[i]); err != nil {
			return nil, "", fmt.Errorf("decoding %s/%s: %w", item.Partition, item.Sort, err)
		}
	}
	return out, page.Next, nil
}

// notFound replaces the store's not-found by one that says what is missing.
func notFound(err error, format string, args ...any) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, format, args...)
	}
	return err
}

func padded(id int64) string { return fmt.Sprintf("%019d", id) }

// noExpiry marks items that stay.
var noExpiry time.Time
