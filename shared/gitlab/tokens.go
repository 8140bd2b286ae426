//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"context"
	"net/http"
	"strconv"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/pattern"
	"github.com/open-craft/ocim/shared/secret"
)

// Token is what GitLab says of the token a client uses.
type Token struct {
	Name      string
	Scopes    []string
	ExpiresAt time.Time // the day from which it is refused; zero when it does not expire
	Kind      string    // "project", "group", "service account" or "personal"; empty when GitLab does not say
	Owner     string    // user name of the account it belongs to
}

// Names that GitLab gives to the accounts behind its tokens
// (app/services/resource_access_tokens/create_service.rb,
// ee/app/services/users/service_accounts/create_service.rb).
var (
	projectBot     = pattern.Lazy(`^project_?\d+_bot`)
	groupBot       = pattern.Lazy(`^group_?\d+_bot`)
	serviceAccount = pattern.Lazy(`^service_account_`)
)

// Token reads the client's own token, since GitLab 15.5. One that is revoked or
// expired is fault.Upstream, as for every other call.
func (c *Client) Token(ctx context.Context) (Token, error) {
	var t struct {
		Name      string       `json:"name"`
		Scopes    []string     `json:"scopes"`
		ExpiresAt soft[string] `json:"expires_at"`
	}
	if err := c.get(ctx, "personal_access_tokens/self", nil, &t); err != nil {
		return Token{}, translate(err, "reading the API token")
	}
	out := Token{Name: t.Name, Scopes: t.Scopes}
	if day, err := time.Parse(time.DateOnly, t.ExpiresAt.Value); err == nil {
		out.ExpiresAt = day
	}
	var owner struct {
		Username string      `json:"username"`
		Bot      soft[*bool] `json:"bot"`
	}
	// A token without the scope for it may still be known by name and scopes.
	if err := c.get(ctx, "user", nil, &owner); err == nil {
		out.Owner, out.Kind = owner.Username, tokenKind(owner.Username, owner.Bot.Value)
	}
	return out, nil
}

func tokenKind(username string, bot *bool) string {
	switch {
	case projectBot().MatchString(username):
		return "project"
	case groupBot().MatchString(username):
		return "group"
	case serviceAccount().MatchString(username), bot != nil && *bot:
		return "service account"
	case bot == nil:
		return "" // GitLab before 13.10 or so reports nothing
	}
	return "personal"
}

// Version is the version of a GitLab server; zero when it is not known.
type Version struct{ Major, Minor int }

// AtLeast reports whether a version is this one or newer. An unknown one is not.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

func (v Version) String() string {
	if v == (Version{}) {
		return "unknown"
	}
	return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor)
}

var versionText = pattern.Lazy(`^(\d{1,4})\.(\d{1,4})`)

func parseVersion(s string) Version {
	of := versionText().FindStringSubmatch(s)
	if of == nil {
		return Version{}
	}
	major, _ := strconv.Atoi(of[1])
	minor, _ := strconv.Atoi(of[2])
	return Version{major, minor}
}

// Version reads the server's version.
func (c *Client) Version(ctx context.Context) (Version, error) {
	var v struct {
		Version string `json:"version"`
	}
	if err := c.get(ctx, "version", nil, &v); err != nil {
		return Version{}, translate(err, "asking for GitLab's version")
	}
	return parseVersion(v.Version), nil
}

// DeployKey is a public key that may read a project, or also write to it.
type DeployKey struct {
	ID      int64  `json:"id"`
	Title   string `json:"title"`
	Key     string `json:"key"` // in the form of authorized_keys
	CanPush bool   `json:"can_push"`
}

// DeployKeys lists the deploy keys of a project.
func (c *Client) DeployKeys(ctx context.Context, gitlabID int64) ([]DeployKey, error) {
	all := []DeployKey{}
	var options gogitlab.ListOptions
	_, err := list(ctx, c, projectPath(gitlabID, "deploy_keys"), &options, &options, maxAdminPages, func(page []DeployKey) bool {
		all = append(all, page...)
		return true
	})
	return all, translate(err, "listing deploy keys")
}

// maxAdminPages bounds the deploy keys and webhooks of one project.
const maxAdminPages = 10

// DeployKey reads a deploy key of a project; one that is not there is
// fault.NotFound.
func (c *Client) DeployKey(ctx context.Context, gitlabID, key int64) (DeployKey, error) {
	var k DeployKey
	err := c.get(ctx, projectPath(gitlabID, "deploy_keys", strconv.FormatInt(key, 10)), nil, &k)
	return k, translate(err, "reading the deploy key")
}

// AddDeployKey registers a public key. It is sent once.
func (c *Client) AddDeployKey(ctx context.Context, gitlabID int64, title, key string, canPush bool) (DeployKey, error) {
	var k DeployKey
	options := &gogitlab.AddDeployKeyOptions{Title: &title, Key: &key, CanPush: &canPush}
	_, err := c.call(ctx, http.MethodPost, projectPath(gitlabID, "deploy_keys"), options, &k)
	return k, translate(err, "adding the deploy key")
}

// RemoveDeployKey removes a deploy key; one that is not there is
// fault.NotFound.
func (c *Client) RemoveDeployKey(ctx context.Context, gitlabID, key int64) error {
	_, err := c.keeping(ctx, func(inContext gogitlab.RequestOptionFunc) (*gogitlab.Response, error) {
		return c.api.DeployKeys.DeleteDeployKey(int(gitlabID), int(key), inContext)
	})
	return translate(err, "removing the deploy key")
}

// AddTriggerToken creates a trigger token for a project and gives its value, which
// GitLab shows to nobody else.
func (c *Client) AddTriggerToken(ctx context.Context, gitlabID int64, description string) (secret.Value, error) {
	var t struct {
		Token string `json:"token"`
	}
	options := &gogitlab.AddPipelineTriggerOptions{Description: &description}
	_, err := c.call(ctx, http.MethodPost, projectPath(gitlabID, "triggers"), options, &t)
	return secret.New(t.Token), translate(err, "creating a trigger token")
}
