package usage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/lease"
)

const (
	limit      = 20 * time.Second // of one project's collecting
	retryAfter = 10 * time.Minute // a failure
	askAfter   = time.Minute      // by a person; a report may be dear
	leaseLife  = time.Minute      // more than collecting and keeping take
	step       = 7                // days between the points of the history that is requested
	mostPast   = 12               // reports on the past of one run
	atOnce     = 8                // instances that are written at the same time
)

// ErrNoReport is the cause of an error when a cluster has no usage report, or is not
// configured for one.
var ErrNoReport = errors.New("no usage report")

// Cluster reports its usage.
type Cluster interface {
	Usage(ctx context.Context, p clusterfn.Period) (clusterfn.UsageReport, error)
}

// Store is the fleet's records as far as usage needs them.
type Store interface {
	AcquireLease(ctx context.Context, name, holder string, life time.Duration) (lease.Lease, error)
	Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	ReleaseLease(ctx context.Context, lease lease.Lease) error
	SaveUsage(ctx context.Context, cluster, instance string, points []fleet.UsagePoint) error
	SaveUsageState(ctx context.Context, u fleet.UsageState) error
	UsageState(ctx context.Context, project string) (fleet.UsageState, error)
	UsageStates(ctx context.Context) (map[string]fleet.UsageState, error)
}

// Service collects usage.
type Service struct {
	Fleet Store
	// Open gives a project's cluster.
	Open  func(ctx context.Context, project fleet.Project) (Cluster, error)
	Now   func() time.Time
	NewID func() string
}

// Collect asks a project's cluster for the usage up to yesterday unless that is
// known, then for some of the past if the cluster has it, for at most twenty
// seconds. A failure is kept, so that the usage page shows it, and is not retried
// for ten minutes. It does nothing while another replica collects.
func (s *Service) Collect(ctx context.Context, project string) error {
	_, _, days, err := s.due(ctx, project)
	if err != nil || len(days) == 0 {
		return err
	}
	lease, err := s.lease(ctx, project)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	if err != nil {
		return err
	}
	defer s.release(ctx, lease)
	// It may be known by now.
	p, state, days, err := s.due(ctx, project)
	if err != nil || len(days) == 0 {
		return err
	}
	return s.ask(ctx, p, state, days)
}

// Refresh asks a project's cluster again for the usage up to yesterday, for at most
// twenty seconds. Within a minute of the last try it gives what came of that.
// fault.Conflict while another replica collects; ErrNoReport when there is none.
func (s *Service) Refresh(ctx context.Context, project string) error {
	lease, err := s.lease(ctx, project)
	if err != nil {
		return err
	}
	defer s.release(ctx, lease)
	p, state, err := s.known(ctx, project)
	if err != nil {
		return err
	}
	now := s.Now().UTC()
	if state.TriedFor.Equal(p.UpdatedAt) && fleet.Elapsed(now, state.TriedAt) < askAfter {
		return outcome(state)
	}
	return s.ask(ctx, p, state, []time.Time{lastDay(p.UsageContract(), now)})
}

// outcome gives the error that a last try ended with.
func outcome(state fleet.UsageState) error {
	switch {
	case state.Unset:
		return fault.Wrap(fault.Unavailable, ErrNoReport, "%s", state.Error)
	case state.Error != "":
		return fault.New(fault.Unavailable, "%s", state.Error)
	}
	return nil
}

func (s *Service) lease(ctx context.Context, project string) (lease.Lease, error) {
	return s.Fleet.AcquireLease(ctx, "usage#"+project, s.NewID(), leaseLife)
}

// release gives a lease back, even when ctx is over. Otherwise the lease expires.
func (s *Service) release(ctx context.Context, lease lease.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = s.Fleet.ReleaseLease(ctx, lease)
}

func (s *Service) known(ctx context.Context, project string) (fleet.Project, fleet.UsageState, error) {
	p, err := s.Fleet.Project(ctx, project)
	if err != nil {
		return p, fleet.UsageState{}, err
	}
	state, err := s.Fleet.UsageState(ctx, project)
	if err != nil {
		err = fmt.Errorf("reading what usage is known of %s: %w", project, err)
	}
	return p, state, err
}

// Due gives those of the projects whose usage is to be collected now. It costs a few reads
// for all of them together.
func (s *Service) Due(ctx context.Context, projects []fleet.Project) ([]string, error) {
	states, err := s.Fleet.UsageStates(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what usage is known: %w", err)
	}
	var due []string
	for _, p := range projects {
		if len(daysDue(p, states[p.ID], s.Now().UTC())) > 0 {
			due = append(due, p.ID)
		}
	}
	return due, nil
}

// due returns known with the days to request now.
func (s *Service) due(ctx context.Context, project string) (fleet.Project, fleet.UsageState, []time.Time, error) {
	p, state, err := s.known(ctx, project)
	if err != nil {
		return p, state, nil, err
	}
	return p, state, daysDue(p, state, s.Now().UTC()), nil
}

func daysDue(p fleet.Project, state fleet.UsageState, now time.Time) []time.Time {
	if state.Error != "" && state.TriedFor.Equal(p.UpdatedAt) && fleet.Elapsed(now, state.TriedAt) < retryAfter {
		return nil
	}
	days := missing(p.UsageContract(), state, now)
	if len(days) == 0 && state.Error != "" {
		// A day that is known was requested again. This clears its result.
		days = []time.Time{lastDay(p.UsageContract(), now)}
	}
	return days
}

// ask asks a cluster for days and keeps how far that went.
func (s *Service) ask(ctx context.Context, p fleet.Project, state fleet.UsageState, days []time.Time) error {
	caller, now := ctx, s.Now().UTC()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	asked, err := s.collect(ctx, p, p.UsageContract(), days)
	switch {
	case err == nil:
	case asked == 0 && errors.Is(caller.Err(), context.Canceled):
		return err // a canceled request says nothing about the cluster
	case asked > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = nil // slow, and goes on next time
	case errors.Is(err, clusterfn.ErrNoFunction), errors.Is(err, health.ErrNoInspector):
		err = fault.Wrap(fault.KindOf(err), errors.Join(ErrNoReport, err), "%s", fault.Message(err))
	}
	state.TriedAt, state.TriedFor, state.Error, state.Unset = now, p.UpdatedAt, "", errors.Is(err, ErrNoReport)
	if err != nil {
		state.Error = fault.Message(err)
	}
	for _, day := range days[:asked] {
		d := day.Format(time.DateOnly)
		if d >= state.Day {
			state.Day, state.CollectedAt = d, now
		}
		if state.Filled == "" || d < state.Filled {
			state.Filled = d
		}
	}
	// What was collected is known even when the caller's time is over.
	save, end := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer end()
	if serr := s.Fleet.SaveUsageState(save, state); serr != nil {
		err = errors.Join(err, fmt.Errorf("keeping what usage is known of %s: %w", p.ID, serr))
	}
	return err
}

// missing returns the days to request, newest first.
func missing(c fleet.UsageContract, known fleet.UsageState, now time.Time) []time.Time {
	latest := lastDay(c, now)
	var days []time.Time
	next := latest
	if known.Day < latest.Format(time.DateOnly) {
		days = append(days, latest)
	}
	if !c.History {
		return days
	}
	if filled, err := time.Parse(time.DateOnly, known.Filled); err == nil {
		next = filled
	}
	end := now.AddDate(0, 0, -fleet.UsageDays)
	for range mostPast {
		if next = before(c, next); next.Before(end) {
			return days
		}
		days = append(days, next)
	}
	return days
}

// lastDay gives the last day of the latest period that is over.
func lastDay(c fleet.UsageContract, now time.Time) time.Time {
	if c.Days == 0 {
		return clusterfn.LastMonth(now).To
	}
	return time.Date(now.Year(), now.Month(), now.Day()-1, 0, 0, 0, 0, time.UTC)
}

// before returns the last day of the period that precedes another.
func before(c fleet.UsageContract, day time.Time) time.Time {
	if c.Days == 0 {
		return clusterfn.LastMonth(day).To
	}
	return day.AddDate(0, 0, -step)
}

// period gives the period that ends with a day.
func period(c fleet.UsageContract, day time.Time) clusterfn.Period {
	if c.Days == 0 {
		return clusterfn.Period{From: day.AddDate(0, 0, 1-day.Day()), To: day}
	}
	return clusterfn.Period{From: day.AddDate(0, 0, 1-c.Days), To: day}
}

// collect requests the days one after another and stores the reports; it returns how
// many it stored.
func (s *Service) collect(ctx context.Context, p fleet.Project, c fleet.UsageContract, days []time.Time) (int, error) {
	chunk, err := s.Fleet.Chunk(ctx, p.ID)
	if fault.Is(err, fault.NotFound) {
		return 0, nil // not read yet
	}
	if err != nil {
		return 0, err
	}
	cluster, err := s.Open(ctx, p)
	if err != nil {
		return 0, err
	}
	points, asked := map[string][]fleet.UsagePoint{}, 0
	for _, day := range days {
		var report clusterfn.UsageReport
		if report, err = cluster.Usage(ctx, period(c, day)); err != nil {
			break
		}
		asked++
		for _, u := range report.Instances {
			// What a cluster runs besides instances is none of our business.
			if chunk.Row(u.Instance) == nil || strings.Contains(u.Instance, "#") {
				continue
			}
			points[u.Instance] = append(points[u.Instance], fleet.UsagePoint{
				Day: day.Format(time.DateOnly), From: report.From.Format(time.DateOnly),
				Users: u.Users, ActiveUsers: u.ActiveUsers, Courses: u.Courses, Hits: u.Hits,
			})
		}
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	for instance, list := range points {
		group.Go(func() error { return s.Fleet.SaveUsage(keep, p.ID, instance, list) })
	}
	if kerr := group.Wait(); kerr != nil {
		return 0, errors.Join(err, kerr)
	}
	return asked, err
}

// Try asks a project's cluster by a contract for the latest period, without
// keeping anything. A contract that cannot work is fault.Invalid.
func (s *Service) Try(ctx context.Context, p fleet.Project, c fleet.UsageContract) (clusterfn.UsageReport, error) {
	if err := c.Validate(); err != nil {
		return clusterfn.UsageReport{}, err
	}
	p.Usage = &c
	cluster, err := s.Open(ctx, p)
	if err != nil {
		return clusterfn.UsageReport{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return cluster.Usage(ctx, period(c, lastDay(c, s.Now().UTC())))
}
