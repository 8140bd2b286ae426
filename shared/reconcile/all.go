package reconcile

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/order"
)

// Bounds of SyncAll.
const (
	readsAtOnce  = 8                // projects that are read in full
	idleAtOnce   = 16               // projects that did not change
	projectLimit = 60 * time.Second // for one project
	// glanceOverlap is how far GitLab's clock and Ocim's may differ.
	glanceOverlap = 10 * time.Minute
	// glancePast is how long ago a project may have been read for a glance to suffice.
	glancePast = 24 * time.Hour
	// glanceLimit is how long a GitLab that hangs keeps the projects of others waiting.
	glanceLimit = 15 * time.Second
)

// ErrNotReached is fault.Limited: the time of a run was over before a project.
var ErrNotReached = fault.New(fault.Limited, "the run ended before the project was read; the next one begins with it")

// SyncAll syncs projects and calls done once for each: those that changed beginning with the
// one that was read longest ago, the others in the given order. What did not change costs GitLab a part of a glance at many projects, and is not
// leased: its record is replaced only if no other sync replaced it. holder gives the holder
// of each lease.
func (r *Reconciler) SyncAll(ctx context.Context, projects []fleet.Project, holder func() string, done func(project fleet.Project, err error)) error {
	records, err := r.Fleet.StoredSyncs(ctx)
	if err != nil {
		return err
	}
	glimpses := r.glance(ctx, projects, records)
	var idle, changed []fleet.Project
	for _, p := range projects {
		if g, ok := glimpses[p.ID]; ok && r.unchanged(p, records[p.ID].SyncRecord, g) {
			idle = append(idle, p)
		} else {
			changed = append(changed, p)
		}
	}
	order.Sort(changed, func(a, b fleet.Project) int {
		return records[a.ID].State.TriedAt.Compare(records[b.ID].State.TriedAt)
	})
	one := func(p fleet.Project, sync func(context.Context) error) error {
		if ctx.Err() != nil {
			return ErrNotReached
		}
		ctx, cancel := context.WithTimeout(ctx, projectLimit)
		defer cancel()
		err := sync(ctx)
		if cutShort(ctx, err, 0) && !fault.Is(err, fault.Limited) {
			return fault.Wrap(fault.Limited, err, "%s", fault.Message(ErrNotReached))
		}
		return err
	}
	full := func(p fleet.Project) func(context.Context) error {
		return func(ctx context.Context) error {
			var glimpse *fleet.Glimpse
			if g, ok := glimpses[p.ID]; ok {
				glimpse = &g
			}
			return r.sync(ctx, p.ID, holder(), glimpse)
		}
	}
	var both sync.WaitGroup
	each := func(list []fleet.Project, atOnce int, sync func(fleet.Project) func(context.Context) error) {
		both.Go(func() {
			var group errgroup.Group
			group.SetLimit(atOnce)
			for _, p := range list {
				group.Go(func() error {
					done(p, one(p, sync(p)))
					return nil
				})
			}
			_ = group.Wait()
		})
	}
	each(changed, readsAtOnce, full)
	each(idle, idleAtOnce, func(p fleet.Project) func(context.Context) error {
		return func(ctx context.Context) error {
			news, err := r.syncIdle(ctx, p, records[p.ID])
			if err != nil || !news {
				return err
			}
			return full(p)(ctx)
		}
	})
	both.Wait()
	if ctx.Err() != nil {
		return nil // the next run advances them
	}
	if err := r.Fleet.MarkSharedHosts(ctx); err != nil {
		r.Log.WarnContext(ctx, "which instances share a host is not known", "err", err)
	}
	return r.Operations.AdvanceBulks(ctx)
}

func (r *Reconciler) glance(ctx context.Context, projects []fleet.Project, records map[string]fleetstore.StoredSync) map[string]fleet.Glimpse {
	ctx, cancel := context.WithTimeout(ctx, glanceLimit)
	defer cancel()
	return r.Glance(ctx, projects, r.glanceSince(projects, records))
}

// glanceSince gives the time since which pipelines are of interest: that of the project
// that was read longest ago, within bounds.
func (r *Reconciler) glanceSince(projects []fleet.Project, records map[string]fleetstore.StoredSync) time.Time {
	now := r.Now()
	oldest := now
	for _, p := range projects {
		if at := records[p.ID].State.SucceededAt; fleet.Elapsed(now, at) < glancePast && at.Before(oldest) {
			oldest = at
		}
	}
	return oldest.Add(-glanceOverlap).Truncate(time.Second)
}

// unchanged reports whether a glimpse and what is known leave nothing to read.
func (r *Reconciler) unchanged(p fleet.Project, record fleet.SyncRecord, g fleet.Glimpse) bool {
	now := r.Now()
	switch {
	case record.State.Error != "", !record.State.WaitingSince.IsZero(),
		record.State.SucceededAt.Add(-glanceOverlap).Before(g.Since), fleet.Future(now, record.State.SucceededAt),
		!p.UpdatedAt.Equal(record.ReadFor), record.ReadBy != openedx.Version(),
		fleet.DailyDue(p.ID, record.Glanced.ReadAt, now),
		g.Changed(record.Glanced, record.PipelinesSince):
		return false
	}
	for _, w := range record.Watched {
		if fleet.Elapsed(now, w.LastSeen) >= stalledAfter {
			return false
		}
	}
	return true
}

// syncIdle does what a sync does for a project that GitLab has no news of. It reports
// whether the store has some, so that the project is to be read after all.
func (r *Reconciler) syncIdle(ctx context.Context, p fleet.Project, record fleetstore.StoredSync) (news bool, err error) {
	events, notes, _, err := r.Fleet.PendingEvents(ctx, p.ID, "")
	if err != nil || len(events) > 0 || slices.ContainsFunc(notes, r.due) {
		return err == nil, err
	}
	missed := record.MissedSince
	if err := r.detectMissedWebhooks(ctx, p, &record.SyncRecord, nil); err != nil {
		return false, err
	}
	record.State.TriedAt = r.Now()
	record.State.SucceededAt = record.State.TriedAt
	if record.MissedSince != missed {
		record.ChangedAt = record.State.TriedAt
	}
	if err := r.Operations.AdvanceIdle(ctx, p); err != nil {
		return true, nil //nolint:nilerr // reading the project in full tries again, and keeps the error for people
	}
	err = r.Fleet.ReplaceSyncRecord(ctx, record)
	if fault.Is(err, fault.Conflict) {
		return false, nil // another sync read the project meanwhile
	}
	return false, err
}
