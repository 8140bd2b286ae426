package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Bulk is one change to many instances, in waves: a first one, then batches.
type Bulk struct {
	ID          string        `json:"id"`
	State       BulkState     `json:"state" enum:"running,paused,done,aborted"`
	Kind        OperationKind `json:"kind" enum:"update,archive,unarchive"`
	Keys        []string      `json:"keys,omitempty" doc:"Of an update: what is set and unset, without the values"`
	Reason      string        `json:"reason,omitempty"`
	RequestedBy string        `json:"requestedBy" doc:"E-mail of who asked"`
	RequestedAt time.Time     `json:"requestedAt"`
	EndedAt     time.Time     `json:"endedAt,omitzero"`
	Batch       int           `json:"batch" doc:"Instances of each wave after the first"`
	PauseAfter  int           `json:"pauseAfter" doc:"Failures after which it pauses; one in the first wave is enough"`
	Forgiven    int           `json:"-"` // failures that were there when it was resumed
	Detail      string        `json:"detail,omitempty" doc:"Why it paused"`
	Targets     []BulkTarget  `json:"targets"`
	Sealed      []byte        `json:"-"` // the values, sealed
	SealedFor   string        `json:"-"` // what they are bound to
	By          audit.Actor   `json:"-"`
}

// BulkState is how a bulk change stands.
type BulkState string

// The states. An aborted one starts nothing more; what runs comes to its end.
const (
	BulkRunning BulkState = "running"
	BulkPaused  BulkState = "paused"
	BulkDone    BulkState = "done"
	BulkAborted BulkState = "aborted"
)

// BulkTarget is one instance of a bulk change.
type BulkTarget struct {
	Cluster   string      `json:"cluster"`
	Instance  string      `json:"instance"`
	Wave      int         `json:"wave" doc:"From 0"`
	State     TargetState `json:"state" enum:"waiting,starting,running,succeeded,failed,canceled,skipped"`
	Operation string      `json:"operation,omitempty" doc:"Operation that does it; several instances may share one"`
	Attempt   int         `json:"attempt" doc:"From 0; rises with each retry"`
	Detail    string      `json:"detail,omitempty" doc:"Why it failed or was skipped"`
	Group     string      `json:"-"` // of those that share a commit
	Shown     string      `json:"-"` // digest of the diff that was previewed
}

// TargetState is how far one instance of a bulk change is.
type TargetState string

// The states of a target.
const (
	TargetWaiting   TargetState = "waiting"
	TargetStarting  TargetState = "starting" // about to become an operation
	TargetRunning   TargetState = "running"
	TargetSucceeded TargetState = "succeeded"
	TargetFailed    TargetState = "failed"
	TargetCanceled  TargetState = "canceled"
	TargetSkipped   TargetState = "skipped" // nothing to change, or aborted before its turn
)

// UnmarshalText reads a stored state; releases before 2026-12 wrote "live" for
// TargetSucceeded.
func (s *TargetState) UnmarshalText(text []byte) error {
	*s = TargetState(text)
	if *s == "live" {
		*s = TargetSucceeded
	}
	return nil
}

// Ended reports whether nothing more happens to the target by itself.
func (s TargetState) Ended() bool {
	return s == TargetSucceeded || s == TargetFailed || s == TargetCanceled || s == TargetSkipped
}

// Ended reports whether the bulk change needs no more attention: an aborted one
// does while something of it still runs.
func (b *Bulk) Ended() bool { return !b.EndedAt.IsZero() }

type storedBulk struct {
	Bulk
	Sealed   []byte        `json:"sealed,omitempty"`
	Bound    string        `json:"bound,omitempty"`
	Forgiven int           `json:"forgiven,omitempty"`
	By       audit.Actor   `json:"by"`
	Hidden   []hiddenShare `json:"hidden"` // of the targets, in order
	Audit    audit.Trail   `json:"audit,omitempty"`
}

type hiddenShare struct {
	Group string `json:"g,omitempty"`
	Shown string `json:"s,omitempty"`
}

func storeBulk(b Bulk, trail audit.Trail) storedBulk {
	out := storedBulk{Bulk: b, Sealed: b.Sealed, Bound: b.SealedFor, Forgiven: b.Forgiven, By: b.By, Audit: trail}
	for _, t := range b.Targets {
		out.Hidden = append(out.Hidden, hiddenShare{t.Group, t.Shown})
	}
	return out
}

func (s storedBulk) bulk() Bulk {
	b := s.Bulk
	b.Sealed, b.SealedFor, b.Forgiven, b.By = s.Sealed, s.Bound, s.Forgiven, s.By
	for i := range min(len(b.Targets), len(s.Hidden)) {
		b.Targets[i].Group, b.Targets[i].Shown = s.Hidden[i].Group, s.Hidden[i].Shown
	}
	return b
}

// AddBulk stores a bulk change once, as AddOperation does an operation.
func (s *Store) AddBulk(ctx context.Context, b Bulk, once Once) (Bulk, bool, error) {
	onceKey := kv.Key{Partition: partOnce, Sort: "bulk#" + once.Key}
	claim := claimedOperation{ID: b.ID, Fingerprint: once.Fingerprint}
	created := true
	err := putJSON(ctx, s.kv, onceKey, claim, kv.IfAbsent(), s.now().Add(onceLife))
	if fault.Is(err, fault.Conflict) {
		created = false
		if claim, _, err = getJSON[claimedOperation](ctx, s.kv, onceKey); err != nil {
			return Bulk{}, false, fmt.Errorf("reading idempotency key: %w", err)
		}
		if claim.Fingerprint != once.Fingerprint {
			return Bulk{}, false, errOtherRequest()
		}
		former, err := s.Bulk(ctx, claim.ID)
		if !fault.Is(err, fault.NotFound) {
			return former, false, err
		}
	} else if err != nil {
		return Bulk{}, false, fmt.Errorf("claiming idempotency key: %w", err)
	}
	b.ID = claim.ID
	if err := putJSON(ctx, s.kv, kv.Key{Partition: partBulkOpen, Sort: b.ID}, claim, kv.Always, noExpiry); err != nil {
		return Bulk{}, false, fmt.Errorf("indexing bulk change %s: %w", b.ID, err)
	}
	value, err := json.Marshal(storeBulk(b, nil))
	if err != nil {
		return Bulk{}, false, fmt.Errorf("encoding bulk change %s: %w", b.ID, err)
	}
	err = s.recorder(once.Record)(ctx, kv.Item{Key: bulkKey(b.ID), Value: value}, kv.IfAbsent())
	if fault.Is(err, fault.Conflict) {
		former, err := s.Bulk(ctx, b.ID)
		return former, false, err
	}
	if err != nil {
		return Bulk{}, false, fmt.Errorf("storing bulk change %s: %w", b.ID, err)
	}
	return b, created, nil
}

// BulkOnce finds the bulk change that an idempotency key made; errors are those
// of OperationOnce.
func (s *Store) BulkOnce(ctx context.Context, once Once) (Bulk, error) {
	claim, _, err := getJSON[claimedOperation](ctx, s.kv, kv.Key{Partition: partOnce, Sort: "bulk#" + once.Key})
	if err != nil {
		return Bulk{}, notFound(err, "no bulk change with this idempotency key")
	}
	if claim.Fingerprint != once.Fingerprint {
		return Bulk{}, errOtherRequest()
	}
	return s.Bulk(ctx, claim.ID)
}

// Bulk reads one bulk change; fault.NotFound when there is none.
func (s *Store) Bulk(ctx context.Context, id string) (Bulk, error) {
	b, _, err := getJSON[storedBulk](ctx, s.kv, bulkKey(id))
	return b.bulk(), notFound(err, "no bulk change %q", id)
}

// Bulks reads a page of the bulk changes, newest first.
func (s *Store) Bulks(ctx context.Context, after string, limit int) ([]Bulk, string, error) {
	page, next, err := queryJSON[storedBulk](ctx, s.kv, kv.Query{Partition: partBulk, After: after, Limit: limit, Reverse: true, Eventual: true})
	out := make([]Bulk, len(page))
	for i, b := range page {
		out[i] = b.bulk()
	}
	return out, next, err
}

// OpenBulks lists the ids of the bulk changes that need attention, oldest first.
func (s *Store) OpenBulks(ctx context.Context) ([]string, error) {
	page, err := s.kv.Query(ctx, kv.Query{Partition: partBulkOpen, Limit: kv.MaxPage})
	if err != nil {
		return nil, fmt.Errorf("listing open bulk changes: %w", err)
	}
	ids := make([]string, len(page.Items))
	for i, item := range page.Items {
		ids[i] = item.Sort
	}
	return ids, nil
}

// CloseBulk takes a bulk change off the list of open ones; OpenBulk puts it back.
func (s *Store) CloseBulk(ctx context.Context, id string) error {
	return s.kv.Delete(ctx, kv.Key{Partition: partBulkOpen, Sort: id}, kv.Always)
}

// OpenBulk puts a bulk change on the list of open ones.
func (s *Store) OpenBulk(ctx context.Context, id string) error {
	return putJSON(ctx, s.kv, kv.Key{Partition: partBulkOpen, Sort: id}, claimedOperation{ID: id}, kv.Always, noExpiry)
}

// ChangeBulk changes a bulk change as ChangeOperationBy does an operation.
func (s *Store) ChangeBulk(ctx context.Context, id string, record Recorder, alter func(*Bulk) (bool, error)) (Bulk, error) {
	var result Bulk
	err := s.modifyBy(ctx, bulkKey(id), s.recorder(record), func(old []byte) ([]byte, error) {
		if old == nil {
			return nil, fault.New(fault.NotFound, "no bulk change %q", id)
		}
		var former storedBulk
		if err := json.Unmarshal(old, &former); err != nil {
			return nil, fmt.Errorf("decoding bulk change %s: %w", id, err)
		}
		result = former.bulk()
		changed, err := alter(&result)
		if err != nil || !changed {
			return nil, err
		}
		return json.Marshal(storeBulk(result, former.Audit))
	})
	if err != nil {
		return Bulk{}, fmt.Errorf("changing bulk change %s: %w", id, err)
	}
	return result, nil
}

func bulkKey(id string) kv.Key { return kv.Key{Partition: partBulk, Sort: id} }
