package gitlab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/refusal"
)

// factsLimit bounds the look at a project that refused a request.
const factsLimit = 10 * time.Second

// translateRefusal is translateCall that looks at the project when GitLab's
// words leave the cause open. A look that fails changes nothing.
func (p *Project) translateRefusal(ctx context.Context, call refusal.Call, err error, doing string, args ...any) error {
	err = translateCall(call, err, doing, args...)
	var found *refusedError
	if !errors.As(err, &found) || found.refusal.With(call, everythingWrong).Reason == found.refusal.Reason {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, factsLimit)
	defer cancel()
	facts, lookErr := p.facts(ctx)
	if lookErr != nil {
		return err
	}
	return refused(found.refusal.With(call, facts), found.answer, fmt.Sprintf(doing, args...))
}

// everythingWrong are the fields of a project that explain any refusal: one that
// they do not change needs no look.
var everythingWrong = refusal.Facts{DeletionOn: "x", Archived: true, CIDisabled: true, Access: 1, CannotPush: true}

func (p *Project) facts(ctx context.Context) (refusal.Facts, error) {
	var project projectBody
	if err := p.get(ctx, p.path(), nil, &project); err != nil {
		return refusal.Facts{}, err
	}
	var branch branchBody
	err := p.get(ctx, p.path("repository", "branches", p.branch), nil, &branch)
	return refusal.Facts{
		DeletionOn: cmp.Or(project.DeletionOn.Value, project.DeletionAt.Value), Archived: project.Archived.Value,
		CIDisabled: project.ciDisabled(), VariablesRole: project.VariablesRole.Value, Access: project.access(),
		CannotPush: err == nil && branch.locked(),
	}, nil
}
