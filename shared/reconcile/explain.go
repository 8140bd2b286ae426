package reconcile

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// maxExplained is of how many failed pipelines one sync asks GitLab for the reason.
const maxExplained = 5

// unexplained reports whether a pipeline that deploys failed and nothing that is known
// of it says why: neither a job whose log could be read nor GitLab's reason.
func unexplained(p fleet.Pipeline) bool {
	return p.Status == fleet.StatusFailed && p.Reason == "" && (p.Operation != "" || p.IsChild()) && !p.FailedJob()
}

// explain asks GitLab why a pipeline failed: neither events nor lists report an error
// in its configuration or of a child pipeline that could not be created. The jobs that
// GitLab lists on the way are left out: that events bring them proves that events come.
func (r *Reconciler) explain(ctx context.Context, repo Repository, known fleet.Pipeline) (fleet.Pipeline, error) {
	asked, err := repo.Pipeline(ctx, known.ID)
	if fault.Is(err, fault.NotFound) {
		return known, nil // deleted meanwhile
	}
	if err != nil {
		return fleet.Pipeline{}, fmt.Errorf("asking why pipeline %d failed: %w", known.ID, err)
	}
	if asked.Reason == "" {
		return known, nil
	}
	asked.Cluster, asked.Stages = known.Cluster, nil
	asked.Title, asked.Operation, asked.Deployments = known.Title, known.Operation, known.Deployments
	known, _, err = r.Fleet.RecordPipeline(ctx, asked, fleet.FromAPI)
	return known, err
}
