package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// readPipelines takes in the pipelines that changed since the last sync, and
// gives what GitLab listed and the deployment ids that it is about.
func (r *Reconciler) readPipelines(ctx context.Context, project fleet.Project, repo Repository, record *fleet.SyncRecord) (reports []fleet.Pipeline, deployments []string, err error) {
	var since time.Time
	commits := commitsFirst
	if !record.PipelinesSince.IsZero() {
		since = record.PipelinesSince.Add(-overlap)
		commits = commitsRead
	}
	reports, err = repo.Pipelines(ctx, since)
	if err != nil {
		return nil, nil, fmt.Errorf("listing pipelines: %w", err)
	}
	if err := r.watch(ctx, project.ID, record, reports); err != nil {
		return nil, nil, err
	}
	news, err := r.news(ctx, project, reports, record.PipelinesSince)
	if err != nil {
		return nil, nil, err
	}
	if len(news) == 0 {
		return reports, nil, r.detectMissedWebhooks(ctx, project, record, nil)
	}
	if err := r.fillTitles(ctx, project, repo, news, commits); err != nil {
		return nil, nil, err
	}
	if err := r.attribute(ctx, project, news); err != nil {
		return nil, nil, err
	}
	ctx, publish := r.Fleet.Gather(ctx)
	defer func() { err = errors.Join(err, publish()) }()
	var ends []int64
	explained := 0
	for _, p := range news {
		known, _, err := r.Fleet.RecordPipeline(ctx, p, fleet.FromAPI)
		if err != nil {
			return nil, nil, err
		}
		if explained < maxExplained && known.CreatedAt.After(project.CreatedAt) && unexplained(known) {
			explained++
			if known, err = r.explain(ctx, repo, known); err != nil {
				return nil, nil, err
			}
		}
		record.PipelinesSince = fleet.Latest(record.PipelinesSince, p.UpdatedAt)
		if ended(known) && known.CreatedAt.After(project.CreatedAt) {
			ends = append(ends, known.ID)
		}
		deployments = append(deployments, deploymentIDs(known)...)
	}
	if err := r.detectMissedWebhooks(ctx, project, record, ends); err != nil {
		return nil, nil, err
	}
	slices.Sort(deployments)
	return reports, slices.Compact(deployments), r.showPipelines(ctx, project, news)
}

// news leaves out the reports that say what is known already, so that an
// unchanged project costs no further call. What came after the last sync is news
// all the same: the process that recorded it may have died before showing it.
func (r *Reconciler) news(ctx context.Context, project fleet.Project, reports []fleet.Pipeline, since time.Time) ([]fleet.Pipeline, error) {
	var news []fleet.Pipeline
	for _, p := range reports {
		p.Cluster = project.ID
		known, err := r.Fleet.Pipeline(ctx, project.ID, p.ID)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return nil, err
		case known.Status == p.Status && !p.UpdatedAt.After(known.UpdatedAt) && !p.UpdatedAt.After(since):
			continue
		default:
			p.Title, p.Operation, p.Deployments = known.Title, known.Operation, known.Deployments
		}
		news = append(news, p)
	}
	return news, nil
}

// fillTitles finds the commits of pipelines for which a list has only the SHA.
func (r *Reconciler) fillTitles(ctx context.Context, project fleet.Project, repo Repository, pipelines []fleet.Pipeline, limit int) error {
	untitled := func(p fleet.Pipeline) bool { return p.Title == "" }
	if !slices.ContainsFunc(pipelines, untitled) {
		return nil
	}
	commits, err := repo.Commits(ctx, limit)
	if err != nil {
		return fmt.Errorf("listing commits: %w", err)
	}
	bySHA := make(map[string]fleet.Commit, len(commits))
	for _, c := range commits {
		bySHA[c.SHA] = c
	}
	for i := range pipelines {
		p := &pipelines[i]
		if c, ok := bySHA[p.SHA]; ok && untitled(*p) {
			p.Title = c.Title
			grove.Attribute(p, project.DefaultBranch, c.Message)
		}
	}
	return nil
}

// attribute finds who requested pipelines, and the operations of triggered ones: their
// commit does not say what they are for, and both may have been forgotten since.
func (r *Reconciler) attribute(ctx context.Context, project fleet.Project, pipelines []fleet.Pipeline) error {
	recent, _, err := r.Fleet.Operations(ctx, project.ID, "", operationsRead)
	if err != nil {
		return fmt.Errorf("listing operations: %w", err)
	}
	for i := range pipelines {
		p := &pipelines[i]
		for _, op := range recent {
			if !slices.Contains(op.Pipelines, p.ID) {
				continue
			}
			p.RequestedBy, p.RolledBackTo = op.RequestedBy, op.Rollback()
			if p.Source == "trigger" && p.Operation == "" {
				p.Operation, p.Deployments = op.Kind, []fleet.Deployment{{Instance: op.Instance, ID: op.DeploymentID}}
			}
		}
	}
	return nil
}

// showPipelines brings the rows of the instances that pipelines are about, and
// the cluster's latest pipeline, up to date.
func (r *Reconciler) showPipelines(ctx context.Context, project fleet.Project, pipelines []fleet.Pipeline) error {
	var names []string
	for _, p := range pipelines {
		for _, d := range p.Deployments {
			names = append(names, d.Instance)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return r.Fleet.ChangeRows(ctx, project.ID, names, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, nil // the first sync has yet to come
		}
		for _, name := range names {
			row := chunk.Row(name)
			if row == nil {
				continue
			}
			if err := r.showInstancePipeline(ctx, row); err != nil {
				return nil, err
			}
		}
		return chunk, r.showClusterPipeline(ctx, &chunk.Cluster)
	})
}

// showInstancePipeline reads the pipelines while the chunk is being changed: a
// change made meanwhile makes the whole be done again, so no news is lost.
func (r *Reconciler) showInstancePipeline(ctx context.Context, row *fleet.Row) error {
	i := &row.Instance
	pipelines, _, err := r.Fleet.InstancePipelines(ctx, i.Cluster, i.Name, "", recentPerInstance)
	if err != nil {
		return err
	}
	setPipeline(row, fleet.Deploying(pipelines))
	return nil
}

// setPipeline shows an instance's deploying pipeline, nil when it has none.
func setPipeline(row *fleet.Row, p *fleet.PipelineSummary) {
	i := &row.Instance
	i.Pipeline = p
	if i.Pipeline == nil || !i.Pipeline.Status.Finished() {
		i.Drift, row.Compared = nil, "" // it changes as it should
	}
	if row.Digest != "" {
		i.Lifecycle = fleet.LifecycleOf(i.Pipeline)
	}
}

func (r *Reconciler) showClusterPipeline(ctx context.Context, c *fleet.Cluster) error {
	pipelines, _, err := r.Fleet.Pipelines(ctx, c.ID, "", recentPerInstance)
	if err != nil {
		return fmt.Errorf("listing pipelines of cluster %s: %w", c.ID, err)
	}
	c.Pipeline = fleet.Deploying(pipelines)
	c.OwnPipeline = fleet.Deploying(slices.DeleteFunc(pipelines, func(p fleet.Pipeline) bool { return !p.IsChild() && len(p.Deployments) > 0 }))
	return nil
}

// settle asks GitLab about a pipeline when an event is ambiguous.
func (r *Reconciler) settle(ctx context.Context, project fleet.Project, repo Repository, report fleet.Pipeline) (fleet.Pipeline, error) {
	asked, err := repo.Pipeline(ctx, report.ID)
	if err != nil {
		return fleet.Pipeline{}, fmt.Errorf("asking for pipeline %d: %w", report.ID, err)
	}
	asked.Cluster = project.ID
	asked.Title, asked.Operation, asked.Deployments = report.Title, report.Operation, report.Deployments
	known, _, err := r.Fleet.RecordPipeline(ctx, asked, fleet.FromAPI)
	return known, err
}
