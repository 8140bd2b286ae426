package operation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/refusal"
)

// markAccepted records what GitLab created. When another replica's request was accepted
// meanwhile, the pipeline of this one is a duplicate.
func (s *Service) markAccepted(ctx context.Context, remote Remote, former fleet.Operation, created answer) (fleet.Operation, error) {
	duplicate := false
	op, err := s.Store.ChangeOperation(ctx, former.Cluster, former.ID, func(o *fleet.Operation) (bool, error) {
		duplicate = false
		if o.State != fleet.Requested {
			duplicate = created.pipeline != nil && isDuplicate(*o, created.pipeline.ID)
			return duplicate && o.AddDuplicate(created.pipeline.ID), nil
		}
		o.State, o.AcceptedAt, o.Sealed, o.SealedParts, o.Detail = fleet.Accepted, s.Now(), nil, 0, ""
		o.WaitingFor, o.RetryAt = "", time.Time{}
		if created.pipeline != nil {
			o.AddPipeline(created.pipeline.ID)
		}
		if created.commit != nil {
			o.Commit = created.commit.SHA
		}
		return true, nil
	})
	if err != nil {
		return op, err
	}
	s.discardSealed(ctx, former)
	if duplicate {
		s.Log.WarnContext(ctx, "operation was sent twice", "cluster", op.Cluster, "operation", op.ID, "pipeline", created.pipeline.ID)
		return op, s.cancelDuplicate(ctx, remote, op, *created.pipeline)
	}
	if p := created.pipeline; p != nil {
		if err := s.adopt(ctx, op, *p); err != nil {
			return op, err
		}
	}
	if err := s.upsertPendingRow(ctx, op); err != nil {
		return op, err
	}
	if p := created.pipeline; p != nil && p.Status.Finished() {
		// Its event, which lacks the reason, may have come before this answer.
		return s.follow(ctx, op)
	}
	return op, nil
}

// adopt records that a pipeline belongs to the operation: its commit does not say so.
func (s *Service) adopt(ctx context.Context, op fleet.Operation, p fleet.Pipeline) error {
	p.Cluster, p.Operation, p.Deployments = op.Cluster, op.Kind, nil
	p.RequestedBy, p.RolledBackTo = op.RequestedBy, op.Rollback()
	if op.Instance != "" {
		p.Deployments = op.All()
	}
	_, _, err := s.Store.RecordPipeline(ctx, p, fleet.FromEvent)
	return err
}

// recordRefusal records that GitLab refused the operation and created nothing: it is sent
// again later, waits for a changed setting, or has failed.
func (s *Service) recordRefusal(ctx context.Context, op fleet.Operation, cause error) (fleet.Operation, error) {
	if fault.Is(cause, fault.Limited) {
		return s.recordWait(ctx, op, fleet.WaitLimit, cause)
	}
	s.demandChecks(ctx, op.Cluster)
	var r *refusal.Refusal
	if errors.As(cause, &r) && r.Class == refusal.AfterChange {
		return s.recordWait(ctx, op, fleet.WaitSetting, cause)
	}
	return s.markFailed(ctx, op, cause)
}

// demandChecks has the next sync check the project, whose setting may be why GitLab
// refused. Without it the checks are made at their usual time.
func (s *Service) demandChecks(ctx context.Context, cluster string) {
	if err := s.Store.SaveHealth(ctx, fleet.ProjectHealth{Project: cluster, RefusedAt: s.Now()}); err != nil {
		s.Log.WarnContext(ctx, "project is not checked at once", "cluster", cluster, "err", err)
	}
}

// recordWait records what an operation waits for. Nothing of it was started, so it can
// still be withdrawn.
func (s *Service) recordWait(ctx context.Context, op fleet.Operation, kind fleet.WaitKind, cause error) (fleet.Operation, error) {
	s.Log.WarnContext(ctx, "operation waits", "cluster", op.Cluster, "operation", op.ID, "for", kind, "err", cause)
	retryAt := time.Time{}
	if kind == fleet.WaitLimit {
		after := time.Minute
		var e *fault.Error
		if errors.As(cause, &e) && e.RetryAfter > after {
			after = min(e.RetryAfter, maxRetryAfter)
		}
		retryAt = s.Now().Add(after)
	}
	op, err := s.setWait(ctx, op, kind, retryAt, fault.Message(cause))
	if err != nil {
		return op, fmt.Errorf("%w (and this could not be recorded: %w)", cause, err)
	}
	return op, nil
}

// recordLostPermission records that the requester may not start the operation any more.
func (s *Service) recordLostPermission(ctx context.Context, op fleet.Operation) (fleet.Operation, error) {
	s.Log.WarnContext(ctx, "requester of an operation lost the permission", "cluster", op.Cluster, "operation", op.ID, "requester", op.By.Email)
	return s.setWait(ctx, op, fleet.WaitPermission, time.Time{}, LostPermission(op.By.Email, op.Cluster))
}

// LostPermission says why an operation or bulk change does not go on.
func LostPermission(email, cluster string) string {
	return fmt.Sprintf("%s may no longer do this in %s. Another operator can take it over by resuming it", email, cluster)
}

// setWait sets or clears what an operation waits for, unless it changed meanwhile.
func (s *Service) setWait(ctx context.Context, former fleet.Operation, kind fleet.WaitKind, retryAt time.Time, detail string) (fleet.Operation, error) {
	return s.changeUnlessResent(ctx, former, func(o *fleet.Operation) {
		o.SentAt, o.WaitingFor, o.RetryAt, o.Detail = time.Time{}, kind, retryAt, detail
	})
}

// changeUnlessResent changes an operation that GitLab has not accepted, unless another
// replica is sending it meanwhile.
func (s *Service) changeUnlessResent(ctx context.Context, former fleet.Operation, alter func(*fleet.Operation)) (fleet.Operation, error) {
	return s.Store.ChangeOperation(ctx, former.Cluster, former.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested || !o.SentAt.Equal(former.SentAt) {
			return false, nil
		}
		alter(o)
		return true, nil
	})
}

// markFailed ends an operation of which GitLab created nothing.
func (s *Service) markFailed(ctx context.Context, former fleet.Operation, cause error) (fleet.Operation, error) {
	s.Log.WarnContext(ctx, "operation refused", "cluster", former.Cluster, "operation", former.ID, "err", cause)
	op, err := s.changeUnlessResent(ctx, former, func(o *fleet.Operation) { s.end(o, fleet.Broken, fault.Message(cause)) })
	if err == nil && op.State == fleet.Broken {
		s.discardSealed(ctx, former)
	}
	return op, err
}

// recordUnknown records that GitLab's answer was lost.
func (s *Service) recordUnknown(ctx context.Context, former fleet.Operation, cause error) (fleet.Operation, error) {
	op, err := s.changeUnlessResent(ctx, former, func(o *fleet.Operation) { o.Detail = fault.Message(cause) })
	if err != nil {
		return op, fmt.Errorf("%w (and this could not be recorded: %w)", cause, err)
	}
	return op, cause
}

// isUnknown reports whether GitLab may have carried out a call that returned an error.
func isUnknown(err error) bool { return !IsDefinitive(err) && !fault.Is(err, fault.Limited) }
