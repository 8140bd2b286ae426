package function

import (
	"context"
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
)

func (f *auth) registerUsers(api *faas.API) {
	admin := faas.Need(identity.Administrator)
	faas.Register(api, admin, operation("list-users", http.MethodGet, "/v1/users", "List users"), f.users)
	faas.Register(api, admin, operation("update-user", http.MethodPatch, "/v1/users/{user}",
		"Change a user's roles, disable or enable them; takes effect with their next request. Roles and enabling need a confirmation within 10 minutes"), f.updateUser)
	faas.Register(api, admin, operation("end-user-sessions", http.MethodDelete, "/v1/users/{user}/sessions",
		"End all sessions of a user"), toUser(f.Identity.EndSessions))
	faas.Register(api, admin, operation("get-user-ways-in", http.MethodGet, "/v1/users/{user}/ways-in",
		"Show what lets a user in besides their password"), f.userWaysIn)
	faas.Register(api, admin, operation("revoke-user-tokens", http.MethodDelete, "/v1/users/{user}/tokens",
		"Revoke all API tokens of a user"), f.revokeUserTokens)
	faas.Register(api, admin, operation("revoke-user-token", http.MethodDelete, "/v1/users/{user}/tokens/{token}",
		"Revoke an API token of a user"), f.revokeUserToken)
	faas.Register(api, admin, operation("forget-user-browsers", http.MethodDelete, "/v1/users/{user}/browsers",
		"Forget the remembered browsers of a user"), toUser(f.Identity.ForgetBrowsers))
	faas.Register(api, admin, operation("unlink-user", http.MethodDelete, "/v1/users/{user}/link",
		"Unlink a user's sign-in account"), toUser(f.Identity.Unlink))
	faas.Register(api, admin, operation("remove-user-passkeys", http.MethodDelete, "/v1/users/{user}/passkeys",
		"Remove all passkeys of a user, who lost them"), f.removeUserPasskeys)
	faas.Register(api, admin, operation("list-audit", http.MethodGet, "/v1/audit", "Read the audit log, newest first"), f.audit)
}

func (f *auth) users(ctx context.Context, _ *struct{}) (*body[UserList], error) {
	list, err := f.Identity.Users(ctx)
	return answer(UserList{mapped(list, userOf)}, err)
}

type updateUserInput struct {
	User string `path:"user" maxLength:"26"`
	Body struct {
		Grants   *Grants `json:"grants,omitempty" doc:"Replaces all roles"`
		Disabled *bool   `json:"disabled,omitempty"`
	}
}

func (f *auth) updateUser(ctx context.Context, in *updateUserInput) (*body[User], error) {
	change := identity.UserChange{Disabled: in.Body.Disabled}
	if in.Body.Grants != nil {
		g := in.Body.Grants.domain()
		change.Grants = &g
	}
	u, err := f.Identity.ChangeUser(ctx, by(ctx), in.User, change)
	return answer(userOf(u), err)
}

type userInput struct {
	User string `path:"user" maxLength:"26"`
}

// toUser does something to the user of the path.
func toUser(do func(ctx context.Context, by identity.By, user string) error) func(context.Context, *userInput) (*struct{}, error) {
	return func(ctx context.Context, in *userInput) (*struct{}, error) { return nil, do(ctx, by(ctx), in.User) }
}

func (f *auth) userWaysIn(ctx context.Context, in *userInput) (*body[identity.WaysIn], error) {
	return answer(f.Identity.WaysIn(ctx, in.User))
}

func (f *auth) revokeUserTokens(ctx context.Context, in *userInput) (*struct{}, error) {
	return nil, f.Identity.RevokeTokens(ctx, by(ctx), in.User, "")
}

type userTokenInput struct {
	User  string `path:"user" maxLength:"26"`
	Token string `path:"token" minLength:"1" maxLength:"26"`
}

func (f *auth) revokeUserToken(ctx context.Context, in *userTokenInput) (*struct{}, error) {
	return nil, f.Identity.RevokeTokens(ctx, by(ctx), in.User, in.Token)
}

func (f *auth) removeUserPasskeys(ctx context.Context, in *userInput) (*struct{}, error) {
	return nil, f.Identity.RemovePasskeys(ctx, by(ctx), in.User, "")
}

type auditInput struct {
	User   string    `query:"user" maxLength:"26" doc:"Id of the user who acted"`
	Action string    `query:"action" maxLength:"100" doc:"Such as user.disabled, or user for all of them"`
	Target string    `query:"target" maxLength:"300" doc:"Such as user/01h2…, or user for all of them"`
	Key    string    `query:"key" maxLength:"200" doc:"Configuration key that was changed, or a part of its name"`
	Since  time.Time `query:"since" doc:"Earliest time"`
	Until  time.Time `query:"until" doc:"First time that is too late"`
	After  string    `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit  int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

func (f *auth) audit(ctx context.Context, in *auditInput) (*body[AuditPage], error) {
	page, err := f.Audit.List(ctx, audit.Filter{
		UserID: in.User, Action: in.Action, Target: in.Target, Key: in.Key, Since: in.Since, Until: in.Until, After: in.After, Limit: in.Limit,
	})
	return answer(AuditPage{Entries: append([]audit.Entry{}, page.Entries...), Next: page.Next}, err)
}
