package bulk

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// The actions on a bulk change.
const (
	Pause  = "pause"
	Resume = "resume"
	Abort  = "abort"
	Retry  = "retry" // what failed
)

// Do pauses, resumes, aborts or retries a bulk change.
func (s *Service) Do(ctx context.Context, id, action string, by audit.Actor) (fleet.Bulk, error) {
	former, err := s.Store.Bulk(ctx, id)
	if err != nil {
		return fleet.Bulk{}, err
	}
	record := s.Audit.Recorder(by, "bulk."+action, "bulk/"+id, map[string]any{"state": former.State}, nil)
	// List it before, or it would be forgotten if this function died, and after, because
	// another replica may have removed it from the list meanwhile.
	if err := s.Store.OpenBulk(ctx, id); err != nil {
		return fleet.Bulk{}, err
	}
	_, err = s.Store.ChangeBulk(ctx, id, record, func(b *fleet.Bulk) (bool, error) { return apply(b, action, by) })
	if err != nil {
		return fleet.Bulk{}, err
	}
	if err := s.Store.OpenBulk(ctx, id); err != nil {
		return fleet.Bulk{}, err
	}
	if err := s.step(ctx, id); err != nil {
		s.Log.WarnContext(ctx, "bulk change not advanced yet", "bulk", id, "err", err)
	}
	return s.Store.Bulk(ctx, id)
}

func apply(b *fleet.Bulk, action string, by audit.Actor) (bool, error) {
	wrong := func() (bool, error) {
		return false, fault.New(fault.Conflict, "This bulk change is %s; it cannot %s", b.State, action)
	}
	switch action {
	case Pause:
		if b.State != fleet.BulkRunning {
			return wrong()
		}
		b.State, b.Detail = fleet.BulkPaused, "Paused by "+by.Email
	case Resume:
		if b.State != fleet.BulkPaused {
			return wrong()
		}
		b.State, b.Detail, b.Forgiven = fleet.BulkRunning, "", failures(b)
		forgiveHealth(b)
		takeOver(b, by)
	case Abort:
		if b.State != fleet.BulkRunning && b.State != fleet.BulkPaused {
			return wrong()
		}
		b.State, b.Detail = fleet.BulkAborted, "Aborted by "+by.Email
		forgiveHealth(b)
		for i := range b.Targets {
			if t := &b.Targets[i]; t.State == fleet.TargetWaiting {
				t.State, t.Detail = fleet.TargetSkipped, b.Detail
			}
		}
	case Retry:
		if failures(b) == 0 {
			return false, fault.New(fault.Conflict, "Nothing failed")
		}
		for i := range b.Targets {
			if t := &b.Targets[i]; t.State == fleet.TargetFailed || t.State == fleet.TargetCanceled {
				t.State, t.Detail, t.Group = fleet.TargetWaiting, "", ""
				t.Attempt++
			}
		}
		b.State, b.Detail, b.Forgiven = fleet.BulkRunning, "", 0
		takeOver(b, by)
		b.EndedAt = time.Time{}
	default:
		return false, fault.InvalidField("action", "must be pause, resume, abort or retry")
	}
	return true, nil
}

// takeOver makes the user who continues a bulk change responsible for what it does from now
// on: their role counts, and the operations that follow are theirs.
func takeOver(b *fleet.Bulk, by audit.Actor) {
	if by.Email != b.By.Email {
		b.TakenOverBy = by.Email
	}
	b.By = by
}

func failures(b *fleet.Bulk) int {
	n := 0
	for _, t := range b.Targets {
		if t.State == fleet.TargetFailed || t.State == fleet.TargetCanceled {
			n++
		}
	}
	return n
}
