package gitlab

import (
	"context"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

// Token is what GitLab says of the token a client uses.
type Token struct {
	Name      string    `json:"name"`
	Scopes    []string  `json:"scopes"`
	ExpiresAt time.Time `json:"expiresAt,omitzero" doc:"The day from which it is refused; absent when it does not expire"`
}

// Token reads the client's own token. One that is revoked or expired is
// fault.Upstream, as for every other call.
func (c *Client) Token(ctx context.Context) (Token, error) {
	t, _, err := c.api.PersonalAccessTokens.GetSinglePersonalAccessToken(gogitlab.WithContext(ctx))
	if err != nil {
		return Token{}, translate(err, "reading the API token")
	}
	out := Token{Name: t.Name, Scopes: t.Scopes}
	if t.ExpiresAt != nil {
		out.ExpiresAt = time.Time(*t.ExpiresAt)
	}
	return out, nil
}

// Webhook is a webhook of a project.
type Webhook struct {
	ID         int64
	URL        string
	Pipelines  bool // sends pipeline events
	Pushes     bool
	VerifyTLS  bool
	Disabled   bool // GitLab gave up on it after failures
	BranchOnly string
}

// Hooks lists the webhooks of a project.
func (c *Client) Hooks(ctx context.Context, gitlabID int64) ([]Webhook, error) {
	list, _, err := c.api.Projects.ListProjectHooks(int(gitlabID), &gogitlab.ListProjectHooksOptions{PerPage: pageSize}, gogitlab.WithContext(ctx))
	if err != nil {
		return nil, translate(err, "listing webhooks")
	}
	out := make([]Webhook, len(list))
	for i, h := range list {
		out[i] = Webhook{
			ID: int64(h.ID), URL: h.URL, Pipelines: h.PipelineEvents, Pushes: h.PushEvents, VerifyTLS: h.EnableSSLVerification,
			Disabled: h.AlertStatus != "" && h.AlertStatus != "executable", BranchOnly: h.PushEventsBranchFilter,
		}
	}
	return out, nil
}

// TestHook makes GitLab send a sample push event. GitLab answers whether the
// receiver took it; one that did not is fault.Invalid.
func (c *Client) TestHook(ctx context.Context, gitlabID, hook int64) error {
	_, err := c.api.Projects.TriggerTestProjectHook(int(gitlabID), int(hook), gogitlab.ProjectHookEventPush, gogitlab.WithContext(ctx))
	return translateCall(refusal.HookTest, err, "testing the webhook")
}

// RemoveHook removes a webhook; one that is not there is fault.NotFound.
func (c *Client) RemoveHook(ctx context.Context, gitlabID, hook int64) error {
	_, err := c.api.Projects.DeleteProjectHook(int(gitlabID), int(hook), gogitlab.WithContext(ctx))
	return translate(err, "removing the webhook")
}

// DeployKey is a public key that may read a project, or also write to it.
type DeployKey struct {
	ID      int64
	Title   string
	Key     string // in the form of authorized_keys
	CanPush bool
}

// DeployKeys lists the deploy keys of a project.
func (c *Client) DeployKeys(ctx context.Context, gitlabID int64) ([]DeployKey, error) {
	list, _, err := c.api.DeployKeys.ListProjectDeployKeys(int(gitlabID), &gogitlab.ListProjectDeployKeysOptions{PerPage: pageSize}, gogitlab.WithContext(ctx))
	if err != nil {
		return nil, translate(err, "listing deploy keys")
	}
	out := make([]DeployKey, len(list))
	for i, k := range list {
		out[i] = deployKey(k)
	}
	return out, nil
}

// DeployKey reads a deploy key of a project; one that is not there is
// fault.NotFound.
func (c *Client) DeployKey(ctx context.Context, gitlabID, key int64) (DeployKey, error) {
	k, _, err := c.api.DeployKeys.GetDeployKey(int(gitlabID), int(key), gogitlab.WithContext(ctx))
	if err != nil {
		return DeployKey{}, translate(err, "reading the deploy key")
	}
	return deployKey(k), nil
}

func deployKey(k *gogitlab.ProjectDeployKey) DeployKey {
	return DeployKey{ID: int64(k.ID), Title: k.Title, Key: k.Key, CanPush: k.CanPush}
}

// AddDeployKey registers a public key. It is sent once.
func (c *Client) AddDeployKey(ctx context.Context, gitlabID int64, title, key string, canPush bool) (DeployKey, error) {
	k, _, err := c.api.DeployKeys.AddDeployKey(int(gitlabID),
		&gogitlab.AddDeployKeyOptions{Title: &title, Key: &key, CanPush: &canPush}, gogitlab.WithContext(ctx))
	if err != nil {
		return DeployKey{}, translate(err, "adding the deploy key")
	}
	return deployKey(k), nil
}

// RemoveDeployKey removes a deploy key; one that is not there is
// fault.NotFound.
func (c *Client) RemoveDeployKey(ctx context.Context, gitlabID, key int64) error {
	_, err := c.api.DeployKeys.DeleteDeployKey(int(gitlabID), int(key), gogitlab.WithContext(ctx))
	return translate(err, "removing the deploy key")
}

// AddTriggerToken makes a trigger token for a project and gives its value, which
// GitLab shows to nobody else.
func (c *Client) AddTriggerToken(ctx context.Context, gitlabID int64, description string) (secret.Value, error) {
	t, _, err := c.api.PipelineTriggers.AddPipelineTrigger(int(gitlabID),
		&gogitlab.AddPipelineTriggerOptions{Description: &description}, gogitlab.WithContext(ctx))
	if err != nil {
		return secret.Value{}, translate(err, "making a trigger token")
	}
	return secret.New(t.Token), nil
}
