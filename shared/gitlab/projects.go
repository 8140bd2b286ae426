package gitlab

import (
	"context"
	"strconv"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

// Describe reads a project by its numeric id or its path.
func (c *Client) Describe(ctx context.Context, idOrPath string) (fleet.Project, error) {
	var id any = idOrPath
	if n, err := strconv.Atoi(idOrPath); err == nil {
		id = n
	}
	p, _, err := c.api.Projects.GetProject(id, nil, gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Project{}, translate(err, "reading project %s", idOrPath)
	}
	return fleet.Project{GitLabID: int64(p.ID), Path: p.PathWithNamespace, WebURL: p.WebURL, DefaultBranch: p.DefaultBranch}, nil
}

// Hook makes GitLab send pipeline and push events to an address with a secret.
func (c *Client) Hook(ctx context.Context, gitlabID int64, address string, key secret.Value) error {
	project, yes, no, token := int(gitlabID), true, false, key.Reveal()
	hooks, _, err := c.api.Projects.ListProjectHooks(project,
		&gogitlab.ListProjectHooksOptions{PerPage: pageSize}, gogitlab.WithContext(ctx))
	if err != nil {
		return translate(err, "listing webhooks")
	}
	for _, h := range hooks {
		if h.URL != address {
			continue
		}
		_, _, err := c.api.Projects.EditProjectHook(project, h.ID, &gogitlab.EditProjectHookOptions{
			URL: &address, Token: &token, PipelineEvents: &yes, PushEvents: &yes, EnableSSLVerification: &yes,
		}, gogitlab.WithContext(ctx))
		return translateCall(refusal.Hook, err, "updating the webhook")
	}
	_, _, err = c.api.Projects.AddProjectHook(project, &gogitlab.AddProjectHookOptions{
		URL: &address, Token: &token, PipelineEvents: &yes, PushEvents: &yes, EnableSSLVerification: &yes,
		IssuesEvents: &no, MergeRequestsEvents: &no, NoteEvents: &no, TagPushEvents: &no, JobEvents: &no, WikiPageEvents: &no,
	}, gogitlab.WithContext(ctx))
	return translateCall(refusal.Hook, err, "adding the webhook")
}
