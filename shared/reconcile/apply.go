package reconcile

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// ApplyWaiting takes in the events of a project that wait in the store, and removes
// them. Repeating it, or applying events in another order, ends in the same state.
// Events that fail for a passing reason stay for the next call or sync.
func (r *Reconciler) ApplyWaiting(ctx context.Context, projectID string) error {
	project, err := r.Fleet.Project(ctx, projectID)
	if err != nil {
		return err
	}
	pushed := "" // key of a push event
	err = r.eachWaiting(ctx, project, func(events []fleet.Event, notes []fleet.Unconfirmed) error {
		// The push says that there is news, the sync reads it, and concludes the event.
		events = slices.DeleteFunc(events, func(e fleet.Event) bool {
			push := e.Kind == fleet.EventPush && e.Branch == project.DefaultBranch
			if push {
				pushed = e.Key
			}
			return push
		})
		return r.applyTogether(ctx, project, events, notes)
	})
	if err == nil && pushed != "" {
		err = r.Sync(ctx, project.ID, "event "+pushed+" "+rand.Text())
	}
	return err
}

// applyWaiting is ApplyWaiting as a part of a sync, which reads the head after it: so
// pushes are dealt with. An event that fails keeps no other from being applied.
func (r *Reconciler) applyWaiting(ctx context.Context, project fleet.Project) error {
	return r.eachWaiting(ctx, project, func(events []fleet.Event, notes []fleet.Unconfirmed) error {
		if err := r.applyTogether(ctx, project, events, notes); err != nil {
			r.Log.WarnContext(ctx, "events postponed", "cluster", project.ID, "err", err)
		}
		return ctx.Err()
	})
}

// eachWaiting applies the events that wait, page by page.
func (r *Reconciler) eachWaiting(ctx context.Context, project fleet.Project, apply func([]fleet.Event, []fleet.Unconfirmed) error) error {
	for after := ""; ; {
		events, notes, next, err := r.Fleet.PendingEvents(ctx, project.ID, after)
		if err != nil {
			return fmt.Errorf("reading waiting events: %w", err)
		}
		if err := apply(events, notes); err != nil {
			return err
		}
		if after = next; after == "" {
			return nil
		}
	}
}

// applyTogether applies events with one write for each pipeline and one change of the
// cluster's rows, and concludes each of them: one of each pipeline stays as the note that it
// is to be confirmed, unless notes have one. It returns the first error, after all.
func (r *Reconciler) applyTogether(ctx context.Context, project fleet.Project, events []fleet.Event, notes []fleet.Unconfirmed) error {
	if len(events) == 0 {
		return nil
	}
	failed := make([]error, len(events))
	gathering, publish := r.Fleet.Gather(ctx)
	byPipeline := map[int64][]int{} // places in events
	for i, e := range events {
		switch {
		case e.Kind == fleet.EventPipeline && e.Pipeline != nil:
			byPipeline[e.Pipeline.ID] = append(byPipeline[e.Pipeline.ID], i)
		case e.Kind != fleet.EventPush:
			failed[i] = fault.New(fault.Invalid, "event of unknown kind %q", e.Kind)
		}
	}
	var known []fleet.Pipeline
	var deployments []string
	var recorded []int
	for _, places := range byPipeline {
		var reports []fleet.Pipeline
		for _, i := range places {
			reports = append(reports, *events[i].Pipeline)
		}
		p, err := r.record(gathering, project, reports)
		if err != nil {
			for _, i := range places {
				failed[i] = err
			}
			continue
		}
		recorded = append(recorded, places...)
		known = append(known, p)
		deployments = append(deployments, deploymentIDs(p)...)
	}
	if len(known) > 0 {
		err := r.showPipelines(gathering, project, known)
		if err == nil {
			slices.Sort(deployments)
			err = r.Operations.Advance(gathering, project, slices.Compact(deployments)...)
		}
		for _, i := range recorded {
			failed[i] = err
		}
	}
	if err := publish(); err != nil {
		for _, i := range recorded {
			failed[i] = errors.Join(failed[i], err)
		}
	}
	stays := map[int]bool{}
	for id, places := range byPipeline {
		stays[places[0]] = !slices.ContainsFunc(notes, func(n fleet.Unconfirmed) bool { return n.Pipeline == id && n.Version > 0 && r.fresh(n) })
	}
	return r.concludeEvents(ctx, events, failed, stays)
}

// record keeps what events reported of one pipeline, and asks GitLab when they alone
// do not show which of two statuses is later.
func (r *Reconciler) record(ctx context.Context, project fleet.Project, reports []fleet.Pipeline) (fleet.Pipeline, error) {
	known, tied, err := r.Fleet.RecordReports(ctx, reports, fleet.FromEvent)
	if err != nil || !tied && !unexplained(known.Pipeline) {
		return known.Pipeline, err
	}
	repo, err := r.Open(ctx, project)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	if !tied {
		explained, err := r.explain(ctx, repo, known.Pipeline)
		if err != nil { // the next sync asks again; the event needs no answer
			r.Log.WarnContext(ctx, "reason of a failed pipeline not read yet", "cluster", project.ID, "pipeline", known.ID, "err", err)
			return known.Pipeline, nil
		}
		return explained, nil
	}
	return r.settle(ctx, project, repo, known.Pipeline)
}

// Bounds of concluding events.
const (
	// concludesAtOnce is how many events are removed at the same time.
	concludesAtOnce = 8
	// maxAttempts is how often an event is tried before it is set aside; at the
	// default schedule that is a day.
	maxAttempts = 288
)

// concludeEvents removes applied events but those that stay as notes, sets those aside that
// can never be applied, and keeps the others for later.
func (r *Reconciler) concludeEvents(ctx context.Context, events []fleet.Event, failed []error, stays map[int]bool) error {
	var group errgroup.Group
	group.SetLimit(concludesAtOnce)
	for i, e := range events {
		group.Go(func() error {
			err := failed[i]
			switch {
			case err == nil && stays[i]:
				return r.Fleet.KeepUnconfirmed(ctx, e)
			case err == nil:
				return r.Fleet.ForgetEvent(ctx, e)
			}
			poison := fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) || e.Attempts >= maxAttempts
			e.Error = fault.Message(err)
			if later := r.Fleet.PostponeEvent(context.WithoutCancel(ctx), e, poison); later != nil {
				return fmt.Errorf("postponing event %s: %w (it failed: %w)", e.Key, later, err)
			}
			return fmt.Errorf("applying event %s of cluster %s: %w", e.Key, e.Cluster, err)
		})
	}
	return group.Wait()
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
