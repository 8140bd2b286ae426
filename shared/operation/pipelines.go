package operation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// recentPipelines is how many pipelines are searched for an operation's.
const recentPipelines = 50

// pipelinesOf lists the pipelines that belong to an operation.
func (s *Service) pipelinesOf(ctx context.Context, op fleet.Operation) ([]fleet.Pipeline, error) {
	var near []fleet.Pipeline
	var err error
	if op.Instance == "" {
		near, _, err = s.Store.Pipelines(ctx, op.Cluster, "", recentPipelines)
	} else {
		near, _, err = s.Store.InstancePipelines(ctx, op.Cluster, op.Instance, "", recentPipelines)
	}
	if err != nil {
		return nil, err
	}
	project, err := s.Store.Project(ctx, op.Cluster)
	if err != nil {
		return nil, err
	}
	for _, id := range op.Pipelines {
		if slices.ContainsFunc(near, func(p fleet.Pipeline) bool { return p.ID == id }) {
			continue
		}
		p, err := s.Store.Pipeline(ctx, op.Cluster, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		near = append(near, p)
	}
	var own []fleet.Pipeline
	for _, p := range near {
		if !p.IsChild() && belongs(p, op, project.DefaultBranch) {
			own = append(own, p)
		}
	}
	parents := own
	for _, p := range near {
		if p.IsChild() && grove.CanDeploy(p, project.DefaultBranch) && slices.ContainsFunc(parents, func(q fleet.Pipeline) bool { return IsChildOf(p, q) }) {
			own = append(own, p)
		}
	}
	return own, nil
}

// belongs reports whether a pipeline belongs to an operation, by the commit or the
// deployment id; where Grove's commit carries none, by the kind and the time. Only a
// pipeline that can deploy belongs to one.
func belongs(p fleet.Pipeline, op fleet.Operation, defaultBranch string) bool {
	if slices.Contains(op.Duplicates, p.ID) || !grove.CanDeploy(p, defaultBranch) {
		return false
	}
	if slices.Contains(op.Pipelines, p.ID) || op.Commit != "" && p.SHA == op.Commit && p.Source == "push" {
		return true
	}
	if p.Source == "api" {
		return false // it runs on whatever commit is the head, whose message is not about it
	}
	for _, d := range p.Deployments {
		if d.ID != "" && slices.Contains(op.All(), d) {
			return true
		}
		if d.Instance == op.Instance && d.ID == "" && p.Operation == op.Kind &&
			!op.AcceptedAt.IsZero() && !p.CreatedAt.Before(op.AcceptedAt.Add(-time.Minute)) {
			return true
		}
	}
	return false
}

// IsChildOf compares the parent; for a child known only from a list, which lacks it, the
// commit.
func IsChildOf(p, parent fleet.Pipeline) bool {
	if p.Parent != 0 {
		return p.Parent == parent.ID
	}
	return p.SHA == parent.SHA && p.ID > parent.ID && parent.Source != "trigger"
}

// OtherPipeline finds a running pipeline that deploys to a cluster and belongs to none of
// its open operations: it was started or retried at GitLab itself, and would compete for
// the Terraform lock, too. Nil when there is none.
func (s *Service) OtherPipeline(ctx context.Context, cluster string, open []fleet.Operation) (*fleet.Pipeline, error) {
	recent, _, err := s.Store.Pipelines(ctx, cluster, "", recentPipelines)
	if err != nil {
		return nil, err
	}
	project, err := s.Store.Project(ctx, cluster)
	if err != nil {
		return nil, err
	}
	for i, p := range recent {
		deploys := grove.CanDeploy(p, project.DefaultBranch) && (p.Operation != "" || p.Source == "trigger")
		if p.IsChild() || !deploys || slices.ContainsFunc(open, func(op fleet.Operation) bool { return belongs(p, op, project.DefaultBranch) }) {
			continue
		}
		child := func(c fleet.Pipeline) bool {
			return c.IsChild() && grove.CanDeploy(c, project.DefaultBranch) && c.Status.Moving() && IsChildOf(c, p)
		}
		if p.Status.Moving() || slices.ContainsFunc(recent, child) {
			return &recent[i], nil
		}
	}
	return nil, nil
}

// waitReason says why an operation waits for a pipeline that Ocim did not start.
func waitReason(p fleet.Pipeline) string {
	return fmt.Sprintf("Pipeline %d, started or retried at GitLab itself, has been running in this cluster since %s; this starts after it",
		p.ID, fleet.Latest(p.CreatedAt, p.StartedAt).UTC().Format("2006-01-02 15:04 UTC"))
}
