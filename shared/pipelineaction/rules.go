package pipelineaction

import (
	"context"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
)

// checkAllowed refuses what GitLab would not do or what would do harm.
func (s *Service) checkAllowed(ctx context.Context, p fleet.Pipeline, action string) error {
	if action == Cancel {
		if p.Status.Finished() {
			return fault.New(fault.Conflict, "Pipeline %d has ended already", p.ID)
		}
		return nil
	}
	if p.Status.Moving() {
		return fault.New(fault.Conflict, "Pipeline %d is still running", p.ID)
	}
	if (p.Status == fleet.StatusSuccess || p.Status == fleet.StatusSkipped) && !hasFailedJob(p) {
		return fault.New(fault.Conflict, "Pipeline %d has no failed or canceled job to run again", p.ID)
	}
	open, err := s.Store.OpenOperations(ctx, p.Cluster)
	if err != nil {
		return err
	}
	for _, op := range open {
		own := slices.Contains(op.Pipelines, p.ID) || slices.Contains(op.Pipelines, p.Parent)
		if op.State != fleet.Requested && !own {
			return fault.New(fault.Conflict, "%s of %s is running in this cluster; retry when it is done", op.Kind, operation.Subject(op))
		}
	}
	other, err := s.Operations.OtherPipeline(ctx, p.Cluster, open)
	if err != nil {
		return err
	}
	if other != nil && other.ID != p.Parent && !operation.IsChildOf(p, *other) {
		return fault.New(fault.Conflict, "Pipeline %d is running in this cluster; retry when it is done", other.ID)
	}
	return nil
}

// hasFailedJob reports whether a retry has something to run: a pipeline may succeed in
// spite of a job that was allowed to fail.
func hasFailedJob(p fleet.Pipeline) bool {
	return slices.ContainsFunc(p.Stages, func(s fleet.Stage) bool {
		return slices.ContainsFunc(s.Jobs, func(j fleet.Job) bool {
			return j.Status == fleet.StatusFailed || j.Status == fleet.StatusCanceled
		})
	})
}

// retryTarget returns the pipeline whose retry runs again what failed in p. GitLab's retry
// of a pipeline leaves its trigger jobs alone, so where only a child failed, that is it;
// the retried child reopens its parent.
func (s *Service) retryTarget(ctx context.Context, p fleet.Pipeline, remote Remote) (fleet.Pipeline, error) {
	if p.IsChild() {
		return p, nil
	}
	children, err := s.Store.ChildrenOf(ctx, p)
	if err != nil {
		return p, err
	}
	var failed *fleet.Pipeline
	for i, c := range children {
		if !c.Status.Finished() { // what is known of it may be old
			if c, err = s.refresh(ctx, c, remote); err != nil {
				return p, err
			}
			children[i] = c
		}
		ended := c.Status == fleet.StatusFailed || c.Status == fleet.StatusCanceled
		if operation.IsChildOf(c, p) && ended && !c.ReplacedIn(children) && (failed == nil || c.ID > failed.ID) {
			failed = &children[i]
		}
	}
	if failed == nil {
		return p, nil
	}
	now, err := s.refresh(ctx, p, remote) // lists of pipelines lack the jobs
	if err != nil || hasFailedJob(now) {
		return now, err
	}
	return *failed, nil
}
