package bulk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
)

// healthLimit is how long an instance may take to recover after its operation succeeded,
// before the bulk change pauses.
const healthLimit = 15 * time.Minute

// healthView is the health of instances, by target.
type healthView map[Target]seenHealth

// seenHealth is how a cluster saw an instance.
type seenHealth struct {
	fleet.HealthState
	at       time.Time // when the cluster was asked last
	observed bool      // whether it is asked at all
}

// waitsForHealth reports whether the waves of a bulk change wait for health. An archived
// instance has none.
func waitsForHealth(kind fleet.OperationKind, ignore bool) bool {
	return !ignore && kind != fleet.Archive
}

// awaited reports whether the next wave waits for a target's health. Targets that succeeded
// before the time was recorded are not waited for.
func awaited(t fleet.BulkTarget) bool {
	return t.State == fleet.TargetSucceeded && !t.Recovered && !t.EndedAt.IsZero()
}

// health reads the health that a bulk change waits for. An operation that succeeds
// meanwhile is looked at in the next step: its instance is not in the view.
func (s *Service) health(ctx context.Context, b fleet.Bulk) (healthView, error) {
	view := healthView{}
	if b.State != fleet.BulkRunning || !waitsForHealth(b.Kind, b.IgnoreHealth) {
		return view, nil
	}
	chunks := map[string]*fleet.Chunk{}
	seen := map[string]time.Time{}
	for _, t := range b.Targets {
		if !awaited(t) && t.State != fleet.TargetRunning {
			continue
		}
		if _, known := chunks[t.Cluster]; !known {
			chunk, err := s.Store.Chunk(ctx, t.Cluster)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			observation, err := s.Store.Observation(ctx, t.Cluster)
			if err != nil {
				return nil, err
			}
			chunks[t.Cluster], seen[t.Cluster] = chunk, observation.At
		}
		chunk := chunks[t.Cluster]
		if chunk == nil {
			continue // removed from the fleet, or being read again
		}
		is := seenHealth{observed: operation.Observed(chunk), at: seen[t.Cluster]}
		if row := chunk.Row(t.Instance); row != nil {
			is.HealthState = row.Instance.Health
		}
		view[Target{t.Cluster, t.Instance}] = is
	}
	return view, nil
}

// awaitHealth reports whether the next wave has to wait for the health of the instances
// before it, and whether it changed the record. It pauses a bulk change that waited for
// too long.
func awaitHealth(b *fleet.Bulk, view healthView, now time.Time) (changed, wait bool) {
	if !waitsForHealth(b.Kind, b.IgnoreHealth) {
		return false, false
	}
	ill, late := 0, 0
	for i := range b.Targets {
		t := &b.Targets[i]
		if !awaited(*t) {
			continue
		}
		is, known := view[Target{t.Cluster, t.Instance}]
		detail := ""
		switch {
		case known && (!is.observed || is.at.After(t.EndedAt) && recovered(t.Before, is.State)):
			t.Recovered = true
		case !known || !is.at.After(t.EndedAt):
			detail = "Its health is not known yet"
		default:
			detail = fmt.Sprintf("It is %s", is.State)
			if is.Reason != "" {
				detail += ": " + is.Reason
			}
		}
		changed = changed || t.Recovered || t.Detail != detail
		t.Detail = detail
		if !t.Recovered {
			ill++
			if now.Sub(t.EndedAt) > healthLimit {
				late++
			}
		}
	}
	detail := ""
	switch {
	case late > 0:
		b.State = fleet.BulkPaused
		detail = fmt.Sprintf("%s not healthy %d minutes after the change. Find out why, then resume or abort", are(late), int(healthLimit.Minutes()))
	case ill > 0:
		detail = fmt.Sprintf("The next wave waits: %s not healthy yet", are(ill))
	}
	changed = changed || b.Detail != detail
	b.Detail = detail
	return changed, ill > 0
}

func are(n int) string {
	if n == 1 {
		return "1 instance is"
	}
	return fmt.Sprintf("%d instances are", n)
}

// recovered reports whether an instance is healthy, or at least no worse than before the
// change.
func recovered(before, now fleet.Health) bool {
	order := []fleet.Health{fleet.Failed, fleet.Degraded, fleet.Healthy}
	is, was := slices.Index(order, now), slices.Index(order, before)
	return now == fleet.Healthy || is >= 0 && was >= 0 && is >= was
}

// forgiveHealth lets the next wave start whatever the health of the instances before it:
// an operator looked at them.
func forgiveHealth(b *fleet.Bulk) {
	for i := range b.Targets {
		if t := &b.Targets[i]; awaited(*t) {
			t.Recovered, t.Detail = true, ""
		}
	}
}
