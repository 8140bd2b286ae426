package gitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/refusal"
)

// factsLimit bounds the look at a project that refused a request.
const factsLimit = 10 * time.Second

// refusedCall is translateCall that looks at the project when GitLab's words
// leave the cause open. A look that fails changes nothing.
func (p *Project) refusedCall(ctx context.Context, call refusal.Call, err error, doing string, args ...any) error {
	err = translateCall(call, err, doing, args...)
	var found *refusedError
	if !errors.As(err, &found) {
		return err
	}
	if same := found.refusal.With(call, allFacts); same.Reason == found.refusal.Reason {
		return err // GitLab's words are clear
	}
	ctx, cancel := context.WithTimeout(ctx, factsLimit)
	defer cancel()
	facts, lookErr := p.facts(ctx)
	if lookErr != nil {
		return err
	}
	better := found.refusal.With(call, facts)
	return refused(better, found.cause, 0, fmt.Sprintf(doing, args...))
}

// allFacts is a project in which everything is wrong: a refusal that it does not
// change needs no look.
var allFacts = refusal.Facts{DeletionOn: "x", Archived: true, CIDisabled: true, Access: 1, CannotPush: true}

// projectBody is what is read of a project.
type projectBody struct {
	ID            int64  `json:"id"`
	Path          string `json:"path_with_namespace"`
	WebURL        string `json:"web_url"`
	DefaultBranch string `json:"default_branch"`
	EmptyRepo     bool   `json:"empty_repo"`
	Archived      bool   `json:"archived"`
	DeletionOn    string `json:"marked_for_deletion_on"`
	DeletionAt    string `json:"marked_for_deletion_at"` // before 16.0
	BuildsLevel   string `json:"builds_access_level"`
	VariablesRole string `json:"ci_pipeline_variables_minimum_override_role"`
	Permissions   struct {
		Project *accessBody `json:"project_access"`
		Group   *accessBody `json:"group_access"`
	} `json:"permissions"`
}

type accessBody struct {
	Level int `json:"access_level"`
}

func (b projectBody) access() int {
	level := 0
	for _, a := range []*accessBody{b.Permissions.Project, b.Permissions.Group} {
		if a != nil {
			level = max(level, a.Level)
		}
	}
	return level
}

func (b projectBody) facts() refusal.Facts {
	deletion := b.DeletionOn
	if deletion == "" {
		deletion = b.DeletionAt
	}
	return refusal.Facts{
		DeletionOn: deletion, Archived: b.Archived, CIDisabled: b.BuildsLevel == "disabled",
		VariablesRole: b.VariablesRole, Access: b.access(),
	}
}

func (p *Project) facts(ctx context.Context) (refusal.Facts, error) {
	var project projectBody
	if err := get(ctx, p.api, "projects/"+strconv.Itoa(p.id), &project); err != nil {
		return refusal.Facts{}, err
	}
	facts := project.facts()
	var branch struct {
		CanPush *bool `json:"can_push"`
	}
	if err := get(ctx, p.api, p.path("repository/branches/"+url.PathEscape(p.branch)), &branch); err == nil {
		facts.CannotPush = branch.CanPush != nil && !*branch.CanPush
	}
	return facts, nil
}

// get reads what out names of an answer.
func get(ctx context.Context, api *gogitlab.Client, path string, out any) error {
	req, err := api.NewRequest(http.MethodGet, path, nil, []gogitlab.RequestOptionFunc{gogitlab.WithContext(ctx)})
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if _, err := api.Do(req, &body); err != nil {
		return err
	}
	return json.Unmarshal(body.Bytes(), out)
}
