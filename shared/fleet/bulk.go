package fleet

import (
	"time"

	"github.com/open-craft/ocim/shared/access"
)

// Bulk is one change to many instances, in waves: a first one, then batches.
type Bulk struct {
	ID          string        `json:"id"`
	State       BulkState     `json:"state" enum:"running,paused,done,aborted"`
	Kind        OperationKind `json:"kind" enum:"update,archive,unarchive"`
	Keys        []string      `json:"keys,omitempty" doc:"Of an update: what is set and unset, without the values"`
	Values      []KeyChange   `json:"values,omitempty" doc:"Of an update: the new values, secrets masked"`
	Reason      string        `json:"reason,omitempty"`
	RequestedBy string        `json:"requestedBy" doc:"E-mail of who asked"`
	RequestedAt time.Time     `json:"requestedAt"`
	EndedAt     time.Time     `json:"endedAt,omitzero"`
	Batch       int           `json:"batch" doc:"Instances of each wave after the first"`
	PauseAfter  int           `json:"pauseAfter" doc:"Failures after which it pauses; one in the first wave is enough"`
	// IgnoreHealth is negative so that an absent value waits.
	IgnoreHealth bool         `json:"ignoreHealth,omitempty" doc:"Whether a wave starts without waiting until the instances before it are as healthy as before"`
	Seconds      int          `json:"seconds,omitempty" doc:"How long it would take in all, estimated when it started, without waiting for health"`
	TakenOverBy  string       `json:"takenOverBy,omitempty" doc:"E-mail of the operator who continued it last, if not the requester"`
	Forgiven     int          `json:"-"` // failures that were there when it was resumed
	Detail       string       `json:"detail,omitempty" doc:"Why it paused, or what a running one waits for"`
	Targets      []BulkTarget `json:"targets"`
	Sealed       []byte       `json:"-"` // the values, sealed
	SealedFor    string       `json:"-"` // what they are bound to
	By           access.Actor `json:"-"`
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
	Detail    string      `json:"detail,omitempty" doc:"Why it failed or was skipped, or why the next wave waits for it"`
	EndedAt   time.Time   `json:"endedAt,omitzero" doc:"When its operation succeeded"`
	Group     string      `json:"-"` // of those that share a commit
	Shown     string      `json:"-"` // digest of the diff that was previewed
	Before    Health      `json:"-"` // its health when the change was requested
	Recovered bool        `json:"-"` // whether no wave waits for its health any more
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
	TargetSkipped   TargetState = "skipped" // nothing to change, or aborted before it started
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

// Ended reports whether the target is in a final state.
func (s TargetState) Ended() bool {
	return s == TargetSucceeded || s == TargetFailed || s == TargetCanceled || s == TargetSkipped
}

// Ended reports whether the bulk change needs no more attention: an aborted one
// does while something of it still runs.
func (b *Bulk) Ended() bool { return !b.EndedAt.IsZero() }
