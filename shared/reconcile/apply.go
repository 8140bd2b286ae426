package reconcile

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Apply takes in one stored event and removes it. Repeating it, or applying
// events in another order, ends in the same state. An event that fails for a
// passing reason stays for the next sync.
func (r *Reconciler) Apply(ctx context.Context, event fleet.Event) error {
	project, err := r.Fleet.Project(ctx, event.Cluster)
	if err != nil {
		return err
	}
	switch event.Kind {
	case fleet.EventPipeline:
		err = r.applyPipeline(ctx, project, event)
	case fleet.EventPush:
		// The push says that there is news, the sync reads it, and the event with it.
		if event.Branch == project.DefaultBranch {
			return r.Sync(ctx, project.ID, "event "+event.Key)
		}
	default:
		err = fault.New(fault.Invalid, "event of unknown kind %q", event.Kind)
	}
	return r.conclude(ctx, event, err)
}

// conclude removes an applied event, sets one aside that can never be applied,
// and keeps the others for later.
func (r *Reconciler) conclude(ctx context.Context, event fleet.Event, err error) error {
	if err == nil {
		return r.Fleet.ForgetEvent(ctx, event)
	}
	poison := fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) || event.Attempts >= mostAttempts
	if later := r.Fleet.PostponeEvent(context.WithoutCancel(ctx), event, poison); later != nil {
		return fmt.Errorf("postponing event %s: %w (it failed: %w)", event.Key, later, err)
	}
	return fmt.Errorf("applying event %s of cluster %s: %w", event.Key, event.Cluster, err)
}

// mostAttempts is how often an event is tried before it is set aside; at the
// default schedule that is a day.
const mostAttempts = 288

func (r *Reconciler) applyPipeline(ctx context.Context, project fleet.Project, event fleet.Event) error {
	report := *event.Pipeline
	known, fresh, err := r.Fleet.RecordPipeline(ctx, report, fleet.Told)
	if err != nil {
		return err
	}
	if fresh == fleet.Tied {
		repo, err := r.Open(ctx, project)
		if err != nil {
			return err
		}
		if known, err = r.settle(ctx, project, repo, report); err != nil {
			return err
		}
	}
	if err := r.showPipelines(ctx, project, []fleet.Pipeline{known}); err != nil {
		return err
	}
	return r.Operations.Advance(ctx, project, deploymentIDs(known)...)
}

func deploymentIDs(p fleet.Pipeline) []string {
	var ids []string
	for _, d := range p.Deployments {
		if d.ID != "" {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// applyWaiting applies what webhooks left behind. One event that fails does not
// keep the next from being applied.
func (r *Reconciler) applyWaiting(ctx context.Context, project fleet.Project) error {
	after := ""
	for {
		events, next, err := r.Fleet.WaitingEvents(ctx, project.ID, after)
		if err != nil {
			return fmt.Errorf("reading waiting events: %w", err)
		}
		for _, e := range events {
			var err error
			if e.Kind == fleet.EventPipeline {
				err = r.applyPipeline(ctx, project, e)
			}
			// A push is dealt with by this very sync, which read the head after it.
			if err := r.conclude(ctx, e, err); err != nil {
				r.Log.Warn("event postponed", "cluster", project.ID, "key", e.Key, "err", err)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}
