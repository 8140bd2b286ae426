package operation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Advance brings a cluster's open operations up to date with its pipelines,
// looks again at those of the given deployment ids, and starts the next one if
// the cluster is free. It may be called at any time by any replica.
func (s *Service) Advance(ctx context.Context, project fleet.Project, deployments ...string) error {
	for _, id := range deployments {
		op, err := s.Fleet.OperationOf(ctx, project.ID, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if op.State == fleet.Requested {
			continue
		}
		if op, err = s.follow(ctx, op); err != nil {
			return err
		}
		if !op.State.Ended() { // a retry reopened it, or whoever reopened it died
			if err := s.Fleet.ReopenOperation(ctx, op); err != nil {
				return err
			}
		}
	}
	open, err := s.Fleet.OpenOperations(ctx, project.ID)
	if err != nil {
		return err
	}
	for i, op := range open {
		if op.State != fleet.Requested {
			if open[i], err = s.follow(ctx, op); err != nil {
				return err
			}
		}
	}
	open = slices.DeleteFunc(open, func(op fleet.Operation) bool { return op.State.Ended() })
	busy := slices.ContainsFunc(open, func(op fleet.Operation) bool { return op.State != fleet.Requested })
	if busy || len(open) == 0 {
		return nil
	}
	return s.start(ctx, project, open[0])
}

// start sends the oldest waiting operation to GitLab.
func (s *Service) start(ctx context.Context, project fleet.Project, op fleet.Operation) error {
	// The operation itself holds the slot, so whichever replica goes on with it
	// may; only one replica at a time sends it, which SentAt arbitrates.
	lease, err := s.Fleet.AcquireLease(ctx, slot(op.Cluster), op.ID, slotLife)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	if err != nil {
		return err
	}
	accepted, err := s.send(ctx, project, op)
	if err != nil {
		return err
	}
	if accepted.State.Ended() { // refused: the cluster is free again
		return s.Fleet.ReleaseLease(ctx, lease)
	}
	return nil
}

// send makes GitLab accept the operation exactly once.
func (s *Service) send(ctx context.Context, project fleet.Project, op fleet.Operation) (fleet.Operation, error) {
	call, err := s.unseal(op)
	if err == nil && call.Trigger == nil {
		err = fault.New(fault.Invalid, "the contract asks for %s in a way that Ocim cannot carry out yet", op.Kind)
	}
	if err != nil {
		return s.refused(ctx, op, err)
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return op, err
	}
	if !op.SentAt.IsZero() {
		if s.Now().Sub(op.SentAt) < sendLimit {
			return op, nil // another replica is at it
		}
		pipeline, err := remote.Triggered(ctx, op.SentAt.Add(-time.Minute), variableOf(*call.Trigger, op.DeploymentID), op.DeploymentID)
		if err == nil {
			return s.accepted(ctx, op, pipeline)
		}
		if !fault.Is(err, fault.NotFound) {
			return op, fmt.Errorf("looking for the pipeline of operation %s: %w", op.ID, err)
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
	ctx, cancel := context.WithTimeout(ctx, sendLimit/2)
	defer cancel()
	pipeline, err := remote.Trigger(ctx, *call.Trigger)
	switch {
	case err == nil:
		return s.accepted(context.WithoutCancel(ctx), op, pipeline)
	case certain(err):
		return s.refused(context.WithoutCancel(ctx), op, err)
	}
	// GitLab may or may not have started it: the next Advance finds out.
	return op, fmt.Errorf("sending operation %s: %w", op.ID, err)
}

// variableOf finds the variable that carries the deployment id: its name is the
// contract's.
func variableOf(t grove.Trigger, deployment string) string {
	for name, value := range t.Variables {
		if value == deployment {
			return name
		}
	}
	return ""
}

// certain reports whether an error proves that GitLab did not start anything.
func certain(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.Conflict, fault.TooLarge:
		return true
	}
	return false
}

func (s *Service) accepted(ctx context.Context, op fleet.Operation, pipeline fleet.Pipeline) (fleet.Operation, error) {
	op, err := s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		o.State, o.AcceptedAt, o.Sealed, o.Detail = fleet.Accepted, s.Now(), nil, ""
		o.AddPipeline(pipeline.ID)
		return true, nil
	})
	if err != nil {
		return op, err
	}
	pipeline.Cluster, pipeline.Operation = op.Cluster, op.Kind
	pipeline.Deployments = []fleet.Deployment{{Instance: op.Instance, ID: op.DeploymentID}}
	if _, _, err := s.Fleet.RecordPipeline(ctx, pipeline, fleet.Told); err != nil {
		return op, err
	}
	return op, s.show(ctx, op)
}

func (s *Service) refused(ctx context.Context, op fleet.Operation, cause error) (fleet.Operation, error) {
	s.Log.Warn("operation refused", "cluster", op.Cluster, "operation", op.ID, "err", cause)
	return s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		if o.State != fleet.Requested {
			return false, nil
		}
		o.State, o.EndedAt, o.Sealed, o.Detail = fleet.Broken, s.Now(), nil, fault.Message(cause)
		return true, nil
	})
}

// follow derives an operation's state from its pipelines.
func (s *Service) follow(ctx context.Context, op fleet.Operation) (fleet.Operation, error) {
	pipelines, err := s.pipelinesOf(ctx, op)
	if err != nil {
		return op, err
	}
	op, err = s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		return progress(o, pipelines, s.Now()), nil
	})
	if err != nil {
		return op, err
	}
	if op.State.Ended() {
		return op, s.Fleet.EndLease(ctx, slot(op.Cluster), op.ID)
	}
	return op, nil
}

// slot names the lease that lets one operation of a cluster run at a time:
// pipelines of one cluster fight over the Terraform lock.
func slot(cluster string) string { return "slot#" + cluster }

// pipelinesOf lists the pipelines that belong to an operation.
func (s *Service) pipelinesOf(ctx context.Context, op fleet.Operation) ([]fleet.Pipeline, error) {
	recent, _, err := s.Fleet.InstancePipelines(ctx, op.Cluster, op.Instance, "", 50)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(recent, func(p fleet.Pipeline) bool { return !belongs(p, op) }), nil
}

// belongs tells by the deployment id; where Grove's commit carries none, by
// the kind and the time.
func belongs(p fleet.Pipeline, op fleet.Operation) bool {
	if slices.Contains(op.Pipelines, p.ID) {
		return true
	}
	for _, d := range p.Deployments {
		if d.Instance != op.Instance {
			continue
		}
		if d.ID == op.DeploymentID {
			return true
		}
		if d.ID == "" && p.Operation == op.Kind && !op.AcceptedAt.IsZero() && !p.CreatedAt.Before(op.AcceptedAt.Add(-time.Minute)) {
			return true
		}
	}
	return false
}

// progress moves an operation to the state its pipelines say. It reports
// whether anything changed. A withdrawn operation has no pipelines and stays.
func progress(o *fleet.Operation, pipelines []fleet.Pipeline, now time.Time) bool {
	if len(pipelines) == 0 {
		return false
	}
	changed := false
	for _, p := range pipelines {
		changed = o.AddPipeline(p.ID) || changed
	}
	sum := fleet.Deploying(pipelines)
	if sum == nil {
		return changed
	}
	state, detail := stateOf(sum.Status), about(sum.Status, sum.ID)
	if state == o.State && detail == o.Detail {
		return changed
	}
	o.State, o.Detail = state, detail
	switch {
	case state.Ended():
		o.EndedAt = now
	default:
		o.EndedAt = time.Time{}
		if state == fleet.Running && o.RunningAt.IsZero() {
			o.RunningAt = now
		}
	}
	return true
}

func stateOf(status fleet.PipelineStatus) fleet.OperationState {
	switch status {
	case fleet.StatusSuccess:
		return fleet.Live
	case fleet.StatusFailed:
		return fleet.Broken
	case fleet.StatusCanceled, fleet.StatusSkipped:
		return fleet.Canceled
	case fleet.StatusCreated, fleet.StatusPending, fleet.StatusWaitingForResource, fleet.StatusPreparing, fleet.StatusScheduled:
		return fleet.Accepted
	}
	return fleet.Running
}

func about(status fleet.PipelineStatus, id int64) string {
	switch status {
	case fleet.StatusFailed:
		return fmt.Sprintf("Pipeline %d failed: read the log of its first failed job, then retry it", id)
	case fleet.StatusCanceled:
		return fmt.Sprintf("Pipeline %d was canceled", id)
	case fleet.StatusManual:
		return fmt.Sprintf("Pipeline %d waits for somebody to start a manual job in GitLab", id)
	}
	return ""
}
