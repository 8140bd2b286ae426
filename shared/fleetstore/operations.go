package fleetstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// Once makes a request that is repeated count once.
type Once struct {
	Key         string // chosen by the caller; 1 to 200 bytes
	Fingerprint string // of the request; the same key with another fingerprint is fault.Conflict
	Record      Recorder
	// RecordInstance writes the index entries of instances together with their audit
	// entries; instances that are not in it have none of their own.
	RecordInstance map[string]Recorder
}

// Recorder writes an item together with the audit entry that goes with it.
// Where one may be given, nil writes the item alone.
type Recorder = kv.WriteFunc

func (s *Store) write(ctx context.Context, item kv.Item, cond kv.Condition) error {
	_, err := s.kv.Put(ctx, item, cond)
	return err
}

// recorder gives r, or the one that writes the item alone.
func (s *Store) recorder(r Recorder) Recorder {
	if r == nil {
		return s.write
	}
	return r
}

// AddOperation stores a request once. When the key was used before it returns the
// operation of then, and false. Every step can be repeated, so a caller that
// died repeats the whole with the same key.
func (s *Store) AddOperation(ctx context.Context, op fleet.Operation, once Once) (fleet.Operation, bool, error) {
	claim, created, err := s.claimOnce(ctx, once.Key, claimedOperation{Cluster: op.Cluster, ID: op.ID, Fingerprint: once.Fingerprint})
	if err != nil {
		return fleet.Operation{}, false, err
	}
	if !created {
		if former, err := s.Operation(ctx, claim.Cluster, claim.ID); !fault.Is(err, fault.NotFound) {
			return former, false, err
		}
		// Claimed by a process that died before storing: store it now.
		op.ID, op.Cluster = claim.ID, claim.Cluster
	}
	// The index entries come first: one without its operation is skipped, an
	// operation without them would be forgotten.
	keys := []kv.Key{openKey(op)}
	for _, d := range op.All() {
		key := kv.Key{Partition: operatedPartition(op.Cluster, d.Instance), Sort: op.ID}
		keys = append(keys, deploymentKey(op.Cluster, d.ID))
		record := once.RecordInstance[d.Instance]
		if record == nil {
			keys = append(keys, key)
			continue
		}
		item := kv.Item{Key: key}
		if err := kvjson.Set(&item, claimedOperation{Cluster: op.Cluster, ID: op.ID}); err != nil {
			return fleet.Operation{}, false, err
		}
		// Recorded once: a caller that died repeats all this.
		if err := record(ctx, item, kv.IfAbsent()); err != nil && !fault.Is(err, fault.Conflict) {
			return fleet.Operation{}, false, fmt.Errorf("indexing operation %s: %w", op.ID, err)
		}
	}
	for _, key := range keys {
		if err := kvjson.Put(ctx, s.kv, key, claimedOperation{Cluster: op.Cluster, ID: op.ID}, kv.Always, kvjson.NoExpiry); err != nil {
			return fleet.Operation{}, false, fmt.Errorf("indexing operation %s: %w", op.ID, err)
		}
	}
	item := kv.Item{Key: operationKey(op.Cluster, op.ID)}
	if err := kvjson.Set(&item, stored(op, nil)); err != nil {
		return fleet.Operation{}, false, err
	}
	err = s.recorder(once.Record)(ctx, item, kv.IfAbsent())
	if fault.Is(err, fault.Conflict) { // a second request with the same key was faster
		former, err := s.Operation(ctx, op.Cluster, op.ID)
		return former, false, err
	}
	if err != nil {
		return fleet.Operation{}, false, fmt.Errorf("storing operation %s: %w", op.ID, err)
	}
	return op, created, s.recorded(ctx, op.Cluster, op.All())
}

// Operation reads one operation; fault.NotFound when there is none.
func (s *Store) Operation(ctx context.Context, cluster, id string) (fleet.Operation, error) {
	item, err := s.kv.Get(ctx, operationKey(cluster, id))
	if err != nil {
		return fleet.Operation{}, kvjson.NotFound(err, "no operation %q in cluster %q", id, cluster)
	}
	o, err := kvjson.Decode[storedOperation](item)
	if err != nil {
		kvjson.LeaveOut(ctx, s.kv, item, err)
	}
	return o.operation(), err
}

// OperationOf finds the operation of a deployment id; fault.NotFound when the
// deployment was not requested through Ocim.
func (s *Store) OperationOf(ctx context.Context, cluster, deployment string) (fleet.Operation, error) {
	c, _, err := kvjson.Get[claimedOperation](ctx, s.kv, deploymentKey(cluster, deployment))
	if err != nil {
		return fleet.Operation{}, kvjson.NotFound(err, "no operation with deployment id %q in cluster %q", deployment, cluster)
	}
	return s.Operation(ctx, cluster, c.ID)
}

// Operations reads a page of a cluster's operations, newest first.
func (s *Store) Operations(ctx context.Context, cluster, after string, limit int) ([]fleet.Operation, string, error) {
	page, next, err := kvjson.Query[storedOperation](ctx, s.kv, kv.Query{
		Partition: partOperation + cluster, After: after, Limit: limit, Reverse: true,
	})
	out := make([]fleet.Operation, len(page))
	for i, o := range page {
		out[i] = o.operation()
	}
	return out, next, err
}

// InstanceOperations reads the newest operations about an instance.
func (s *Store) InstanceOperations(ctx context.Context, cluster, instance string, most int) ([]fleet.Operation, error) {
	found, _, err := s.InstanceHistory(ctx, cluster, instance, "", most)
	return found, err
}

// InstanceHistory reads a page of the operations about an instance, newest
// first.
func (s *Store) InstanceHistory(ctx context.Context, cluster, instance, after string, limit int) ([]fleet.Operation, string, error) {
	page, err := s.operationsOf(ctx, cluster, instance, after, min(limit, kv.MaxBatch))
	if err != nil {
		return nil, "", fmt.Errorf("listing operations of instance %s: %w", instance, err)
	}
	found := []fleet.Operation{}
	if len(page.Items) == 0 {
		return found, page.Next, nil
	}
	keys := make([]kv.Key, len(page.Items))
	for i, item := range page.Items {
		keys[i] = operationKey(cluster, item.Sort)
	}
	items, err := s.kv.BatchGet(ctx, keys)
	if err != nil {
		return nil, "", fmt.Errorf("reading operations of instance %s: %w", instance, err)
	}
	for _, item := range items {
		o, err := kvjson.Decode[storedOperation](item)
		if err != nil {
			kvjson.LeaveOut(ctx, s.kv, item, err)
			continue
		}
		found = append(found, o.operation())
	}
	return found, page.Next, nil
}

// formerCursor marks a cursor of the partition's former name.
const formerCursor = "former "

// operationsOf reads a page of the index by instance. What an earlier release stored
// under the partition's former name is older than all else, and follows it.
func (s *Store) operationsOf(ctx context.Context, cluster, instance, after string, limit int) (kv.Page, error) {
	var page kv.Page
	q := kv.Query{Partition: operatedPartition(cluster, instance), After: after, Limit: limit, Reverse: true}
	former, isFormer := strings.CutPrefix(after, formerCursor)
	if !isFormer {
		former = ""
		var err error
		if page, err = s.kv.Query(ctx, q); err != nil || page.Next != "" || len(page.Items) == limit {
			if err == nil && page.Next == "" {
				page.Next = formerCursor
			}
			return page, err
		}
	}
	q.Partition, q.After, q.Limit = formerOperated+cluster+"#"+instance, former, limit-len(page.Items)
	rest, err := s.kv.Query(ctx, q)
	if err != nil {
		return kv.Page{}, err
	}
	page.Items, page.Next = append(page.Items, rest.Items...), rest.Next
	if page.Next != "" {
		page.Next = formerCursor + page.Next
	}
	return page, nil
}

// OpenOperations reads a cluster's operations that have not ended, oldest
// first.
func (s *Store) OpenOperations(ctx context.Context, cluster string) ([]fleet.Operation, error) {
	claims, err := kvjson.All[claimedOperation](ctx, s.kv, kv.Query{Partition: partOpen + cluster})
	if err != nil {
		return nil, fmt.Errorf("listing open operations of cluster %s: %w", cluster, err)
	}
	var open []fleet.Operation
	for _, c := range claims {
		op, err := s.Operation(ctx, cluster, c.ID)
		if fault.Is(err, fault.NotFound) || errors.Is(err, kvjson.ErrDamaged) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !op.State.Ended() {
			open = append(open, op)
			continue
		}
		if err := s.recorded(ctx, cluster, op.All()); err != nil {
			return nil, err
		}
		if err := s.kv.Delete(ctx, openKey(op), kv.Always); err != nil {
			return nil, fmt.Errorf("closing operation %s: %w", op.ID, err)
		}
	}
	return open, nil
}

// ChangeOperation lets alter change an operation, from the start again when
// another writer was faster, and returns what is stored then. alter returning
// false leaves it alone.
func (s *Store) ChangeOperation(ctx context.Context, cluster, id string, alter func(*fleet.Operation) (bool, error)) (fleet.Operation, error) {
	return s.ChangeOperationBy(ctx, cluster, id, nil, alter)
}

// ChangeOperationBy is ChangeOperation, writing with record.
func (s *Store) ChangeOperationBy(ctx context.Context, cluster, id string, record Recorder, alter func(*fleet.Operation) (bool, error)) (fleet.Operation, error) {
	none := fault.New(fault.NotFound, "no operation %q in cluster %q", id, cluster)
	result, changed, err := changeRecord(ctx, s, operationKey(cluster, id), record, none, storedOperation.operation, alter,
		func(op fleet.Operation, former storedOperation) storedOperation { return stored(op, former.Audit) })
	if err != nil {
		return fleet.Operation{}, fmt.Errorf("changing operation %s: %w", id, err)
	}
	// Also when nothing changed: the process that changed it may have died before this.
	if err := s.resetPages(ctx, cluster, result.All()); err != nil {
		return fleet.Operation{}, err
	}
	if result.State.Ended() {
		if err := s.kv.Delete(ctx, openKey(result), kv.Always); err != nil {
			return fleet.Operation{}, fmt.Errorf("closing operation %s: %w", id, err)
		}
	}
	if !changed && !result.State.Ended() {
		return result, nil
	}
	return result, s.Touch(ctx, cluster)
}

// onceLife is how long an idempotency key is remembered.
const onceLife = 7 * 24 * time.Hour

// claimedOperation points to an operation.
type claimedOperation struct {
	Cluster     string `json:"cluster"`
	ID          string `json:"id"`
	Fingerprint string `json:"fingerprint,omitempty"`
}

// storedOperation is an operation with what the API does not show.
type storedOperation struct {
	fleet.Operation
	Sealed      []byte      `json:"sealed,omitempty"`
	SealedParts int         `json:"sealedParts,omitempty"`
	SentAt      time.Time   `json:"sentAt,omitzero"`
	By          audit.Actor `json:"by,omitzero"` // absent in what releases before 2026-12 wrote
	Audit       audit.Trail `json:"audit,omitempty"`
}

func stored(op fleet.Operation, trail audit.Trail) storedOperation {
	return storedOperation{op, op.Sealed, op.SealedParts, op.SentAt, op.By, trail}
}

func (o storedOperation) operation() fleet.Operation {
	op := o.Operation
	op.Sealed, op.SealedParts, op.SentAt, op.By = o.Sealed, o.SealedParts, o.SentAt, o.By
	if op.By == (audit.Actor{}) {
		op.By.Email = op.RequestedBy
	}
	return op
}

func operationKey(cluster, id string) kv.Key {
	return kv.Key{Partition: partOperation + cluster, Sort: id}
}

func operatedPartition(cluster, instance string) string {
	return partOperated + cluster + "#" + instance
}

func openKey(op fleet.Operation) kv.Key { return kv.Key{Partition: partOpen + op.Cluster, Sort: op.ID} }

func deploymentKey(cluster, deployment string) kv.Key {
	return kv.Key{Partition: partDeployment + cluster, Sort: deployment}
}

// OperationOnce finds the operation that an idempotency key made;
// fault.NotFound when it is new, fault.Conflict when it was used for another
// request.
func (s *Store) OperationOnce(ctx context.Context, once Once) (fleet.Operation, error) {
	claim, err := s.claimed(ctx, once.Key, once.Fingerprint)
	if err != nil {
		return fleet.Operation{}, kvjson.NotFound(err, "no operation with this idempotency key")
	}
	return s.Operation(ctx, claim.Cluster, claim.ID)
}

// claimOnce claims an idempotency key; false when it was claimed before by the same
// request, whose claim it gives then.
func (s *Store) claimOnce(ctx context.Context, key string, claim claimedOperation) (claimedOperation, bool, error) {
	err := kvjson.Put(ctx, s.kv, kv.Key{Partition: partOnce, Sort: key}, claim, kv.IfAbsent(), s.now().Add(onceLife))
	if fault.Is(err, fault.Conflict) {
		former, err := s.claimed(ctx, key, claim.Fingerprint)
		return former, false, err
	}
	if err != nil {
		err = fmt.Errorf("claiming idempotency key: %w", err)
	}
	return claim, true, err
}

// claimed reads the claim of an idempotency key; fault.Conflict when another request has it.
func (s *Store) claimed(ctx context.Context, key, fingerprint string) (claimedOperation, error) {
	claim, _, err := kvjson.Get[claimedOperation](ctx, s.kv, kv.Key{Partition: partOnce, Sort: key})
	if err != nil {
		return claim, fmt.Errorf("reading idempotency key: %w", err)
	}
	if claim.Fingerprint != fingerprint {
		err = fault.New(fault.Conflict, "this idempotency key was used for a different request")
	}
	return claim, err
}

// ReopenOperation lists an operation among the open ones again, after a retry
// of its pipeline.
func (s *Store) ReopenOperation(ctx context.Context, op fleet.Operation) error {
	err := kvjson.Put(ctx, s.kv, openKey(op), claimedOperation{Cluster: op.Cluster, ID: op.ID}, kv.Always, kvjson.NoExpiry)
	if err != nil {
		return err
	}
	return s.Touch(ctx, op.Cluster)
}
