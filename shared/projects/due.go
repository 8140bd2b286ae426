package projects

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
)

// How often a project's token and webhook are checked while a check fails, and at most.
// Otherwise they are checked once a day.
const (
	checkFailing = time.Hour
	checkAtMost  = 5 * time.Minute
)

// Due gives those of the projects whose checks are due: once a day, once an hour while one
// fails, and when a project's syncs begin to fail or to succeed or GitLab refused an
// operation, because the checks find out why. It costs a few reads for all of them together.
func (s *Service) Due(ctx context.Context, projects []fleet.Project) ([]string, error) {
	healths, err := s.Fleet.ProjectHealths(ctx)
	if err != nil {
		return nil, err
	}
	records, err := s.Fleet.SyncRecords(ctx)
	if err != nil {
		return nil, err
	}
	var due []string
	for _, p := range projects {
		if isDue(healths[p.ID], records[p.ID], p.ID, s.Now()) {
			due = append(due, p.ID)
		}
	}
	return due, nil
}

// RunChecks runs all checks of a project and keeps what they say.
func (s *Service) RunChecks(ctx context.Context, project string) error {
	_, err := s.CheckProject(ctx, project, "")
	return err
}

func isDue(health fleet.ProjectHealth, record fleet.SyncRecord, project string, now time.Time) bool {
	age := fleet.Elapsed(now, health.CheckedAt)
	switch {
	case health.RefusedAt.After(health.CheckedAt) && !health.RefusedAt.After(now): // a time in the future was noted by a wrong clock
		return true
	case age < checkAtMost:
		return false
	case record.ChangedAt.After(health.CheckedAt), fleet.DailyDue(project, health.CheckedAt, now):
		return true
	}
	return len(health.Troubles(now)) > 0 && age >= checkFailing
}
