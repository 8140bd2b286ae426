package operation

import (
	"context"
	"errors"
	"fmt"

	"github.com/open-craft/ocim/shared/fleet"
)

// EndOpen ends all open operations of a cluster, whose project is gone, with a reason. A
// pipeline that appears later reopens its operation. One that fails does not stop the
// others; repeating it is harmless.
func (s *Service) EndOpen(ctx context.Context, cluster, reason string) error {
	open, err := s.Store.OpenOperations(ctx, cluster)
	if err != nil {
		return err
	}
	var failed []error
	for _, former := range open {
		if err := s.endGone(ctx, former, reason); err != nil {
			failed = append(failed, fmt.Errorf("operation %s: %w", former.ID, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) endGone(ctx context.Context, former fleet.Operation, reason string) error {
	op, err := s.Store.ChangeOperation(ctx, former.Cluster, former.ID, func(o *fleet.Operation) (bool, error) {
		if o.State.Ended() {
			return false, nil
		}
		s.end(o, fleet.Broken, reason)
		return true, nil
	})
	if err != nil {
		return err
	}
	s.discardSealed(ctx, former)
	return s.Store.EndLease(ctx, slot(op.Cluster), op.ID)
}
