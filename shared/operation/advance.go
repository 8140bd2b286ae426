package operation

import (
	"context"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Advance brings a cluster's open operations up to date with its pipelines, follows
// the operations of the given deployment ids again, and sends the next one if the
// cluster is idle. Any replica may call it at any time.
func (s *Service) Advance(ctx context.Context, project fleet.Project, deployments ...string) error {
	for _, id := range deployments {
		op, err := s.Store.OperationOf(ctx, project.ID, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.Follow(ctx, op); err != nil {
			return err
		}
	}
	open, err := s.Store.OpenOperations(ctx, project.ID)
	if err != nil {
		return err
	}
	for i, op := range open {
		if op.State != fleet.Requested {
			if open[i], err = s.follow(ctx, op); err != nil {
				return err
			}
			if err := s.cancelDuplicates(ctx, project, open[i]); err != nil {
				return err
			}
		}
		if err := s.upsertPendingRow(ctx, op); err != nil {
			return err
		}
	}
	open = slices.DeleteFunc(open, func(op fleet.Operation) bool { return op.State.Ended() })
	if slices.ContainsFunc(open, func(op fleet.Operation) bool { return op.State != fleet.Requested }) {
		return nil
	}
	open = slices.DeleteFunc(open, waitsForPerson)
	if wait, err := s.waitForOther(ctx, project.ID, open); err != nil || wait {
		return err
	}
	for _, op := range open {
		if ended, err := s.startUnlessKnown(ctx, project, op); err != nil || !ended {
			return err
		}
	}
	return nil
}

// startUnlessKnown starts an operation, unless GitLab has its pipelines already: a store
// that was restored from a backup does not know what was sent since.
func (s *Service) startUnlessKnown(ctx context.Context, project fleet.Project, op fleet.Operation) (ended bool, err error) {
	if !op.SentAt.IsZero() {
		return s.start(ctx, project, op)
	}
	pipelines, err := s.pipelinesOf(ctx, op)
	if err != nil {
		return false, err
	}
	if len(pipelines) == 0 {
		return s.start(ctx, project, op)
	}
	if op, err = s.markAccepted(ctx, nil, op, answer{}); err != nil {
		return false, err
	}
	op, err = s.follow(ctx, op)
	return op.State.Ended(), err
}

// waitForOther reports whether the waiting operations have to keep waiting because a
// pipeline that belongs to none of them deploys to the cluster. The first waiting
// operation says so.
func (s *Service) waitForOther(ctx context.Context, cluster string, open []fleet.Operation) (bool, error) {
	if len(open) == 0 || !open[0].SentAt.IsZero() { // the pipeline may be its own
		return false, nil
	}
	other, err := s.OtherPipeline(ctx, cluster, open)
	if err != nil || other == nil {
		return false, err
	}
	_, err = s.Store.ChangeOperation(ctx, cluster, open[0].ID, func(o *fleet.Operation) (bool, error) {
		detail := waitReason(*other)
		if o.State != fleet.Requested || o.Detail == detail {
			return false, nil
		}
		o.Detail = detail
		return true, nil
	})
	return true, err
}

// start sends a waiting operation to GitLab. It reports whether the next one may be sent:
// this one ended, or waits for a person.
func (s *Service) start(ctx context.Context, project fleet.Project, op fleet.Operation) (bool, error) {
	// The operation itself holds the slot, so any replica can continue with it; SentAt
	// ensures that only one replica at a time sends it.
	lease, err := s.Store.AcquireLease(ctx, slot(op.Cluster), op.ID, slotLife)
	if fault.Is(err, fault.Conflict) {
		freed, err := s.freeSlot(ctx, op.Cluster)
		if err != nil || !freed {
			return false, err
		}
		lease, err = s.Store.AcquireLease(ctx, slot(op.Cluster), op.ID, slotLife)
		if fault.Is(err, fault.Conflict) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	} else if err != nil {
		return false, err
	}
	op, err = s.send(ctx, project, op)
	if err != nil || !op.State.Ended() && !waitsForPerson(op) {
		return false, err
	}
	return true, s.Store.ReleaseLease(ctx, lease)
}

// waitsForPerson reports whether an operation waits until someone resumes it. It lets
// later operations pass.
func waitsForPerson(op fleet.Operation) bool {
	return op.State == fleet.Requested && (op.WaitingFor == fleet.WaitSetting || op.WaitingFor == fleet.WaitPermission)
}

// freeSlot releases the slot of an operation that ended but whose function died before
// releasing it.
func (s *Service) freeSlot(ctx context.Context, cluster string) (bool, error) {
	holder, err := s.Store.LeaseHolder(ctx, slot(cluster))
	if err != nil || holder == "" {
		return holder == "" && err == nil, err
	}
	op, err := s.Store.Operation(ctx, cluster, holder)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if err == nil && !op.State.Ended() && !waitsForPerson(op) {
		return false, nil
	}
	return true, s.Store.EndLease(ctx, slot(cluster), holder)
}

// slot names the lease that lets one operation of a cluster run at a time:
// pipelines of one cluster fight over the Terraform lock.
func slot(cluster string) string { return "slot#" + cluster }
