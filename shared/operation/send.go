package operation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// answer is what GitLab made of a request: a pipeline, or a commit.
type answer struct {
	pipeline *fleet.Pipeline
	commit   *fleet.Commit
}

// send makes GitLab accept the operation exactly once.
func (s *Service) send(ctx context.Context, project fleet.Project, op fleet.Operation) (fleet.Operation, error) {
	if op.SentAt.IsZero() {
		if op.Bulk != "" { // it may just have come to a halt
			if err := s.stepBulk(ctx, op.Bulk); err != nil {
				return op, err
			}
			var err error
			if op, err = s.Fleet.Operation(ctx, op.Cluster, op.ID); err != nil || op.State.Ended() {
				return op, err
			}
		}
		if err := s.stillAllowed(ctx, project, op); certain(err) {
			return s.refused(ctx, op, err)
		} else if err != nil {
			return op, err
		}
	}
	call, err := s.unseal(ctx, op)
	if err != nil {
		if fault.Is(err, fault.Unavailable) || ctx.Err() != nil {
			return op, err
		}
		return s.refused(ctx, op, err)
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		if certain(err) {
			return s.refused(ctx, op, err)
		}
		return op, err
	}
	if !op.SentAt.IsZero() {
		if s.Now().Sub(op.SentAt) < sendLimit {
			return op, nil // another replica is at it
		}
		found, err := s.find(ctx, remote, op, call)
		if err == nil {
			return s.accepted(ctx, op, found)
		}
		if !fault.Is(err, fault.NotFound) {
			return op, fmt.Errorf("looking for what operation %s made: %w", op.ID, err)
		}
	}
	mine := s.Now()
	before := op.SentAt
	op, err = s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested || !o.SentAt.Equal(before) {
			return false, fault.New(fault.Conflict, "operation %s is being sent by another replica", o.ID)
		}
		o.SentAt = mine
		return true, nil
	})
	if fault.Is(err, fault.Conflict) {
		return op, nil
	}
	if err != nil {
		return op, err
	}
	ctx = context.WithoutCancel(ctx) // who asked for it may have left the page
	limited, cancel := context.WithTimeout(ctx, sendLimit/2)
	defer cancel()
	made, err := dispatch(limited, remote, call)
	switch {
	case err == nil:
		return s.accepted(ctx, op, made)
	case certain(err):
		return s.refused(ctx, op, err)
	}
	// GitLab may or may not have done it: the next Advance finds out.
	err = fmt.Errorf("sending operation %s: %w", op.ID, byItself(err))
	return s.postponed(ctx, op, err)
}

// byItself adds the cure to an error after which nobody has to do anything.
func byItself(cause error) error {
	message := fault.Message(cause)
	if strings.Contains(message, "by itself") {
		return cause
	}
	return fault.Wrap(fault.KindOf(cause), cause, "%s. Ocim looks whether it is done, and asks again by itself", message)
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
	return answer{}, fault.New(fault.Invalid, "the contract asks for nothing")
}

// find looks for what an earlier attempt may have made.
func (s *Service) find(ctx context.Context, remote Remote, op fleet.Operation, call grove.Call) (answer, error) {
	since := op.SentAt.Add(-time.Minute) // the clocks differ
	if call.Commit != nil {
		c, err := remote.CommitSaying(ctx, since, op.DeploymentID)
		return answer{commit: &c}, err
	}
	source, variables := "trigger", map[string]string(nil)
	if call.Pipeline != nil {
		source, variables = "api", call.Pipeline.Variables
	} else if call.Trigger != nil {
		variables = call.Trigger.Variables
	}
	others, err := s.Fleet.InstanceOperations(ctx, op.Cluster, op.Instance, 20)
	if err != nil {
		return answer{}, err
	}
	taken := func(id int64) bool {
		return slices.ContainsFunc(others, func(o fleet.Operation) bool { return o.ID != op.ID && slices.Contains(o.Pipelines, id) })
	}
	p, err := remote.FindPipeline(ctx, since, source, telling(variables, op.DeploymentID), taken)
	return answer{pipeline: &p}, err
}

// telling picks the variables that carry the deployment id; their names are the
// contract's. Where none does, all together have to do.
func telling(variables map[string]string, deployment string) map[string]string {
	some := map[string]string{}
	for name, value := range variables {
		if strings.Contains(value, deployment) {
			some[name] = value
		}
	}
	if len(some) == 0 {
		return variables
	}
	return some
}

// signed puts the deployment id into a commit's message, by which the commit is
// found again when GitLab's answer got lost.
func signed(call grove.Call, deployment string) grove.Call {
	if c := call.Commit; c != nil && !strings.Contains(c.Message, deployment) {
		c.Message += "\n\nDeployment-Id: " + deployment
	}
	return call
}

// certain reports whether an error proves that GitLab did not start anything.
func certain(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.Upstream, fault.NotFound, fault.Conflict, fault.TooLarge:
		return true
	}
	return false
}

func (s *Service) accepted(ctx context.Context, op fleet.Operation, made answer) (fleet.Operation, error) {
	sealed := op
	op, err := s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		o.State, o.AcceptedAt, o.Sealed, o.SealedParts, o.Detail = fleet.Accepted, s.Now(), nil, 0, ""
		if made.pipeline != nil {
			o.AddPipeline(made.pipeline.ID)
		}
		if made.commit != nil {
			o.Commit = made.commit.SHA
		}
		return true, nil
	})
	if err != nil {
		return op, err
	}
	s.unsealed(ctx, sealed)
	if p := made.pipeline; p != nil {
		if err := s.adopt(ctx, op, *p); err != nil {
			return op, err
		}
	}
	return op, s.show(ctx, op)
}

// adopt records a pipeline as the operation's: its commit does not say so.
func (s *Service) adopt(ctx context.Context, op fleet.Operation, p fleet.Pipeline) error {
	p.Cluster, p.Operation, p.Deployments = op.Cluster, op.Kind, nil
	if op.Instance != "" {
		p.Deployments = op.All()
	}
	_, _, err := s.Fleet.RecordPipeline(ctx, p, fleet.Told)
	return err
}

func (s *Service) refused(ctx context.Context, op fleet.Operation, cause error) (fleet.Operation, error) {
	s.Log.Warn("operation refused", "cluster", op.Cluster, "operation", op.ID, "err", cause)
	sealed := op
	op, err := s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		o.State, o.EndedAt, o.Sealed, o.SealedParts, o.Detail = fleet.Broken, s.Now(), nil, 0, fault.Message(cause)
		return true, nil
	})
	if err == nil {
		s.unsealed(ctx, sealed)
	}
	return op, err
}

// postponed lets the waiting operation say why it still waits.
func (s *Service) postponed(ctx context.Context, op fleet.Operation, cause error) (fleet.Operation, error) {
	changed, err := s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		if fault.Is(cause, fault.Limited) { // nothing was started, so it can be withdrawn
			o.SentAt = time.Time{}
		}
		o.Detail = fault.Message(cause)
		return true, nil
	})
	if err != nil {
		return op, fmt.Errorf("%w (and this could not be noted: %w)", cause, err)
	}
	return changed, cause
}
