package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/pipelineaction"
)

// startGroups requests operations for the groups that are about to start; the targets of a
// group share a commit. It reports whether any was started or settled.
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
	var changes []operation.Change
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
		if err := s.Operations.Advance(ctx, project); err != nil {
			s.Log.WarnContext(ctx, "operations of a bulk change not started yet", "bulk", b.ID, "cluster", project.ID, "err", err)
		}
	}
	return started, errors.Join(errs...)
}

func (s *Service) startGroup(ctx context.Context, b fleet.Bulk, group string, members []fleet.BulkTarget, changes []operation.Change) (fleet.Project, error) {
	project, err := s.Store.Project(ctx, members[0].Cluster)
	if fault.Is(err, fault.NotFound) {
		return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) {
			t.State, t.Detail = fleet.TargetFailed, "The cluster was removed from the fleet"
		})
	}
	if err != nil {
		return project, err
	}
	reached := false // git, by the operation that is retried
	if members[0].Operation != "" {
		var again bool
		again, reached, err = s.retryPipeline(ctx, project, b, group, members[0].Operation)
		if operation.IsDefinitive(err) && !fault.Is(err, fault.Conflict) { // a conflict is with another operation, and passes
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
	req := operation.Request{
		Kind: b.Kind, Changes: changes, Reason: b.Reason, By: b.By, Bulk: b.ID, Key: "bulk-" + b.ID + "-" + group, PreviewDigests: map[string]string{},
	}
	for _, t := range members {
		if t.Shown != "" && !reached {
			req.PreviewDigests[t.Instance] = t.Shown
		}
		req.Instances = append(req.Instances, t.Instance)
	}
	if len(members) == 1 {
		req.Instance, req.Instances = members[0].Instance, nil
	}
	op, _, err := s.Operations.Add(ctx, project, req)
	switch {
	case err == nil:
		return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) {
			t.State, t.Operation = fleet.TargetRunning, op.ID
		})
	case !operation.IsDefinitive(err):
		return project, err // later
	case len(members) > 1: // one of them blocks the others: each gets its own operation
		return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) { t.Group += "." + t.Instance })
	}
	return project, s.settleGroup(ctx, b.ID, group, func(t *fleet.BulkTarget) {
		t.State, t.Detail = fleet.TargetFailed, fault.Message(err)
	})
}

// retryPipeline retries the pipeline of an operation that failed. It is false when the
// operation has none: then it has to be requested again, for files that are as they were
// previewed, unless it had reached git.
func (s *Service) retryPipeline(ctx context.Context, project fleet.Project, b fleet.Bulk, group, id string) (again, reached bool, err error) {
	op, err := s.Store.Operation(ctx, project.ID, id)
	if err != nil {
		return false, false, err
	}
	reached = op.Commit != ""
	if !op.State.Ended() {
		return true, reached, nil // it was retried already
	}
	for _, id := range slices.Backward(op.Pipelines) {
		// The same group retries a pipeline once, also after a crash.
		action := fleet.PipelineAction{ID: "bulk-" + b.ID + "-" + group, Pipeline: id, Action: pipelineaction.Retry, Reason: b.Reason}
		known, err := s.Store.PipelineAction(ctx, project.ID, id, action.ID)
		switch {
		case err == nil && known.State == fleet.ActionDone:
			return true, reached, nil
		case err == nil && known.State == fleet.ActionRefused:
			return false, reached, fault.New(fault.Upstream, "%s", known.Detail)
		case err != nil && !fault.Is(err, fault.NotFound):
			return false, reached, err
		}
		p, err := s.Store.Pipeline(ctx, project.ID, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return false, reached, err
		}
		if p.Status == fleet.StatusFailed || p.Status == fleet.StatusCanceled {
			if _, err := s.Actions.Do(ctx, project, action, b.By); !fault.Is(err, fault.NotFound) {
				return err == nil, reached, err
			}
		}
	}
	return false, reached, nil
}

// settleGroup changes the targets of a group that still are about to start.
func (s *Service) settleGroup(ctx context.Context, id, group string, alter func(*fleet.BulkTarget)) error {
	_, err := s.Store.ChangeBulk(ctx, id, nil, func(b *fleet.Bulk) (bool, error) {
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
