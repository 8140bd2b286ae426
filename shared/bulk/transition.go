package bulk

import (
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
)

// observe copies the results of the operations to their targets.
func observe(b *fleet.Bulk, states map[string]fleet.Operation) bool {
	changed := false
	for i := range b.Targets {
		t := &b.Targets[i]
		op, known := states[t.Operation]
		if t.State != fleet.TargetRunning || !known || !op.State.Ended() {
			continue
		}
		changed = true
		switch op.State {
		case fleet.Succeeded:
			t.State, t.EndedAt = fleet.TargetSucceeded, op.EndedAt
		case fleet.Canceled:
			switch {
			case !operation.Recalled(op):
				t.State, t.Detail = fleet.TargetCanceled, op.Detail
			case b.State == fleet.BulkAborted:
				t.State, t.Detail = fleet.TargetSkipped, b.Detail
			default: // it is requested again
				t.State, t.Group, t.Operation = fleet.TargetWaiting, "", ""
				t.Attempt++
			}
		default:
			t.State, t.Detail = fleet.TargetFailed, op.Detail
		}
	}
	return changed
}

// pauseAfterFailures pauses a running bulk change that has had too many failures while
// something is still to be started or sent. It reports whether it did. One failure of the
// canary is too many: the canary is there to find out.
func pauseAfterFailures(b *fleet.Bulk, states map[string]fleet.Operation) bool {
	n := failures(b) - b.Forgiven
	if b.State != fleet.BulkRunning || n < b.PauseAfter && !(n > 0 && canaryFailed(b)) {
		return false
	}
	unstarted := slices.ContainsFunc(b.Targets, func(t fleet.BulkTarget) bool { return t.State == fleet.TargetWaiting })
	if !unstarted && !anyWaits(states) {
		return false
	}
	b.State = fleet.BulkPaused
	b.Detail = fmt.Sprintf("%d of the instances failed. Find out why, then resume, retry or abort", n)
	return true
}

// pauseFor pauses a running bulk change for a reason, unless that is empty.
func pauseFor(b *fleet.Bulk, reason string) bool {
	if reason == "" || b.State != fleet.BulkRunning {
		return false
	}
	b.State, b.Detail = fleet.BulkPaused, reason
	return true
}

// anyWaits reports whether any operation can still be taken back.
func anyWaits(states map[string]fleet.Operation) bool {
	for _, op := range states {
		if operation.Waiting(op) {
			return true
		}
	}
	return false
}

// nextTransition marks the next wave as starting, or ends the bulk change. It reports
// whether anything changed.
func nextTransition(b *fleet.Bulk, health healthView, now time.Time) bool {
	wave, active := -1, false
	for _, t := range b.Targets {
		if t.State == fleet.TargetRunning || t.State == fleet.TargetStarting {
			active = true
		}
		if t.State == fleet.TargetWaiting && (wave < 0 || t.Wave < wave) {
			wave = t.Wave
		}
	}
	switch {
	case active:
		return false
	case wave < 0:
		if b.State != fleet.BulkAborted {
			b.State = fleet.BulkDone
		}
		changed := b.EndedAt.IsZero()
		b.EndedAt = now
		return changed
	case b.State != fleet.BulkRunning:
		return false
	}
	if changed, wait := awaitHealth(b, health, now); wait {
		return changed
	}
	for i := range b.Targets {
		t := &b.Targets[i]
		if t.State != fleet.TargetWaiting || t.Wave != wave {
			continue
		}
		t.State, t.Group = fleet.TargetStarting, fmt.Sprintf("%d.%d.%s", t.Wave, t.Attempt, t.Cluster)
		switch {
		case t.Operation != "": // a retry: targets that shared a commit share its pipeline
			t.Group += "." + t.Operation
		case b.Kind != fleet.Update:
			t.Group += "." + t.Instance
		}
	}
	return true
}

// canaryFailed reports whether the first wave failed.
func canaryFailed(b *fleet.Bulk) bool {
	return slices.ContainsFunc(b.Targets, func(t fleet.BulkTarget) bool {
		return t.Wave == 0 && (t.State == fleet.TargetFailed || t.State == fleet.TargetCanceled)
	})
}
