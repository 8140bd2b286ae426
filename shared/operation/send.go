package operation

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/trace"
)

// Times of sending, all counted from the mark that a replica sets before it calls GitLab.
// The call must end well before another replica may take over, so that two replicas
// do not send the same operation unless one of them is paused in the middle of the call.
const (
	callLimit     = 15 * time.Second // longest that GitLab may take
	takeOverAfter = 45 * time.Second // without an answer; another replica then searches and sends
)

// maxRetryAfter is the longest that a limit of GitLab delays an operation, even if a clock
// was wrong when it was recorded.
const maxRetryAfter = time.Hour

// answer is what a request created at GitLab: a pipeline or a commit.
type answer struct {
	pipeline *fleet.Pipeline
	commit   *fleet.Commit
}

// send makes GitLab accept the operation exactly once.
func (s *Service) send(ctx context.Context, project fleet.Project, op fleet.Operation) (fleet.Operation, error) {
	ctx, end := trace.Work(ctx, op.Trace, "operation send")
	defer end()
	if op.SentAt.IsZero() {
		var err error
		if op, err = s.checkBeforeSending(ctx, project, op); err != nil || op.State.Ended() || op.WaitingFor != "" {
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
		if IsDefinitive(err) && op.SentAt.IsZero() {
			return s.recordRefusal(ctx, op, err)
		}
		return op, err
	}
	if !op.SentAt.IsZero() {
		if age := s.Now().Sub(op.SentAt); age >= 0 && age < takeOverAfter {
			return op, nil // another replica is sending it
		}
		found, err := s.find(ctx, remote, op, call)
		if err == nil {
			return s.markAccepted(ctx, remote, op, found)
		}
		if !fault.Is(err, fault.NotFound) {
			return op, fmt.Errorf("searching for what operation %s created: %w", op.ID, err)
		}
		if allowed, err := s.requesterAllowed(ctx, op); err != nil {
			return op, err
		} else if !allowed {
			return s.recordLostPermission(ctx, op)
		}
	}
	op, marked, err := s.markSent(ctx, op)
	if err != nil || !marked {
		return op, err
	}
	return s.submit(ctx, remote, op, call)
}

// markSent records that this replica is about to call GitLab. It returns false when
// another replica was faster.
func (s *Service) markSent(ctx context.Context, former fleet.Operation) (fleet.Operation, bool, error) {
	now := s.Now()
	op, err := s.Store.ChangeOperation(ctx, former.Cluster, former.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested || !o.SentAt.Equal(former.SentAt) || o.WaitingFor != former.WaitingFor {
			return false, fault.New(fault.Conflict, "operation %s is being sent by another replica", o.ID)
		}
		o.SentAt, o.WaitingFor, o.RetryAt = now, "", time.Time{}
		o.Attempts++
		return true, nil
	})
	if fault.Is(err, fault.Conflict) {
		return former, false, nil
	}
	return op, err == nil, err
}

// submit calls GitLab for an operation that this replica has marked, and records the
// answer. It does not call GitLab when so much time has passed since the mark that another
// replica may be about to take over: the process may have been paused.
func (s *Service) submit(ctx context.Context, remote Remote, op fleet.Operation, call grove.Call) (fleet.Operation, error) {
	left := callLimit - s.Now().Sub(op.SentAt)
	if left <= 0 || left > callLimit {
		return op, nil
	}
	ctx = context.WithoutCancel(ctx) // detach from the client: finish even if it disconnects
	limited, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	created, err := s.dispatchMerged(limited, remote, op, call)
	switch {
	case err == nil:
		return s.markAccepted(ctx, remote, op, created)
	case isUnknown(err):
		// Whether GitLab did it is unknown: the next Advance finds out.
		err = fmt.Errorf("sending operation %s: %w", op.ID, WithAutoRetryNote(err))
		return s.recordUnknown(ctx, op, err)
	case fault.Is(err, fault.Conflict) && op.Attempts > 1:
		// The conflict may be with what an earlier attempt of this operation created.
		if found, later := s.find(limited, remote, op, call); later == nil {
			return s.markAccepted(ctx, remote, op, found)
		} else if !fault.Is(later, fault.NotFound) {
			return s.recordUnknown(ctx, op, later)
		}
	}
	return s.recordRefusal(ctx, op, err)
}

// checkBeforeSending decides whether an operation that was never sent may be sent now. It
// may end the operation, or return it with what it waits for.
func (s *Service) checkBeforeSending(ctx context.Context, project fleet.Project, op fleet.Operation) (fleet.Operation, error) {
	switch op.WaitingFor {
	case fleet.WaitSetting, fleet.WaitPermission:
		return op, nil // until Resume
	case fleet.WaitLimit:
		if left := op.RetryAt.Sub(s.Now()); left > 0 && left <= maxRetryAfter {
			return op, nil
		}
		op.WaitingFor, op.RetryAt = "", time.Time{}
		var err error
		if op, err = s.setWait(ctx, op, "", time.Time{}, ""); err != nil || op.WaitingFor != "" {
			return op, err
		}
	}
	if s.Gate != nil {
		may, err := s.Gate.MaySend(ctx, op)
		if err != nil {
			return op, err
		}
		if !may {
			if _, err := s.Recall(ctx, op); err != nil {
				return op, err
			}
			return s.Store.Operation(ctx, op.Cluster, op.ID)
		}
	}
	if allowed, err := s.requesterAllowed(ctx, op); err != nil {
		return op, err
	} else if !allowed {
		return s.recordLostPermission(ctx, op)
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

// IsDefinitive reports whether an error proves that GitLab did not start anything.
func IsDefinitive(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.Upstream, fault.NotFound, fault.Conflict, fault.TooLarge:
		return true
	}
	return false
}

// WithAutoRetryNote adds to an error's message that Ocim retries without help.
func WithAutoRetryNote(cause error) error {
	if fault.IsRetried(cause) {
		return cause
	}
	noted := fault.Wrap(fault.KindOf(cause), cause, "%s. Ocim checks whether it was done and retries automatically", fault.Message(cause))
	noted.Retried = true
	return noted
}
