package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// What is awaited of webhooks.
const (
	webhookDeadline = 10 * time.Minute
	maxUnconfirmed  = 10 // of one sync
)

// ended reports whether a pipeline reached a final state that GitLab reports.
func ended(p fleet.Pipeline) bool {
	return p.Status == fleet.StatusSuccess || p.Status == fleet.StatusFailed
}

// detectMissedWebhooks finds out whether webhooks come: they carry the jobs of a pipeline,
// which the list API does not, so a finished pipeline without jobs means that its webhook
// was missed.
func (r *Reconciler) detectMissedWebhooks(ctx context.Context, project fleet.Project, record *fleet.SyncRecord, ends []int64) error {
	waiting := map[int64]time.Time{}
	for _, id := range ends[:min(len(ends), maxUnconfirmed)] {
		waiting[id] = r.Now()
	}
	maps.Copy(waiting, record.Unconfirmed)
	for id, found := range waiting {
		p, err := r.Fleet.Pipeline(ctx, project.ID, id)
		switch {
		case fault.Is(err, fault.NotFound):
			delete(waiting, id)
		case err != nil:
			return err
		case p.Reason != "":
			delete(waiting, id) // it has no job that an event would have reported
		case len(p.Stages) > 0:
			record.Unconfirmed, record.MissedSince = nil, time.Time{}
			return nil
		case fleet.Elapsed(r.Now(), found) >= webhookDeadline:
			delete(waiting, id)
			if record.MissedSince.IsZero() || p.UpdatedAt.Before(record.MissedSince) {
				record.MissedSince = p.UpdatedAt
			}
		}
	}
	record.Unconfirmed = waiting
	return nil
}

// watch keeps the list of the pipelines that move: those that GitLab's list reports
// of, and those that only an event or the answer to a request known of.
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
			record.Watched[p.ID] = fleet.Watch{LastSeen: r.Now()}
		}
	}
	for _, p := range reports {
		if p.Status.Moving() {
			record.Watched[p.ID] = fleet.Watch{LastSeen: r.Now()}
		} else {
			delete(record.Watched, p.ID)
		}
	}
	return nil
}

// When Ocim polls GitLab for an unfinished pipeline that the lists do not report.
const (
	stalledAfter = 10 * time.Minute
	deletedAfter = 5 * time.Minute // that it must be gone, while the project is there, to count as deleted
	maxPolled    = 5               // pipelines in one sync
)

// pollStalled asks GitLab for the pipelines that it has long said nothing of: a
// list does not report deletions, and the operation would run forever.
// It gives the deployment ids that there is news about.
func (r *Reconciler) pollStalled(ctx context.Context, project fleet.Project, repo Repository, record *fleet.SyncRecord) (deployments []string, err error) {
	ctx, publish := r.Fleet.Gather(ctx)
	defer func() { err = errors.Join(err, publish()) }()
	var news []fleet.Pipeline
	asked := 0
	for _, id := range slices.Sorted(maps.Keys(record.Watched)) {
		w := record.Watched[id]
		if fleet.Elapsed(r.Now(), w.LastSeen) < stalledAfter || asked == maxPolled {
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
			record.Watched[id] = fleet.Watch{LastSeen: r.Now()}
			now = known.With(now)
		case !fault.Is(err, fault.NotFound):
			return nil, fmt.Errorf("asking for pipeline %d: %w", id, err)
		case w.Missing.IsZero(), fleet.Future(r.Now(), w.Missing):
			w.Missing = r.Now()
			record.Watched[id] = w
			continue
		case r.Now().Sub(w.Missing) < deletedAfter:
			continue
		default:
			now = known
			now.Status = fleet.StatusDeleted
		}
		if !now.Status.Moving() {
			delete(record.Watched, id)
		}
		if known, _, err = r.Fleet.RecordPipeline(ctx, now, fleet.FromAPI); err != nil {
			return nil, err
		}
		news = append(news, known)
		deployments = append(deployments, deploymentIDs(known)...)
	}
	if len(news) == 0 {
		return nil, nil
	}
	return deployments, r.showPipelines(ctx, project, news)
}
