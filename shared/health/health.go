package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// ErrNoInspector is the cause of an error to open a cluster that is not set up
// to be asked.
var ErrNoInspector = errors.New("no inspector")

// limit is how long a cluster may take to answer.
const limit = 10 * time.Second

// States of fleet.Online.
const (
	online  = "online"
	offline = "offline"
	unknown = "unknown"
)

// Cluster reports what runs in it.
type Cluster interface {
	Instances(ctx context.Context) (clusterfn.InstanceList, error)
	Pods(ctx context.Context, instance string) (clusterfn.PodList, error)
	Log(ctx context.Context, instance string, q clusterfn.LogQuery) (clusterfn.Log, error)
}

// Store is the fleet's records as far as health needs them.
type Store interface {
	ChangeChunk(ctx context.Context, cluster string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error
	JobReports(ctx context.Context, cluster, instance string) ([]fleet.JobReport, error)
	KeepJobReport(ctx context.Context, cluster, instance string, report fleet.JobReport) error
	Observation(ctx context.Context, project string) (fleet.Observation, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	Rows(ctx context.Context, cluster string, names ...string) (*fleet.Chunk, error)
	SaveObservation(ctx context.Context, o fleet.Observation) error
}

// Service observes clusters.
type Service struct {
	Fleet Store
	// Open gives a project's cluster; ErrNoInspector when it cannot be asked.
	Open func(ctx context.Context, project fleet.Project) (Cluster, error)
	// Deployed gives what an instance was deployed with last, by asking GitLab; nil
	// when that is not known.
	Deployed func(ctx context.Context, project fleet.Project, instance string) (*grove.Configured, error)
	// Mask gives what masks an instance's secrets in a line of a log; nil: no logs of jobs
	// are kept.
	Mask func(ctx context.Context, project fleet.Project, instance string) (func(line string) string, error)
	Now  func() time.Time
}

// Observe asks a project's cluster once what it runs, for at most ten seconds, and
// keeps the answer. A cluster that does not answer is offline; that is kept too,
// and is the error that is returned. A caller that gives up changes nothing, and
// neither does a busy cluster.
func (s *Service) Observe(ctx context.Context, project string) error {
	p, err := s.Fleet.Project(ctx, project)
	if err != nil {
		return err
	}
	return s.ObserveProject(ctx, p)
}

// ObserveProject is Observe for a project that was read.
func (s *Service) ObserveProject(ctx context.Context, p fleet.Project) error {
	project := p.ID
	cluster, err := s.Open(ctx, p)
	if errors.Is(err, ErrNoInspector) {
		return s.lose(ctx, project, unknown, fault.Message(err))
	}
	var list clusterfn.InstanceList
	asked := s.Now()
	if err == nil {
		list, err = ask(ctx, cluster)
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("asking %s what it runs: %w", project, ctx.Err())
	case fault.Is(err, fault.Unavailable):
		return errors.Join(err, s.lose(ctx, project, offline, fault.Message(err)))
	case err != nil:
		return fmt.Errorf("asking %s what it runs: %w", project, err)
	}
	// The cluster's own clock may be wrong, so it is this one that counts.
	now := s.Now().UTC()
	if err := s.Fleet.SaveObservation(ctx, fleet.Observation{Project: project, At: now}); err != nil {
		return fmt.Errorf("keeping when %s was seen: %w", project, err)
	}
	doubts, err := s.keep(ctx, project, list, asked)
	if err != nil {
		return err
	}
	return errors.Join(s.clear(ctx, p, doubts), s.keepJobs(ctx, p, cluster, list))
}

func ask(ctx context.Context, c Cluster) (clusterfn.InstanceList, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	list, err := c.Instances(ctx)
	if errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) == fault.Internal {
		err = fault.Wrap(fault.Unavailable, err, "The cluster did not answer within %d seconds.", int(limit.Seconds()))
	}
	return list, err
}

// keep writes what a cluster said of its instances when it was asked. Of those that
// are not in git it keeps the names. It gives those of which GitLab has to show
// whether they drifted.
func (s *Service) keep(ctx context.Context, project string, list clusterfn.InstanceList, asked time.Time) (doubts []doubt, err error) {
	now := s.Now().UTC()
	runs := make(map[string]clusterfn.Instance, len(list.Instances))
	for _, i := range list.Instances {
		runs[i.Name] = i
	}
	unread := ""
	if len(list.Unread) > 0 {
		unread = list.Unread[0].Reason
	}
	err = s.Fleet.ChangeChunk(ctx, project, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		doubts = nil
		if chunk == nil {
			return nil, nil
		}
		changed := setOnline(&chunk.Cluster.Online, online, unread, now)
		changed = setNotInGit(chunk, list.Instances, now) || changed
		for i := range chunk.Rows {
			row := &chunk.Rows[i]
			if row.Digest == "" {
				continue
			}
			is := fleet.HealthState{State: fleet.Unknown, Reason: unread, At: now}
			if r, ok := runs[row.Instance.Name]; ok {
				is.State, is.Reason, is.NextStep = fleet.Health(r.Health), r.Reason, r.NextStep
			} else if unread == "" {
				is.Reason = "The cluster does not run it"
				if row.Instance.Lifecycle == fleet.Pending {
					is.Reason = "Not deployed yet"
				}
			}
			changed = setHealth(&row.Instance.Health, is) || changed
			d, differs := compare(*row, runs, list.Scaling, asked)
			switch {
			case !differs:
				changed = setDrift(row, "", nil) || changed
			case d.compared != row.Compared:
				doubts = append(doubts, d)
			}
		}
		return ifChanged(chunk, changed)
	})
	return doubts, err
}

// lose writes that nothing is known of a cluster. One that was never known stays
// as it is.
func (s *Service) lose(ctx context.Context, project, state, reason string) error {
	if state == unknown {
		// This is asked of each such cluster every minute, so the instances are not read.
		facts, err := s.Fleet.Rows(ctx, project)
		if fault.Is(err, fault.NotFound) || err == nil && facts.Cluster.Online.State == unknown {
			return nil
		}
		if err != nil {
			return err
		}
	}
	observed, err := s.Fleet.Observation(ctx, project)
	if err != nil {
		return fmt.Errorf("reading when %s was last seen: %w", project, err)
	}
	seen := observed.At
	return s.Fleet.ChangeChunk(ctx, project, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, nil
		}
		changed := setOnline(&chunk.Cluster.Online, state, reason, s.Now().UTC())
		last := "The cluster does not answer"
		if state == unknown {
			last = "The cluster is not asked any more"
		}
		if !seen.IsZero() {
			last += ", last seen " + seen.UTC().Format("2 Jan 15:04 UTC")
		}
		for i := range chunk.Rows {
			row := &chunk.Rows[i]
			if row.Digest == "" {
				continue
			}
			h := &row.Instance.Health
			changed = setHealth(h, fleet.HealthState{State: fleet.Unknown, Reason: last, At: h.At}) || changed
			changed = setDrift(row, "", nil) || changed
		}
		return ifChanged(chunk, changed)
	})
}

func ifChanged(chunk *fleet.Chunk, changed bool) (*fleet.Chunk, error) {
	if !changed {
		return nil, nil
	}
	return chunk, nil
}

func setOnline(o *fleet.Online, state, reason string, at time.Time) bool {
	if o.State == state && o.Reason == reason {
		return false
	}
	if o.State == state {
		at = o.At // it has been so for longer
	}
	*o = fleet.Online{State: state, At: at, Reason: reason}
	return true
}

// Bounds of fleet.Cluster's NotInGit. Pipelines take their time: until then, an instance
// may run before its files are read, or after they left git.
const (
	maxNotInGit  = 20
	notInGitFrom = time.Hour
)

func setNotInGit(chunk *fleet.Chunk, runs []clusterfn.Instance, now time.Time) bool {
	rows := make(map[string]fleet.Row, len(chunk.Rows))
	for _, row := range chunk.Rows {
		rows[row.Instance.Name] = row
	}
	var names []string
	for _, i := range runs {
		row := rows[i.Name]
		lately := fleet.Elapsed(now, i.CreatedAt) < notInGitFrom || fleet.Elapsed(now, row.Instance.ChangedAt) < notInGitFrom
		if row.Digest == "" && row.Instance.Lifecycle != fleet.Pending && !lately {
			names = append(names, i.Name)
		}
	}
	slices.Sort(names)
	names = names[:min(len(names), maxNotInGit)]
	if slices.Equal(chunk.Cluster.NotInGit, names) {
		return false
	}
	chunk.Cluster.NotInGit = names
	return true
}

func setHealth(h *fleet.HealthState, is fleet.HealthState) bool {
	if h.State == is.State && !h.At.IsZero() {
		is.At = h.At // it has been so for longer
	}
	if h.State == is.State && h.Reason == is.Reason && h.NextStep == is.NextStep {
		return false
	}
	*h = is
	return true
}
