package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Bounds of confirming what events reported.
const (
	// confirmAfter is how old an event is before GitLab is asked about it: a replica of
	// GitLab's database may be behind its webhooks.
	confirmAfter = time.Minute
	// freshFor is how long one note is enough for the events of a pipeline.
	freshFor = time.Minute
	// quietAfter is how long no event must have come before a pipeline counts as confirmed.
	quietAfter   = 2 * time.Minute
	maxConfirmed = 10 // pipelines that one sync asks about
)

// due reports whether what events said of a pipeline is to be confirmed. A time that is
// yet to come is of a clock that was wrong.
func (r *Reconciler) due(note fleet.Unconfirmed) bool {
	age := r.Now().Sub(note.Since)
	return age >= confirmAfter || age < 0
}

// fresh reports whether a note is of the last minute: it is there until quietAfter.
func (r *Reconciler) fresh(note fleet.Unconfirmed) bool {
	age := r.Now().Sub(note.Last)
	return age >= 0 && age < freshFor
}

// confirm compares the pipelines that events changed with what GitLab says of them, and
// takes back what it does not confirm: an event may be forged by anyone who has the webhook's
// secret. Those that the list of changed pipelines confirms cost no call. It gives the
// deployment ids of what was taken back.
func (r *Reconciler) confirm(ctx context.Context, project fleet.Project, repo Repository, reports []fleet.Pipeline) (deployments []string, err error) {
	notes, err := r.Fleet.UnconfirmedPipelines(ctx, project.ID)
	if err != nil || len(notes) == 0 {
		return nil, err
	}
	ctx, publish := r.Fleet.Gather(ctx)
	defer func() { err = errors.Join(err, publish()) }()
	var changed []fleet.Pipeline
	asked := 0
	compared := map[int64]bool{}
	for _, note := range notes {
		if !r.due(note) {
			continue
		}
		if !compared[note.Pipeline] { // each of its events has a note
			known, err := r.Fleet.Pipeline(ctx, project.ID, note.Pipeline)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if err == nil && !slices.ContainsFunc(reports, func(p fleet.Pipeline) bool { return confirms(p, known) }) {
				if asked == maxConfirmed {
					break
				}
				asked++
				now, err := r.askAgain(ctx, project, repo, known)
				if err != nil {
					return nil, err
				}
				if !confirms(now, known) {
					r.Log.WarnContext(ctx, "GitLab does not confirm an event", "cluster", project.ID, "pipeline", known.ID, "reported", known.Status, "is", now.Status)
					changed = append(changed, known, now)
					deployments = append(deployments, append(deploymentIDs(known), deploymentIDs(now)...)...)
					if _, _, err := r.Fleet.RecordPipeline(ctx, now, fleet.FromCheck); err != nil {
						return nil, err
					}
				}
			}
			compared[note.Pipeline] = true
		}
		if quiet := r.Now().Sub(note.Last); quiet >= 0 && quiet < quietAfter {
			continue // the next sync compares it once more
		}
		if err := r.Fleet.Confirmed(ctx, note); err != nil {
			return nil, err
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return deployments, r.showPipelines(ctx, project, changed)
}

// confirms reports whether what GitLab says of a pipeline agrees with what is known of
// it. Events carry whole seconds.
func confirms(said, known fleet.Pipeline) bool {
	// The API gives a merge request's pipeline a ref of its own.
	sameRef := said.Ref == known.Ref || said.MergeRequest != 0 && said.MergeRequest == known.MergeRequest
	return said.ID == known.ID && said.Status == known.Status && said.SHA == known.SHA && sameRef &&
		said.UpdatedAt.Unix() >= known.UpdatedAt.Unix()
}

// askAgain gives a pipeline as GitLab has it, with nothing that an event alone said of
// it. One that GitLab does not have decides nothing any more.
func (r *Reconciler) askAgain(ctx context.Context, project fleet.Project, repo Repository, known fleet.Pipeline) (fleet.Pipeline, error) {
	now, err := repo.Pipeline(ctx, known.ID)
	if fault.Is(err, fault.NotFound) {
		now = fleet.Pipeline{ID: known.ID, Status: fleet.StatusDeleted, Source: "unknown", Ref: known.Ref, CreatedAt: known.CreatedAt, UpdatedAt: r.Now()}
	} else if err != nil {
		return now, fmt.Errorf("asking about pipeline %d: %w", known.ID, err)
	}
	now.Cluster = project.ID
	if now.Source == "parent_pipeline" {
		now.Parent = known.Parent // only events tell
	}
	one := []fleet.Pipeline{now}
	if err == nil {
		if err := r.fillTitles(ctx, project, repo, one, commitsRead); err != nil {
			return now, err
		}
		if err := r.attribute(ctx, project, one); err != nil {
			return now, err
		}
	}
	return one[0], nil
}
