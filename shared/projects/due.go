package projects

import (
	"context"
	"time"
)

// How often a project's token and webhook are checked: normally, while a check fails,
// and at most.
const (
	checkEvery   = 24 * time.Hour
	checkFailing = time.Hour
	checkAtMost  = 5 * time.Minute
)

// CheckDue runs the checks of a project if they are due: once a day, once an hour while
// one fails, and when its syncs begin to fail or to succeed, because the checks find out
// why.
func (s *Service) CheckDue(ctx context.Context, project string) error {
	health, err := s.Fleet.Health(ctx, project)
	if err != nil {
		return err
	}
	every := checkEvery
	if len(health.Troubles(s.Now())) > 0 {
		every = checkFailing
	}
	if age := s.Now().Sub(health.CheckedAt); age < checkAtMost {
		return nil
	} else if age < every {
		record, err := s.Fleet.SyncRecord(ctx, project)
		if err != nil || !record.ChangedAt.After(health.CheckedAt) {
			return err
		}
	}
	_, err = s.CheckProject(ctx, project, "")
	return err
}
