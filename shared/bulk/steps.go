package bulk

import (
	"context"
	"errors"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
)

// Advance takes the next step of every open bulk change. Any replica may call it at any
// time.
func (s *Service) Advance(ctx context.Context) error {
	ids, err := s.Store.OpenBulks(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := s.step(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("bulk change %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// maxSteps is how many steps one call takes: a wave that fails as a whole is followed by
// the next one at once.
const maxSteps = 20

// step advances a bulk change as far as it can go now. Each decision is stored before it
// is carried out, so any replica can carry it out, also again.
func (s *Service) step(ctx context.Context, id string) error {
	for range maxSteps {
		b, err := s.Store.Bulk(ctx, id)
		if fault.Is(err, fault.NotFound) {
			return nil // the replica that indexed it died before storing it
		}
		if err != nil {
			return err
		}
		states, err := s.statesOf(ctx, b)
		if err != nil {
			return err
		}
		lost, err := s.lostPermission(ctx, b)
		if err != nil {
			return err
		}
		health, err := s.health(ctx, b)
		if err != nil {
			return err
		}
		changed := false
		by := b.By
		b, err = s.Store.ChangeBulk(ctx, id, nil, func(b *fleet.Bulk) (bool, error) {
			changed = observe(b, states)
			changed = pauseAfterFailures(b, states) || changed
			if b.By == by {
				changed = pauseFor(b, lost) || changed
			}
			changed = nextTransition(b, health, s.Now()) || changed
			return changed, nil
		})
		if err != nil {
			return err
		}
		if b.State != fleet.BulkRunning {
			recalled, err := s.recall(ctx, states)
			if err != nil {
				return err
			}
			changed = changed || recalled
		}
		if b.Ended() {
			return s.Store.CloseBulk(ctx, id)
		}
		started, err := s.startGroups(ctx, b)
		if err != nil || !changed && !started {
			return err
		}
	}
	return nil
}

// lostPermission returns why a running bulk change may not start its next instances: its
// requester lost the role in one of their clusters. It is empty when it may.
func (s *Service) lostPermission(ctx context.Context, b fleet.Bulk) (string, error) {
	if s.Requesters == nil || b.State != fleet.BulkRunning {
		return "", nil
	}
	asked := map[string]bool{}
	for _, t := range b.Targets {
		if asked[t.Cluster] || t.State != fleet.TargetWaiting && t.State != fleet.TargetStarting {
			continue
		}
		asked[t.Cluster] = true
		allowed, err := s.Requesters.Allowed(ctx, b.By, b.Kind, t.Cluster)
		if err != nil {
			return "", err
		}
		if !allowed {
			return operation.LostPermission(b.By.Email, t.Cluster), nil
		}
	}
	return "", nil
}

// MaySend implements operation.Gate: an operation of a bulk change that has stopped is
// taken back. What the change's other operations came to is taken into account first.
func (s *Service) MaySend(ctx context.Context, op fleet.Operation) (bool, error) {
	if op.Bulk == "" {
		return true, nil
	}
	b, err := s.Store.Bulk(ctx, op.Bulk)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	states, err := s.statesOf(ctx, b)
	if err != nil {
		return false, err
	}
	b, err = s.Store.ChangeBulk(ctx, op.Bulk, nil, func(b *fleet.Bulk) (bool, error) {
		changed := observe(b, states)
		return pauseAfterFailures(b, states) || changed, nil
	})
	if err != nil || b.State != fleet.BulkRunning {
		return false, err
	}
	return true, nil
}

// statesOf reads the operations that a bulk change waits for.
func (s *Service) statesOf(ctx context.Context, b fleet.Bulk) (map[string]fleet.Operation, error) {
	states := map[string]fleet.Operation{}
	for _, t := range b.Targets {
		if t.State != fleet.TargetRunning || states[t.Operation].ID != "" {
			continue
		}
		op, err := s.Store.Operation(ctx, t.Cluster, t.Operation)
		if err != nil {
			return nil, err
		}
		states[t.Operation] = op
	}
	return states, nil
}

// recall takes back the operations that still wait, and reports whether it took back any.
func (s *Service) recall(ctx context.Context, states map[string]fleet.Operation) (bool, error) {
	any := false
	for _, op := range states {
		recalled, err := s.Operations.Recall(ctx, op)
		if err != nil {
			return any, err
		}
		any = any || recalled
	}
	return any, nil
}
