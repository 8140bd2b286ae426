package operation

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/trace"
)

// Service starts operations and advances them.
type Service struct {
	Store      Store
	Keys       *secret.Keyring
	Audit      *audit.Log // nil: no audit log is kept
	Open       func(ctx context.Context, project fleet.Project) (Remote, error)
	Requesters Requesters // asked before each sending; nil: everyone may
	Gate       Gate       // asked before an operation is sent; nil lets everything through
	Now        func() time.Time
	NewID      func() string // sorts by time
	// NewDeploymentID returns a numeric string, never the same twice.
	NewDeploymentID func() (string, error)
	Log             *slog.Logger
}

// Gate decides whether an operation that is about to be sent for the first time may
// still be sent.
type Gate interface {
	// MaySend returns false when the bulk change that the operation belongs to has
	// stopped; the operation is then taken back.
	MaySend(ctx context.Context, op fleet.Operation) (bool, error)
}

// Limits of an operation.
const (
	maxReason = 500           // characters
	slotLife  = 6 * time.Hour // longest that one operation occupies its cluster
)

// Start records the request and, if the cluster is idle, submits it to GitLab. The
// same request with the same key is carried out once; false is returned for a
// repetition. Errors name the field; fault.Conflict says that the state does not
// allow it, or (field previewHash) that it differs from what was previewed.
func (s *Service) Start(ctx context.Context, project fleet.Project, req Request) (fleet.Operation, bool, error) {
	op, created, err := s.Add(ctx, project, req)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	// The request is stored: whatever fails from here on is repeated by the next event
	// or sync, and the stored operation says why it still waits.
	if err := s.Advance(ctx, project); err != nil {
		s.Log.WarnContext(ctx, "operation not started yet", "cluster", op.Cluster, "operation", op.ID, "err", err)
	}
	op, err = s.Store.Operation(ctx, op.Cluster, op.ID)
	return op, created, err
}

// Add records the request as Start does and leaves submitting it to Advance.
func (s *Service) Add(ctx context.Context, project fleet.Project, req Request) (fleet.Operation, bool, error) {
	if err := req.Check(); err != nil {
		return fleet.Operation{}, false, err
	}
	sum, err := req.fingerprint(project.ID)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	owner := req.By.Email
	if req.Bulk != "" { // another operator may take the bulk change over
		owner = "bulk"
	}
	once := fleetstore.Once{Key: owner + "#" + req.Key, Fingerprint: sum}
	// A repetition is answered before anything is checked: by then the operation itself
	// has taken the name or changed the file.
	if op, err := s.Store.OperationOnce(ctx, once); !fault.Is(err, fault.NotFound) {
		return op, false, err
	}
	deployment, err := s.NewDeploymentID()
	if err != nil {
		return fleet.Operation{}, false, err
	}
	p, err := s.prepare(ctx, project, req, deployment)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	if err := p.refusal(); err != nil {
		return fleet.Operation{}, false, err
	}
	if err := p.checkConfirmed(project, req); err != nil {
		return fleet.Operation{}, false, err
	}
	op := p.op
	op.ID, op.State, op.RequestedAt, op.By, op.Trace = s.NewID(), fleet.Requested, s.Now(), req.By, trace.From(ctx).TraceID
	if err := s.Store.SaveDetail(ctx, op.Cluster, op.DeploymentID, p.detail()); err != nil {
		return fleet.Operation{}, false, fmt.Errorf("storing the changes of operation %s: %w", op.ID, err)
	}
	if err := s.seal(ctx, &op, p.call); err != nil {
		return fleet.Operation{}, false, err
	}
	action := "operation." + string(op.Kind)
	if req.RollBackTo != "" {
		action = "operation.rollBack"
	}
	once.RecordInstance = map[string]fleetstore.Recorder{}
	for i, d := range op.All() { // an entry for every instance
		record := s.Audit.Recorder(req.By, action, audit.InstanceTarget(op.Cluster, d.Instance), p.before(d.Instance), p.after(d.Instance))
		if i == 0 {
			once.Record = record
		} else if record != nil {
			once.RecordInstance[d.Instance] = record
		}
	}
	op, created, err := s.Store.AddOperation(ctx, op, once)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	return op, created, s.upsertPendingRow(ctx, op)
}

// Withdraw takes back an operation that waits. One that GitLab may have received is
// fault.Conflict.
func (s *Service) Withdraw(ctx context.Context, project fleet.Project, id string, by audit.Actor) (fleet.Operation, error) {
	former, err := s.Store.Operation(ctx, project.ID, id)
	if err != nil {
		return fleet.Operation{}, err
	}
	record := s.Audit.Recorder(by, "operation.withdrawn", audit.InstanceTarget(project.ID, former.Instance), nil, nil)
	// The row goes first, or it would stay if this function died: Advance restores the
	// row of an open operation.
	if former.Kind == fleet.Create && Waiting(former) {
		if err := s.removePendingRow(ctx, former); err != nil {
			return fleet.Operation{}, err
		}
	}
	op, err := s.Store.ChangeOperationBy(ctx, project.ID, id, record, func(o *fleet.Operation) (bool, error) {
		switch {
		case o.State == fleet.Canceled && o.AcceptedAt.IsZero():
			return false, nil
		case o.State != fleet.Requested:
			return false, fault.New(fault.Conflict, "GitLab has accepted it already; cancel its pipeline instead")
		case !o.SentAt.IsZero():
			return false, fault.New(fault.Conflict, "It is being sent to GitLab right now; wait a minute, then cancel its pipeline")
		}
		s.end(o, fleet.Canceled, "Withdrawn by "+by.Email)
		return true, nil
	})
	if err != nil {
		return fleet.Operation{}, err
	}
	s.discardSealed(ctx, former)
	if op.Kind == fleet.Create { // an Advance may have restored the row meanwhile
		err = s.removePendingRow(ctx, op)
	}
	if later := s.Advance(ctx, project); later != nil {
		s.Log.WarnContext(ctx, "next operation not started yet", "cluster", op.Cluster, "err", later)
	}
	return op, err
}

// Waiting reports whether an operation can still be taken back: nothing of it was
// sent.
func Waiting(op fleet.Operation) bool { return op.State == fleet.Requested && op.SentAt.IsZero() }

// recalledDetail is the detail of an operation that Recall took back.
const recalledDetail = "Taken back before it was sent: its bulk change has stopped"

// Recalled reports whether Recall took the operation back, so that it may be
// requested again.
func Recalled(op fleet.Operation) bool {
	return op.State == fleet.Canceled && (op.Detail == recalledDetail ||
		op.Detail == "Recalled before it was sent: its bulk change does not go on") // written by releases before 2026-12
}

// Recall takes back an operation that still waits, because its bulk change has
// stopped. It returns false when it was too late.
func (s *Service) Recall(ctx context.Context, former fleet.Operation) (bool, error) {
	if !Waiting(former) {
		return false, nil
	}
	op, err := s.Store.ChangeOperation(ctx, former.Cluster, former.ID, func(o *fleet.Operation) (bool, error) {
		if !Waiting(*o) {
			return false, nil
		}
		s.end(o, fleet.Canceled, recalledDetail)
		return true, nil
	})
	if err != nil || !Recalled(op) {
		return false, err
	}
	s.discardSealed(ctx, former)
	return true, nil
}

// end ends an operation that is not to be sent any more.
func (s *Service) end(o *fleet.Operation, state fleet.OperationState, detail string) {
	o.State, o.EndedAt, o.Sealed, o.SealedParts, o.Detail = state, s.Now(), nil, 0, detail
	o.WaitingFor, o.RetryAt = "", time.Time{}
}
