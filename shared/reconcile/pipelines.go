package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// readPipelines takes in the pipelines that changed since the last sync, and
// gives the deployment ids that they are about.
func (r *Reconciler) readPipelines(ctx context.Context, project fleet.Project, repo Repository, record *fleet.SyncRecord) ([]string, error) {
	var since time.Time
	commits := commitsFirst
	if !record.PipelinesSince.IsZero() {
		since = record.PipelinesSince.Add(-overlap)
		commits = commitsRead
	}
	reports, err := repo.Pipelines(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("listing pipelines: %w", err)
	}
	if err := r.watch(ctx, project.ID, record, reports); err != nil {
		return nil, err
	}
	news, err := r.news(ctx, project, reports, record.PipelinesSince)
	if err != nil {
		return nil, err
	}
	if len(news) == 0 {
		return nil, r.listen(ctx, project, record, nil)
	}
	if err := r.giveTitles(ctx, project, repo, news, commits); err != nil {
		return nil, err
	}
	if err := r.attribute(ctx, project, news); err != nil {
		return nil, err
	}
	var deployments []string
	var ends []int64
	for _, p := range news {
		known, _, err := r.Fleet.RecordPipeline(ctx, p, fleet.Asked)
		if err != nil {
			return nil, err
		}
		record.PipelinesSince = fleet.Moment(record.PipelinesSince, p.UpdatedAt)
		if ended(known) && known.CreatedAt.After(project.CreatedAt) {
			ends = append(ends, known.ID)
		}
		deployments = append(deployments, deploymentIDs(known)...)
	}
	if err := r.listen(ctx, project, record, ends); err != nil {
		return nil, err
	}
	slices.Sort(deployments)
	return slices.Compact(deployments), r.showPipelines(ctx, project, news)
}

// What is awaited of webhooks.
const (
	hearWithin  = 10 * time.Minute
	mostUnheard = 10 // of one sync
)

// ended reports whether a pipeline came to an end that GitLab tells of.
func ended(p fleet.Pipeline) bool {
	return p.Status == fleet.StatusSuccess || p.Status == fleet.StatusFailed
}

// listen finds out whether webhooks come: of a pipeline that ended one tells, with its
// jobs, which no list does.
func (r *Reconciler) listen(ctx context.Context, project fleet.Project, record *fleet.SyncRecord, ends []int64) error {
	waiting := map[int64]time.Time{}
	for _, id := range ends[:min(len(ends), mostUnheard)] {
		waiting[id] = r.Now()
	}
	maps.Copy(waiting, record.Unheard)
	for id, found := range waiting {
		p, err := r.Fleet.Pipeline(ctx, project.ID, id)
		switch {
		case fault.Is(err, fault.NotFound):
			delete(waiting, id)
		case err != nil:
			return err
		case len(p.Stages) > 0:
			record.Unheard, record.SilentSince = nil, time.Time{}
			return nil
		case r.Now().Sub(found) >= hearWithin:
			delete(waiting, id)
			if record.SilentSince.IsZero() || p.UpdatedAt.Before(record.SilentSince) {
				record.SilentSince = p.UpdatedAt
			}
		}
	}
	record.Unheard = waiting
	return nil
}

// watch keeps the list of the pipelines that move: those that GitLab's list tells
// of, and those that only an event or the answer to a request told of.
func (r *Reconciler) watch(ctx context.Context, cluster string, record *fleet.SyncRecord, reports []fleet.Pipeline) error {
	known, _, err := r.Fleet.Pipelines(ctx, cluster, "", recentPerInstance)
	if err != nil {
		return fmt.Errorf("listing pipelines of cluster %s: %w", cluster, err)
	}
	if record.Watched == nil {
		record.Watched = map[int64]fleet.Watch{}
	}
	for _, p := range known {
		if _, watched := record.Watched[p.ID]; p.Status.Moving() && !watched {
			record.Watched[p.ID] = fleet.Watch{Heard: r.Now()}
		}
	}
	for _, p := range reports {
		if p.Status.Moving() {
			record.Watched[p.ID] = fleet.Watch{Heard: r.Now()}
		} else {
			delete(record.Watched, p.ID)
		}
	}
	return nil
}

// When GitLab is asked for a pipeline that moves and of which a list says nothing.
const (
	silence   = 10 * time.Minute
	missing   = 5 * time.Minute // that it must be gone, while the project is there, to count as deleted
	mostAsked = 5               // pipelines in one sync
)

// askForSilent asks GitLab for the pipelines that it has long said nothing of: a
// list does not tell that one was deleted, and its operation would run for ever.
// It gives the deployment ids that there is news about.
func (r *Reconciler) askForSilent(ctx context.Context, project fleet.Project, repo Repository, record *fleet.SyncRecord) ([]string, error) {
	var news []fleet.Pipeline
	asked := 0
	for _, id := range slices.Sorted(maps.Keys(record.Watched)) {
		w := record.Watched[id]
		if r.Now().Sub(w.Heard) < silence || asked == mostAsked {
			continue
		}
		asked++
		known, err := r.Fleet.Pipeline(ctx, project.ID, id)
		if fault.Is(err, fault.NotFound) {
			delete(record.Watched, id)
			continue
		}
		if err != nil {
			return nil, err
		}
		now, err := repo.Pipeline(ctx, id)
		switch {
		case err == nil:
			record.Watched[id] = fleet.Watch{Heard: r.Now()}
			now = known.With(now)
		case !fault.Is(err, fault.NotFound):
			return nil, fmt.Errorf("asking for pipeline %d: %w", id, err)
		case w.Missing.IsZero():
			w.Missing = r.Now()
			record.Watched[id] = w
			continue
		case r.Now().Sub(w.Missing) < missing:
			continue
		default:
			now = known
			now.Status = fleet.StatusDeleted
		}
		if !now.Status.Moving() {
			delete(record.Watched, id)
		}
		if known, _, err = r.Fleet.RecordPipeline(ctx, now, fleet.Asked); err != nil {
			return nil, err
		}
		news = append(news, known)
	}
	if len(news) == 0 {
		return nil, nil
	}
	var deployments []string
	for _, p := range news {
		deployments = append(deployments, deploymentIDs(p)...)
	}
	return deployments, r.showPipelines(ctx, project, news)
}

// news leaves out the reports that say what is known already, so that an
// unchanged project costs no further call. What came after the last sync is news
// all the same: whoever recorded it may have died before showing it.
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

// giveTitles finds the commits of pipelines that a list tells only the SHA of.
func (r *Reconciler) giveTitles(ctx context.Context, project fleet.Project, repo Repository, pipelines []fleet.Pipeline, most int) error {
	untitled := func(p fleet.Pipeline) bool { return p.Title == "" }
	if !slices.ContainsFunc(pipelines, untitled) {
		return nil
	}
	commits, err := repo.Commits(ctx, most)
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

// attribute finds the operations of triggered pipelines: their commit does not
// tell what they are for, and who triggered them may have been forgotten since.
func (r *Reconciler) attribute(ctx context.Context, project fleet.Project, pipelines []fleet.Pipeline) error {
	unknown := func(p fleet.Pipeline) bool { return p.Source == "trigger" && p.Operation == "" }
	if !slices.ContainsFunc(pipelines, unknown) {
		return nil
	}
	recent, _, err := r.Fleet.Operations(ctx, project.ID, "", operationsRead)
	if err != nil {
		return fmt.Errorf("listing operations: %w", err)
	}
	for i := range pipelines {
		p := &pipelines[i]
		for _, op := range recent {
			if unknown(*p) && slices.Contains(op.Pipelines, p.ID) {
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
	return r.Fleet.ChangeChunk(ctx, project.ID, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
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
	i.Pipeline = fleet.Deploying(pipelines)
	if i.Pipeline == nil || !i.Pipeline.Status.Finished() {
		i.Drift, row.Compared = nil, "" // it changes as it should
	}
	if row.Digest != "" {
		i.Lifecycle = fleet.LifecycleOf(i.Pipeline)
	}
	return nil
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

// settle asks GitLab about a pipeline when an event alone cannot tell.
func (r *Reconciler) settle(ctx context.Context, project fleet.Project, repo Repository, report fleet.Pipeline) (fleet.Pipeline, error) {
	asked, err := repo.Pipeline(ctx, report.ID)
	if err != nil {
		return fleet.Pipeline{}, fmt.Errorf("asking for pipeline %d: %w", report.ID, err)
	}
	asked.Cluster = project.ID
	asked.Title, asked.Operation, asked.Deployments = report.Title, report.Operation, report.Deployments
	known, _, err := r.Fleet.RecordPipeline(ctx, asked, fleet.Asked)
	return known, err
}
