package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// goneAfter is how long GitLab must say that there is no such project before its open
// operations end: a token that lost its access gets the same answer, and mostly gets it
// back. A pipeline that is seen later reopens its operation.
const goneAfter = time.Hour

// errRecreated says that another project has the path of one that is gone: that one was
// deleted for certain.
var errRecreated = errors.New("the project was deleted and created again")

// errGone says that GitLab does not show the project.
var errGone = errors.New("the project is gone")

// whyGone says what became of a project that GitLab does not show by its id. A project
// is its id, so another one under its path never takes its place.
func whyGone(ctx context.Context, project fleet.Project, repo Repository, err error) error {
	if other, lookErr := repo.AtPath(ctx); lookErr == nil && other.GitLabID != project.GitLabID {
		return fault.Wrap(fault.NotFound, errors.Join(errRecreated, err),
			"Project %d was deleted in GitLab: %s is project %d now. Remove the project here and add it again", project.GitLabID, project.Path, other.GitLabID)
	}
	return fault.Wrap(fault.NotFound, errors.Join(errGone, err),
		"GitLab has no project %d any more, or the token may not see it. Give the token's user access again, or remove the project here", project.GitLabID)
}

// endOfGone ends the open operations of a project that was deleted, and keeps since when
// one that may have been deleted is not shown.
func (r *Reconciler) endOfGone(ctx context.Context, record *fleet.SyncRecord, syncErr error) error {
	switch {
	case syncErr == nil:
		record.GoneSince = time.Time{}
		return nil
	case errors.Is(syncErr, errRecreated):
	case errors.Is(syncErr, errGone):
		if age := r.Now().Sub(record.GoneSince); record.GoneSince.IsZero() || age < 0 { // a clock that was wrong
			record.GoneSince = r.Now()
			return nil
		} else if age < goneAfter {
			return nil
		}
	default:
		return nil // it says nothing about whether the project is there
	}
	if err := r.Operations.EndOpen(ctx, record.Project, fault.Message(syncErr)); err != nil {
		return fmt.Errorf("ending the operations of a project that is gone: %w", err)
	}
	return nil
}
