package gitlab

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
)

// ProjectAdmin is a GitLab server as adding projects needs it.
type ProjectAdmin struct{ *Client }

var _ projects.Remote = ProjectAdmin{}

// Describe reads the project itself.
func (p *Project) Describe(ctx context.Context) (fleet.Project, error) {
	found, err := ProjectAdmin{&Client{api: p.api}}.Inspect(ctx, strconv.Itoa(p.id))
	return found.Project, err
}

// Inspect reads a project by its numeric id or its path.
func (e ProjectAdmin) Inspect(ctx context.Context, idOrPath string) (projects.Found, error) {
	var id any = idOrPath
	if n, err := strconv.Atoi(idOrPath); err == nil {
		id = n
	}
	p, _, err := e.api.Projects.GetProject(id, nil, gogitlab.WithContext(ctx))
	if err != nil {
		return projects.Found{}, translate(err, "reading project %s", idOrPath)
	}
	found := projects.Found{Archived: p.Archived, Project: fleet.Project{
		GitLabID: int64(p.ID), Path: p.PathWithNamespace, WebURL: p.WebURL, DefaultBranch: p.DefaultBranch,
	}}
	if p.EmptyRepo {
		found.Project.DefaultBranch = ""
	}
	if access := p.Permissions; access != nil {
		if access.ProjectAccess != nil {
			found.Access = int(access.ProjectAccess.AccessLevel)
		}
		if access.GroupAccess != nil {
			found.Access = max(found.Access, int(access.GroupAccess.AccessLevel))
		}
	}
	return found, nil
}

// Reach proves that a GitLab server answers, whether or not it takes the token;
// fault.NotFound when what answers is none.
func (e ProjectAdmin) Reach(ctx context.Context) error {
	v, resp, err := e.api.Version.GetVersion(gogitlab.WithContext(ctx))
	if err == nil && v.Version != "" {
		return nil
	}
	if resp == nil {
		return translate(err, "asking for GitLab's version")
	}
	var answer *gogitlab.ErrorResponse
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		if errors.As(err, &answer) && refusesAsGitLab(code, answer.Body) {
			return nil
		}
	case code == http.StatusTooManyRequests, code >= 500:
		return translate(err, "asking for GitLab's version")
	}
	return fault.New(fault.NotFound, "What answers there is no GitLab: it answers %d when it is asked for GitLab's version, and not as GitLab does", resp.StatusCode)
}

// refusesAsGitLab tells GitLab's refusal of a token from that of another server.
func refusesAsGitLab(code int, body []byte) bool {
	var said struct {
		Message     string `json:"message"` // "401 Unauthorized"
		Error       string `json:"error"`   // of a token that expired, was revoked or has another scope
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &said) != nil {
		return false
	}
	return strings.HasPrefix(said.Message, strconv.Itoa(code)+" ") || said.Error != "" && said.Description != ""
}

// Token reads what the API token may.
func (e ProjectAdmin) Token(ctx context.Context) (projects.Token, error) {
	t, err := e.Client.Token(ctx)
	return projects.Token{Name: t.Name, Scopes: t.Scopes, ExpiresAt: t.ExpiresAt}, err
}

// Layout tells what of a Grove repository is at the root of a branch.
func (e ProjectAdmin) Layout(ctx context.Context, gitlabID int64, branch string) (projects.Layout, error) {
	opt := &gogitlab.ListTreeOptions{Ref: &branch, ListOptions: gogitlab.ListOptions{PerPage: pageSize, Page: 1}}
	var l projects.Layout
	for range maxRoot / pageSize {
		nodes, answer, err := e.api.Repositories.ListTree(int(gitlabID), opt, gogitlab.WithContext(ctx))
		if err != nil {
			return projects.Layout{}, translate(err, "listing the root of %s", branch)
		}
		for _, n := range nodes {
			l.ClusterFile = l.ClusterFile || n.Path == grove.ClusterFile && n.Type == "blob"
			l.Instances = l.Instances || n.Path == "instances" && n.Type == "tree"
		}
		if answer.NextPage == 0 || l.ClusterFile && l.Instances {
			break
		}
		opt.Page = answer.NextPage
	}
	return l, nil
}

// maxRoot bounds how far the root of a repository is looked through.
const maxRoot = 5000

// noBranch is a name that git allows for no branch, so nothing can be started
// on it.
const noBranch = "ocim..check"

// TryTrigger proves a trigger token: GitLab looks at the token before it looks at
// the branch.
func (e ProjectAdmin) TryTrigger(ctx context.Context, gitlabID int64, token secret.Value) error {
	branch, value := noBranch, token.Reveal()
	_, _, err := e.api.PipelineTriggers.RunPipelineTrigger(int(gitlabID),
		&gogitlab.RunPipelineTriggerOptions{Ref: &branch, Token: &value}, gogitlab.WithContext(ctx))
	var answer *gogitlab.ErrorResponse
	if errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode == http.StatusBadRequest {
		return nil
	}
	return translate(err, "trying the trigger token")
}

// HookAt finds the webhook of an address; fault.NotFound when there is none.
func (e ProjectAdmin) HookAt(ctx context.Context, gitlabID int64, address string) (projects.Hook, error) {
	h, err := e.hookAt(ctx, gitlabID, address)
	return projects.Hook{Pipelines: h.Pipelines, Pushes: h.Pushes, Disabled: h.Disabled}, err
}

func (e ProjectAdmin) hookAt(ctx context.Context, gitlabID int64, address string) (Webhook, error) {
	hooks, err := e.Hooks(ctx, gitlabID)
	if err != nil {
		return Webhook{}, err
	}
	for _, h := range hooks {
		if h.URL == address {
			return h, nil
		}
	}
	return Webhook{}, fault.New(fault.NotFound, "The project has no webhook to %s", address)
}

// Unhook removes the webhook of an address, if there is one.
func (e ProjectAdmin) Unhook(ctx context.Context, gitlabID int64, address string) error {
	h, err := e.hookAt(ctx, gitlabID, address)
	if err == nil {
		err = e.Client.RemoveHook(ctx, gitlabID, h.ID)
	}
	return unlessGone(err)
}

// AddKey registers a deploy key that may write; the same key again gives the
// same id.
func (e ProjectAdmin) AddKey(ctx context.Context, gitlabID int64, title, publicKey string) (int64, error) {
	keys, err := e.DeployKeys(ctx, gitlabID)
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		if sameKey(k.Key, publicKey) {
			return k.ID, nil
		}
	}
	k, err := e.AddDeployKey(ctx, gitlabID, title, publicKey, true)
	return k.ID, err
}

// sameKey compares keys without their comments.
func sameKey(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	return len(x) > 1 && len(y) > 1 && x[0] == y[0] && x[1] == y[1]
}

// HasKey tells whether a deploy key is registered.
func (e ProjectAdmin) HasKey(ctx context.Context, gitlabID, key int64) (bool, error) {
	_, err := e.DeployKey(ctx, gitlabID, key)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// RemoveKey removes a deploy key, if it is there.
func (e ProjectAdmin) RemoveKey(ctx context.Context, gitlabID, key int64) error {
	return unlessGone(e.RemoveDeployKey(ctx, gitlabID, key))
}

func unlessGone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
