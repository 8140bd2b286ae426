//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"cmp"
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
	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

// ProjectAdmin is a GitLab server as adding projects needs it.
type ProjectAdmin struct{ *Client }

var _ projects.Remote = ProjectAdmin{}

// Describe reads the project itself.
func (p *Project) Describe(ctx context.Context) (fleet.Project, error) {
	found, err := p.Client.readProject(ctx, strconv.FormatInt(p.id, 10))
	return found.project(), err
}

// AtPath reads the project that has this one's last known path now; fault.NotFound when
// none has, or the token may not see it.
func (p *Project) AtPath(ctx context.Context) (fleet.Project, error) {
	found, err := p.Client.readProject(ctx, p.name)
	return found.project(), err
}

func (c *Client) readProject(ctx context.Context, idOrPath string) (projectBody, error) {
	var body projectBody
	err := c.get(ctx, pathOf("projects", idOrPath), nil, &body)
	return body, translate(err, "reading project %s", idOrPath)
}

// Inspect reads a project by its numeric id or its path.
func (e ProjectAdmin) Inspect(ctx context.Context, idOrPath string) (projects.Found, error) {
	b, err := e.readProject(ctx, idOrPath)
	if err != nil {
		return projects.Found{}, err
	}
	return projects.Found{
		Project: b.project(), Archived: b.Archived.Value, DeletionOn: cmp.Or(b.DeletionOn.Value, b.DeletionAt.Value),
		CIDisabled: b.ciDisabled(), VariablesRole: b.VariablesRole.Value, VariablesRestricted: b.RestrictVariables.Value,
		Access: b.access(),
	}, nil
}

// Access reads the role of the token's account where the project does not show it:
// it may come by an invited group. 0 when GitLab does not say.
func (e ProjectAdmin) Access(ctx context.Context, gitlabID int64) (int, error) {
	var who struct {
		ID int64 `json:"id"`
	}
	if err := e.get(ctx, "user", nil, &who); err != nil {
		return 0, translate(err, "reading the API token's account")
	}
	var member struct {
		Level int `json:"access_level"`
	}
	err := e.get(ctx, projectPath(gitlabID, "members", "all", strconv.FormatInt(who.ID, 10)), nil, &member)
	if hasStatus(err, http.StatusNotFound) {
		return 0, nil
	}
	return member.Level, translate(err, "reading the role of the API token's account")
}

// CanPush reports whether the token's account may push to a branch.
func (e ProjectAdmin) CanPush(ctx context.Context, gitlabID int64, branch string) (bool, error) {
	var b branchBody
	err := e.get(ctx, projectPath(gitlabID, "repository", "branches", branch), nil, &b)
	return !b.locked(), translate(err, "reading the branch %s", branch)
}

// Reach proves that a GitLab server answers, whether or not it takes the token,
// and returns its version where it does; fault.NotFound when what answers is none.
func (e ProjectAdmin) Reach(ctx context.Context) (projects.Version, error) {
	var v struct {
		Version string `json:"version"`
	}
	err := e.get(ctx, "version", nil, &v)
	if err == nil && v.Version != "" {
		return parseVersion(v.Version), nil
	}
	status := 0
	var answer *gogitlab.ErrorResponse
	if errors.As(err, &answer) {
		status = answer.Response.StatusCode
	}
	switch {
	case err == nil, fault.Is(err, fault.Upstream):
		return projects.Version{}, fault.New(fault.NotFound, "The server there is not GitLab: its answer to the question for its version is not GitLab's")
	case status == 0, status == http.StatusTooManyRequests, status >= 500:
		return projects.Version{}, translate(err, "asking for GitLab's version")
	case (status == http.StatusUnauthorized || status == http.StatusForbidden) && refusesAsGitLab(status, answer.Body):
		return projects.Version{}, nil
	}
	return projects.Version{}, fault.New(fault.NotFound, "The server there is not GitLab: it answers %d when asked for GitLab's version, and not as GitLab does", status)
}

// refusesAsGitLab distinguishes GitLab's refusal of a token from that of another server.
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

// Layout reports what of a Grove repository is at the root of a branch.
func (e ProjectAdmin) Layout(ctx context.Context, gitlabID int64, branch string) (projects.Layout, error) {
	var l projects.Layout
	options := gogitlab.ListTreeOptions{Ref: &branch}
	_, err := list(ctx, e.Client, projectPath(gitlabID, "repository", "tree"), &options, &options.ListOptions, maxRoot/pageSize, func(page []nodeBody) bool {
		for _, n := range page {
			l.ClusterFile = l.ClusterFile || n.Path == grove.ClusterFile && n.Type == "blob"
			l.Instances = l.Instances || n.Path == "instances" && n.Type == "tree"
		}
		return !l.ClusterFile || !l.Instances
	})
	return l, translate(err, "listing the root of %s", branch)
}

// maxRoot bounds how far the root of a repository is looked through.
const maxRoot = 5000

// noBranch is a name that git allows for no branch, so nothing can be started
// on it.
const noBranch = "ocim..check"

// TryTrigger proves a trigger token without starting anything: GitLab gets as far
// as the reference, which cannot exist. Newer versions look at the reference
// before the variables' role, older ones after it, so the role has to be read
// from the project as well.
func (e ProjectAdmin) TryTrigger(ctx context.Context, gitlabID int64, token secret.Value) error {
	options := &gogitlab.RunPipelineTriggerOptions{Ref: new(noBranch), Token: new(token.Reveal())}
	_, err := e.call(ctx, http.MethodPost, projectPath(gitlabID, "trigger", "pipeline"), options, nil)
	if err == nil {
		return fault.New(fault.Upstream, "GitLab accepted a pipeline for a branch that cannot exist")
	}
	err = translateCall(refusal.Trigger, err, "trying the trigger token")
	if r, is := refusal.From(err); is && r.Reason == refusal.BranchMissing {
		return nil
	}
	return err
}

// HookAt finds the webhook of an address; fault.NotFound when there is none.
func (e ProjectAdmin) HookAt(ctx context.Context, gitlabID int64, address string) (projects.Hook, error) {
	hooks, err := e.Hooks(ctx, gitlabID)
	if err != nil {
		return projects.Hook{}, err
	}
	for _, h := range hooks {
		if h.URL == address {
			return h, nil
		}
	}
	return projects.Hook{}, fault.New(fault.NotFound, "The project has no webhook to %s", address)
}

// Unhook removes the webhook of an address, if there is one.
func (e ProjectAdmin) Unhook(ctx context.Context, gitlabID int64, address string) error {
	h, err := e.HookAt(ctx, gitlabID, address)
	if err == nil {
		err = e.RemoveHook(ctx, gitlabID, h.ID)
	}
	return unlessGone(err)
}

// AddKey registers a deploy key that may write; the same key again gives the
// same id.
func (e ProjectAdmin) AddKey(ctx context.Context, gitlabID int64, title, publicKey string) (int64, error) {
	type deployKey struct {
		ID  int64  `json:"id"`
		Key string `json:"key"` // in the form of authorized_keys
	}
	var options gogitlab.ListOptions
	keys, err := listAll[deployKey](ctx, e.Client, projectPath(gitlabID, "deploy_keys"), &options, &options, maxAdminPages)
	if err != nil {
		return 0, translate(err, "listing deploy keys")
	}
	for _, k := range keys {
		if sameKey(k.Key, publicKey) {
			return k.ID, nil
		}
	}
	var made deployKey
	adding := &gogitlab.AddDeployKeyOptions{Title: &title, Key: &publicKey, CanPush: new(true)}
	_, err = e.call(ctx, http.MethodPost, projectPath(gitlabID, "deploy_keys"), adding, &made) // sent once
	return made.ID, translate(err, "adding the deploy key")
}

// sameKey compares keys without their comments.
func sameKey(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	return len(x) > 1 && len(y) > 1 && x[0] == y[0] && x[1] == y[1]
}

// HasKey reports whether a deploy key is registered.
func (e ProjectAdmin) HasKey(ctx context.Context, gitlabID, key int64) (bool, error) {
	err := translate(e.get(ctx, keyPath(gitlabID, key), nil, nil), "reading the deploy key")
	return err == nil, unlessGone(err)
}

func keyPath(gitlabID, key int64) string {
	return projectPath(gitlabID, "deploy_keys", strconv.FormatInt(key, 10))
}

// RemoveKey removes a deploy key, if it is there.
func (e ProjectAdmin) RemoveKey(ctx context.Context, gitlabID, key int64) error {
	_, err := e.call(ctx, http.MethodDelete, keyPath(gitlabID, key), nil, nil)
	return unlessGone(translate(err, "removing the deploy key"))
}

func unlessGone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
