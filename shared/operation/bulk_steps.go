package operation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// advanceBulks takes the next step of every open bulk change.
func (s *Service) advanceBulks(ctx context.Context) error {
	ids, err := s.Fleet.OpenBulks(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := s.stepBulk(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("bulk change %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// mostSteps bounds what one call does: a wave that fails as a whole is followed
// by the next at once.
const mostSteps = 20

// stepBulk moves a bulk change along as far as it goes now. What it decides is
// stored before it is done, so any replica can do it, and again.
func (s *Service) stepBulk(ctx context.Context, id string) error {
	for range mostSteps {
		b, err := s.Fleet.Bulk(ctx, id)
		if fault.Is(err, fault.NotFound) {
			return nil // whoever made it died before storing it
		}
		if err != nil {
			return err
		}
		states, err := s.statesOf(ctx, b)
		if err != nil {
			return err
		}
		changed := false
		b, err = s.Fleet.ChangeBulk(ctx, id, nil, func(b *fleet.Bulk) (bool, error) {
			changed = observe(b, states)
			changed = deal(b, waits(states), s.Now()) || changed
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
			return s.Fleet.CloseBulk(ctx, id)
		}
		started, err := s.startGroups(ctx, b)
		if err != nil || !changed && !started {
			return err
		}
	}
	return nil
}

// statesOf reads the operations that a bulk change waits for.
func (s *Service) statesOf(ctx context.Context, b fleet.Bulk) (map[string]fleet.Operation, error) {
	states := map[string]fleet.Operation{}
	for _, t := range b.Targets {
		if t.State != fleet.TargetRunning || states[t.Operation].ID != "" {
			continue
		}
		op, err := s.Fleet.Operation(ctx, t.Cluster, t.Operation)
		if err != nil {
			return nil, err
		}
		states[t.Operation] = op
	}
	return states, nil
}

// observe takes over what became of the operations.
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
			t.State = fleet.TargetSucceeded
		case fleet.Canceled:
			switch {
			case op.Detail != recalled:
				t.State, t.Detail = fleet.TargetCanceled, op.Detail
			case b.State == fleet.BulkAborted:
				t.State, t.Detail = fleet.TargetSkipped, b.Detail
			default: // it is dealt again
				t.State, t.Group, t.Operation = fleet.TargetWaiting, "", ""
				t.Attempt++
			}
		default:
			t.State, t.Detail = fleet.TargetFailed, op.Detail
		}
	}
	return changed
}

// recalled is what the operations say that did not go out, since their bulk change
// does not go on.
const recalled = "Recalled before it was sent: its bulk change does not go on"

// waiting reports whether an operation can still be recalled.
func waiting(op fleet.Operation) bool { return op.State == fleet.Requested && op.SentAt.IsZero() }

// waits reports whether any can.
func waits(states map[string]fleet.Operation) bool {
	for _, op := range states {
		if waiting(op) {
			return true
		}
	}
	return false
}

// recall takes back what waits for its turn, and reports whether anything did.
func (s *Service) recall(ctx context.Context, states map[string]fleet.Operation) (bool, error) {
	any := false
	for _, sealed := range states {
		if !waiting(sealed) {
			continue
		}
		op, err := s.Fleet.ChangeOperation(ctx, sealed.Cluster, sealed.ID, func(o *fleet.Operation) (bool, error) {
			if !waiting(*o) {
				return false, nil
			}
			o.State, o.EndedAt, o.Sealed, o.SealedParts, o.Detail = fleet.Canceled, s.Now(), nil, 0, recalled
			return true, nil
		})
		if err != nil {
			return any, err
		}
		if op.Detail == recalled {
			s.unsealed(ctx, sealed)
			any = true
		}
	}
	return any, nil
}

// deal decides what comes next: pause, the next wave, or the end. What is queued is an
// operation that waits for its turn.
func deal(b *fleet.Bulk, queued bool, now time.Time) bool {
	wave, under := -1, false
	for _, t := range b.Targets {
		if t.State == fleet.TargetRunning || t.State == fleet.TargetStarting {
			under = true
		}
		if t.State == fleet.TargetWaiting && (wave < 0 || t.Wave < wave) {
			wave = t.Wave
		}
	}
	n := failures(b) - b.Forgiven
	if b.State == fleet.BulkRunning && (wave >= 0 || queued) && (n >= b.PauseAfter || n > 0 && firstFailed(b)) {
		b.State, b.Detail = fleet.BulkPaused, fmt.Sprintf("%d of the instances failed; see why, then resume, retry them or abort", n)
		return true
	}
	switch {
	case under:
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
	for i := range b.Targets {
		t := &b.Targets[i]
		if t.State != fleet.TargetWaiting || t.Wave != wave {
			continue
		}
		t.State, t.Group = fleet.TargetStarting, fmt.Sprintf("%d.%d.%s", t.Wave, t.Attempt, t.Cluster)
		switch {
		case t.Operation != "": // a retry: those who shared a commit share its pipeline
			t.Group += "." + t.Operation
		case b.Kind != fleet.Update:
			t.Group += "." + t.Instance
		}
	}
	return true
}

// firstFailed reports whether the first wave failed: it is there to find that out.
func firstFailed(b *fleet.Bulk) bool {
	return slices.ContainsFunc(b.Targets, func(t fleet.BulkTarget) bool {
		return t.Wave == 0 && (t.State == fleet.TargetFailed || t.State == fleet.TargetCanceled)
	})
}

// startGroups makes operations of the groups that are about to start; those who
// share a group share a commit. It reports whether any came to something.
func (s *Service) startGroups(ctx context.Context, b fleet.Bulk) (bool, error) {
	groups := map[string][]fleet.BulkTarget{}
	var order []string
	for _, t := range b.Targets {
		if t.State != fleet.TargetStarting {
			continue
		}
		if groups[t.Group] == nil {
			order = append(order, t.Group)
		}
		groups[t.Group] = append(groups[t.Group], t)
	}
	if len(order) == 0 {
		return false, nil
	}
	raw, err := s.Keys.Open(b.Sealed, b.SealedFor)
	if err != nil {
		return false, fmt.Errorf("opening the changes: %w", err)
	}
	var changes []Change
	if err := json.Unmarshal(raw, &changes); err != nil {
		return false, fmt.Errorf("decoding the changes: %w", err)
	}
	var errs []error
	started := false
	clusters := map[string]fleet.Project{}
	for _, group := range order {
		project, err := s.startGroup(ctx, b, group, groups[group], changes)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		started = true
		clusters[project.ID] = project
	}
	for _, project := range clusters {
		if err := s.advance(ctx, project); err != nil {
			s.Log.Warn("operations of a bulk change not started yet", "bulk", b.ID, "cluster", project.ID, "err", err)
		}
	}
	return started, errors.Join(errs...)
}

func (s *Service) startGroup(ctx context.Context, b fleet.Bulk, group string, members []fleet.BulkTarget, changes []Change) (fleet.Project, error) {
	project, err := s.Fleet.Project(ctx, members[0].Cluster)
	if fault.Is(err, fault.NotFound) {
		return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) {
			t.State, t.Detail = fleet.TargetFailed, "The cluster is not in the fleet any more"
		})
	}
	if err != nil {
		return project, err
	}
	reached := false // git, by the operation that is retried
	if members[0].Operation != "" {
		var again bool
		again, reached, err = s.runAgain(ctx, project, b, group, members[0].Operation)
		if certain(err) && !fault.Is(err, fault.Conflict) { // a conflict is with another operation, and passes
			return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) {
				t.State, t.Detail = fleet.TargetFailed, fault.Message(err)
			})
		}
		if err != nil {
			return project, err
		}
		if again {
			return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) { t.State = fleet.TargetRunning })
		}
	}
	req := Request{
		Kind: b.Kind, Changes: changes, Reason: b.Reason, By: b.By, Bulk: b.ID, Key: "bulk-" + b.ID + "-" + group, shown: map[string]string{},
	}
	for _, t := range members {
		if t.Shown != "" && !reached {
			req.shown[t.Instance] = t.Shown
		}
		req.Instances = append(req.Instances, t.Instance)
	}
	if len(members) == 1 {
		req.Instance, req.Instances = members[0].Instance, nil
	}
	op, _, err := s.add(ctx, project, req)
	switch {
	case err == nil:
		return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) {
			t.State, t.Operation = fleet.TargetRunning, op.ID
		})
	case !certain(err):
		return project, err // later
	case len(members) > 1: // one of them stands in the way: each for itself
		return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) { t.Group += "." + t.Instance })
	}
	return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) {
		t.State, t.Detail = fleet.TargetFailed, fault.Message(err)
	})
}

// runAgain retries the pipeline of an operation that failed. It is false when
// the operation has none: then it has to be asked for anew, of files that are as they were
// shown unless it had reached git.
func (s *Service) runAgain(ctx context.Context, project fleet.Project, b fleet.Bulk, group, id string) (again, reached bool, err error) {
	op, err := s.Fleet.Operation(ctx, project.ID, id)
	if err != nil {
		return false, false, err
	}
	reached = op.Commit != ""
	if !op.State.Ended() {
		return true, reached, nil // it was retried already
	}
	for _, id := range slices.Backward(op.Pipelines) {
		// The same group retries a pipeline once, whoever died on the way.
		act := fleet.PipelineAction{ID: "bulk-" + b.ID + "-" + group, Pipeline: id, Action: actRetry, Reason: b.Reason}
		known, err := s.Fleet.PipelineAction(ctx, project.ID, id, act.ID)
		switch {
		case err == nil && known.State == fleet.ActionDone:
			return true, reached, nil
		case err == nil && known.State == fleet.ActionRefused:
			return false, reached, fault.New(fault.Upstream, "%s", known.Detail)
		case err != nil && !fault.Is(err, fault.NotFound):
			return false, reached, err
		}
		p, err := s.Fleet.Pipeline(ctx, project.ID, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return false, reached, err
		}
		if p.Status == fleet.StatusFailed || p.Status == fleet.StatusCanceled {
			if _, err := s.act(ctx, project, act, b.By); !fault.Is(err, fault.NotFound) {
				return err == nil, reached, err
			}
		}
	}
	return false, reached, nil
}

// settleGroup changes the targets of a group that still are about to start.
func (s *Service) settleGroup(ctx context.Context, id, group string, alter func(*fleet.BulkTarget)) error {
	_, err := s.Fleet.ChangeBulk(ctx, id, nil, func(b *fleet.Bulk) (bool, error) {
		changed := false
		for i := range b.Targets {
			if t := &b.Targets[i]; t.Group == group && t.State == fleet.TargetStarting {
				alter(t)
				changed = true
			}
		}
		return changed, nil
	})
	return err
}
