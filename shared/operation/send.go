package operation

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// answer is what a request created at GitLab: a pipeline or a commit.
type answer struct {
	pipeline *fleet.Pipeline
	commit   *fleet.Commit
}

// send makes GitLab accept the operation exactly once.
func (s *Service) send(ctx context.Context, project fleet.Project, op fleet.Operation) (fleet.Operation, error) {
	if op.SentAt.IsZero() {
		op, err := s.checkBeforeSending(ctx, project, op)
		if err != nil || op.State.Ended() {
			return op, err
		}
	}
	call, err := s.unseal(ctx, op)
	if err != nil {
		if fault.Is(err, fault.Unavailable) || ctx.Err() != nil {
			return op, err
		}
		return s.markFailed(ctx, op, err)
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		if IsDefinitive(err) {
			return s.markFailed(ctx, op, err)
		}
		return op, err
	}
	if !op.SentAt.IsZero() {
		if s.Now().Sub(op.SentAt) < sendLimit {
			return op, nil // another replica is sending it
		}
		found, err := s.find(ctx, remote, op, call)
		if err == nil {
			return s.markAccepted(ctx, op, found)
		}
		if !fault.Is(err, fault.NotFound) {
			return op, fmt.Errorf("searching for what operation %s created: %w", op.ID, err)
		}
	}
	sentAt := s.Now()
	before := op.SentAt
	op, err = s.Store.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested || !o.SentAt.Equal(before) {
			return false, fault.New(fault.Conflict, "operation %s is being sent by another replica", o.ID)
		}
		o.SentAt = sentAt
		return true, nil
	})
	if fault.Is(err, fault.Conflict) {
		return op, nil
	}
	if err != nil {
		return op, err
	}
	ctx = context.WithoutCancel(ctx) // detach from the client: finish even if it disconnects
	limited, cancel := context.WithTimeout(ctx, sendLimit/2)
	defer cancel()
	created, err := dispatch(limited, remote, call)
	switch {
	case err == nil:
		return s.markAccepted(ctx, op, created)
	case IsDefinitive(err):
		return s.markFailed(ctx, op, err)
	}
	// Whether GitLab did it is unknown: the next Advance finds out.
	err = fmt.Errorf("sending operation %s: %w", op.ID, WithAutoRetryNote(err))
	return s.recordRetryLater(ctx, op, err)
}

// checkBeforeSending ends an operation that may not be sent any more.
func (s *Service) checkBeforeSending(ctx context.Context, project fleet.Project, op fleet.Operation) (fleet.Operation, error) {
	if s.Gate != nil {
		verdict, err := s.Gate.MaySend(ctx, op)
		if err != nil {
			return op, err
		}
		if verdict == Recall {
			if _, err := s.Recall(ctx, op); err != nil {
				return op, err
			}
			if op, err = s.Store.Operation(ctx, op.Cluster, op.ID); err != nil || op.State.Ended() {
				return op, err
			}
		}
	}
	if err := s.stillAllowed(ctx, project, op); IsDefinitive(err) {
		return s.markFailed(ctx, op, err)
	} else if err != nil {
		return op, err
	}
	return op, nil
}

func dispatch(ctx context.Context, remote Remote, call grove.Call) (answer, error) {
	switch {
	case call.Trigger != nil:
		p, err := remote.Trigger(ctx, *call.Trigger)
		return answer{pipeline: &p}, err
	case call.Pipeline != nil:
		p, err := remote.Run(ctx, *call.Pipeline)
		return answer{pipeline: &p}, err
	case call.Commit != nil:
		c, err := remote.Commit(ctx, *call.Commit)
		return answer{commit: &c}, err
	}
	return answer{}, fault.New(fault.Invalid, "the contract defines no request")
}

// markAccepted records what GitLab created.
func (s *Service) markAccepted(ctx context.Context, op fleet.Operation, created answer) (fleet.Operation, error) {
	sealed := op
	op, err := s.Store.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		o.State, o.AcceptedAt, o.Sealed, o.SealedParts, o.Detail = fleet.Accepted, s.Now(), nil, 0, ""
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
	s.discardSealed(ctx, sealed)
	if p := created.pipeline; p != nil {
		if err := s.adopt(ctx, op, *p); err != nil {
			return op, err
		}
	}
	return op, s.upsertPendingRow(ctx, op)
}

// adopt records that a pipeline belongs to the operation: its commit does not say so.
func (s *Service) adopt(ctx context.Context, op fleet.Operation, p fleet.Pipeline) error {
	p.Cluster, p.Operation, p.Deployments = op.Cluster, op.Kind, nil
	if op.Instance != "" {
		p.Deployments = op.All()
	}
	_, _, err := s.Store.RecordPipeline(ctx, p, fleet.Told)
	return err
}

// markFailed ends an operation of which GitLab created nothing.
func (s *Service) markFailed(ctx context.Context, op fleet.Operation, cause error) (fleet.Operation, error) {
	s.Log.Warn("operation refused", "cluster", op.Cluster, "operation", op.ID, "err", cause)
	sealed := op
	op, err := s.Store.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		o.State, o.EndedAt, o.Sealed, o.SealedParts, o.Detail = fleet.Broken, s.Now(), nil, 0, fault.Message(cause)
		return true, nil
	})
	if err == nil {
		s.discardSealed(ctx, sealed)
	}
	return op, err
}

// recordRetryLater records why a waiting operation still waits.
func (s *Service) recordRetryLater(ctx context.Context, op fleet.Operation, cause error) (fleet.Operation, error) {
	changed, err := s.Store.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		if fault.Is(cause, fault.Limited) { // nothing was started, so it can still be withdrawn
			o.SentAt = time.Time{}
		}
		o.Detail = fault.Message(cause)
		return true, nil
	})
	if err != nil {
		return op, fmt.Errorf("%w (and this could not be recorded: %w)", cause, err)
	}
	return changed, cause
}
