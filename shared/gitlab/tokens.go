//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"context"
	"net/http"
	"strconv"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/pattern"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
)

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
func (c *Client) Token(ctx context.Context) (projects.Token, error) {
	var t struct {
		Name      string       `json:"name"`
		Scopes    []string     `json:"scopes"`
		ExpiresAt soft[string] `json:"expires_at"`
	}
	if err := c.get(ctx, "personal_access_tokens/self", nil, &t); err != nil {
		return projects.Token{}, translate(err, "reading the API token")
	}
	out := projects.Token{Name: t.Name, Scopes: t.Scopes}
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

var versionText = pattern.Lazy(`^(\d{1,4})\.(\d{1,4})`)

func parseVersion(s string) (v projects.Version) {
	if of := versionText().FindStringSubmatch(s); of != nil {
		v.Major, _ = strconv.Atoi(of[1])
		v.Minor, _ = strconv.Atoi(of[2])
	}
	return v
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
