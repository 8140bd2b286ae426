package installation

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/order"
)

// Fleet is the fleet's records, as far as they are measured.
type Fleet interface {
	Projects(ctx context.Context) ([]fleet.Project, error)
	SyncRecords(ctx context.Context) (map[string]fleet.SyncRecord, error)
	WaitingEvents(ctx context.Context, cluster, after string) ([]fleet.Event, string, error)
	PoisonEvents(ctx context.Context, cluster, after string) ([]fleet.Event, string, error)
	OpenOperations(ctx context.Context, cluster string) ([]fleet.Operation, error)
}

// Figures are what is measured of the work in the background. Zero times mean that there
// is nothing: no event that waits, no operation that runs, no sync so far.
type Figures struct {
	Projects []ProjectFigures
	Notices  Notices
}

// ProjectFigures are the figures of a project.
type ProjectFigures struct {
	Project      string
	AddedAt      time.Time
	SyncedAt     time.Time // when its last sync succeeded
	SyncFailed   bool
	Waiting      int // webhook events that are not applied yet
	Oldest       time.Time
	SetAside     int // events that can't be applied
	Queued       int // operations that wait
	Running      string
	RunningSince time.Time
}

// Notices is how far the notifications are.
type Notices struct {
	Waiting int // deliveries that did not arrive yet
	Failing int // of these, how many were tried
	Oldest  time.Time
}

const (
	measuredAtOnce = 8
	maxPages       = 5 // of events of a project; more are counted as these
)

// Measure reads the figures.
func (s *Service) Measure(ctx context.Context) (Figures, error) {
	var out Figures
	projects, err := s.Fleet.Projects(ctx)
	if err != nil {
		return out, err
	}
	records, err := s.Fleet.SyncRecords(ctx)
	if err != nil {
		return out, err
	}
	var mu sync.Mutex
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(measuredAtOnce)
	for _, p := range projects {
		group.Go(func() error {
			record := records[p.ID]
			figures, err := s.measure(reading, ProjectFigures{
				Project: p.ID, AddedAt: p.CreatedAt, SyncedAt: record.State.SucceededAt, SyncFailed: record.State.Error != "",
			})
			mu.Lock()
			defer mu.Unlock()
			out.Projects = append(out.Projects, figures)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return out, err
	}
	order.Sort(out.Projects, func(a, b ProjectFigures) int { return cmp.Compare(a.Project, b.Project) })
	out.Notices, err = s.Backlog(ctx)
	return out, err
}

func (s *Service) measure(ctx context.Context, f ProjectFigures) (ProjectFigures, error) {
	waiting, oldest, err := count(ctx, f.Project, s.Fleet.WaitingEvents)
	if err != nil {
		return f, fmt.Errorf("counting waiting events of %s: %w", f.Project, err)
	}
	f.Waiting, f.Oldest = waiting, oldest
	if f.SetAside, _, err = count(ctx, f.Project, s.Fleet.PoisonEvents); err != nil {
		return f, fmt.Errorf("counting set-aside events of %s: %w", f.Project, err)
	}
	operations, err := s.Fleet.OpenOperations(ctx, f.Project)
	if err != nil {
		return f, fmt.Errorf("reading open operations of %s: %w", f.Project, err)
	}
	for _, op := range operations {
		if op.State == fleet.Requested {
			f.Queued++
			continue
		}
		since := op.AcceptedAt
		if since.IsZero() {
			since = op.RequestedAt
		}
		if f.RunningSince.IsZero() || since.Before(f.RunningSince) {
			f.Running, f.RunningSince = op.ID, since
		}
	}
	return f, nil
}

func count(ctx context.Context, cluster string, read func(ctx context.Context, cluster, after string) ([]fleet.Event, string, error)) (n int, oldest time.Time, err error) {
	after := ""
	for range maxPages {
		events, next, err := read(ctx, cluster, after)
		if err != nil {
			return n, oldest, err
		}
		n += len(events)
		for _, e := range events {
			if oldest.IsZero() || e.ReceivedAt.Before(oldest) {
				oldest = e.ReceivedAt
			}
		}
		if next == "" {
			break
		}
		after = next
	}
	return n, oldest, nil
}
