package operation

import (
	"context"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// A request can reach GitLab twice when the process that sends it is paused in the middle
// of the call for so long that another one takes over. Nothing can exclude that at the
// moment of sending, so the second pipeline is recognized afterwards: by the process that
// wakes and gets an answer, or by the second commit of Grove. It is canceled while it
// runs, and never decides the operation.

// isDuplicate reports whether a pipeline that an operation's request created is not the one
// that the operation follows.
func isDuplicate(op fleet.Operation, pipeline int64) bool {
	return !op.AcceptedAt.IsZero() && !slices.Contains(op.Pipelines, pipeline)
}

// cancelDuplicate cancels a second pipeline of an operation unless it has finished: then it
// has done what the first one did.
func (s *Service) cancelDuplicate(ctx context.Context, remote Remote, op fleet.Operation, p fleet.Pipeline) error {
	p.Cluster = op.Cluster
	known, err := s.Store.Pipeline(ctx, op.Cluster, p.ID)
	if err == nil {
		p, _ = known.Absorb(p, fleet.FromEvent)
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	if p.Status.Finished() || p.Status == fleet.StatusCanceling {
		return nil
	}
	s.Log.WarnContext(ctx, "canceling the second pipeline of an operation", "cluster", op.Cluster, "operation", op.ID, "pipeline", p.ID)
	canceled, err := remote.Cancel(ctx, p.ID)
	if err != nil {
		return err
	}
	_, _, err = s.Store.RecordPipeline(ctx, p.With(canceled), fleet.FromAPI)
	return err
}

// cancelDuplicates cancels the second pipelines of an open operation that still run.
func (s *Service) cancelDuplicates(ctx context.Context, project fleet.Project, op fleet.Operation) error {
	if len(op.Duplicates) == 0 {
		return nil
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return err
	}
	for _, id := range op.Duplicates {
		if err := s.cancelDuplicate(ctx, remote, op, fleet.Pipeline{ID: id}); err != nil {
			return err
		}
	}
	return nil
}

// withoutDuplicates separates the second pipelines, with their children, from an
// operation's pipelines. Only an operation that was sent more than once has any.
func withoutDuplicates(op fleet.Operation, pipelines []fleet.Pipeline) (own []fleet.Pipeline, duplicates []int64) {
	if op.Attempts < 2 {
		return pipelines, nil
	}
	first := map[string]int64{} // by source, which separates the trigger from the deploying one
	for _, p := range pipelines {
		if id, ok := first[p.Source]; !p.IsChild() && (!ok || p.ID < id) {
			first[p.Source] = p.ID
		}
	}
	for _, p := range pipelines {
		// A pipeline of source web was started by a person, on purpose.
		if !p.IsChild() && p.Source != "web" && p.ID != first[p.Source] {
			duplicates = append(duplicates, p.ID)
		}
	}
	for _, p := range pipelines {
		if !slices.Contains(duplicates, p.ID) && !slices.Contains(duplicates, p.Parent) {
			own = append(own, p)
		}
	}
	return own, duplicates
}
