package operation

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Requesters reports what users may do now.
type Requesters interface {
	// Allowed reports whether a person may still start operations of a kind in a cluster.
	Allowed(ctx context.Context, by audit.Actor, kind fleet.OperationKind, cluster string) (bool, error)
}

// requesterAllowed reports whether the user responsible for an operation may still start it.
func (s *Service) requesterAllowed(ctx context.Context, op fleet.Operation) (bool, error) {
	if s.Requesters == nil {
		return true, nil
	}
	return s.Requesters.Allowed(ctx, op.By, op.Kind, op.Cluster)
}

// Resume sends an operation that waits for a changed setting, or for its time, now. The
// person who resumes it takes it over when its requester may not start it any more. The
// caller checks that this person may start it. It is fault.Conflict when the operation
// does not wait.
func (s *Service) Resume(ctx context.Context, project fleet.Project, id string, by audit.Actor) (fleet.Operation, error) {
	former, err := s.Store.Operation(ctx, project.ID, id)
	if err != nil {
		return former, err
	}
	allowed, err := s.requesterAllowed(ctx, former)
	if err != nil {
		return former, err
	}
	action := "operation.resumed"
	if !allowed {
		action = "operation.takenOver"
	}
	before := map[string]any{"waitingFor": former.WaitingFor, "requester": former.By.Email}
	record := s.Audit.Recorder(by, action, audit.InstanceTarget(project.ID, former.Instance), before, nil)
	_, err = s.Store.ChangeOperationBy(ctx, project.ID, id, record, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested || o.WaitingFor == "" {
			return false, fault.New(fault.Conflict, "This operation does not wait to be resumed")
		}
		o.WaitingFor, o.RetryAt, o.Detail = "", time.Time{}, ""
		if !allowed {
			o.By, o.TakenOverBy = by, by.Email
		}
		return true, nil
	})
	if err != nil {
		return former, err
	}
	if err := s.Advance(ctx, project); err != nil {
		s.Log.WarnContext(ctx, "resumed operation not started yet", "cluster", project.ID, "operation", id, "err", err)
	}
	return s.Store.Operation(ctx, project.ID, id)
}
