package function

import (
	"context"
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

func (f *auth) registerMe(api *faas.API) {
	own := faas.SignedIn
	faas.Register(api, own, operation("get-me", http.MethodGet, "/v1/me", "Show the logged-in user"), f.me)
	faas.Register(api, own, operation("update-me", http.MethodPatch, "/v1/me", "Change your own name"), inPerson(f.updateMe))
	faas.Register(api, own, operation("change-password", http.MethodPost, "/v1/me/password",
		"Change your own password; ends your other sessions and revokes your API tokens, remembered browsers and linked sign-in"), inPerson(f.changePassword))
	faas.Register(api, own, operation("list-sessions", http.MethodGet, "/v1/me/sessions", "List your own sessions"), inPerson(f.sessions))
	faas.Register(api, own, operation("end-sessions", http.MethodDelete, "/v1/me/sessions", "End all your sessions, including this one"), inPerson(f.endSessions))
	faas.Register(api, own, operation("end-session", http.MethodDelete, "/v1/me/sessions/{session}", "End one of your sessions"), inPerson(f.endSession))
	faas.Register(api, own, operation("list-tokens", http.MethodGet, "/v1/me/tokens", "List your own API tokens"), inPerson(f.tokens))
	faas.Register(api, own, created(operation("create-token", http.MethodPost, "/v1/me/tokens",
		"Create an API token; its secret is shown only in this answer. Needs a confirmation within 10 minutes")), inPerson(f.createToken))
	faas.Register(api, own, operation("revoke-token", http.MethodDelete, "/v1/me/tokens/{token}", "Revoke one of your API tokens"), inPerson(f.revokeToken))
	faas.Register(api, own, withPasskey(operation("confirm", http.MethodPost, "/v1/me/confirmation",
		"Confirm who you are by your password or a passkey, for what needs a confirmation within 10 minutes")), inPerson(f.confirm))
	faas.Register(api, own, operation("link-sign-in", http.MethodPost, "/v1/me/link",
		"Link the sign-in that this browser began; needs a confirmation within 10 minutes"), inPerson(f.link))
	faas.Register(api, own, operation("unlink-sign-in", http.MethodDelete, "/v1/me/link", "Unlink your sign-in account"), inPerson(f.unlink))
	faas.Register(api, own, operation("forget-browsers", http.MethodDelete, "/v1/me/browsers", "Forget your remembered browsers"), inPerson(f.forgetBrowsers))
	faas.Register(api, own, operation("get-ways-in", http.MethodGet, "/v1/me/ways-in", "Show what lets you in besides your password"), inPerson(f.waysIn))
}

func (f *auth) me(ctx context.Context, _ *struct{}) (*body[User], error) {
	p := faas.PrincipalFrom(ctx)
	u, err := f.Identity.Me(ctx, p.UserID)
	u.Grants = p.Grants // of an API token, what is left of its owner's
	return answer(userOf(u), err)
}

type updateMeInput struct {
	Body struct {
		Name string `json:"name" maxLength:"200"`
	}
}

func (f *auth) updateMe(ctx context.Context, b identity.By, in *updateMeInput) (*body[User], error) {
	u, err := f.Identity.Rename(ctx, b, in.Body.Name)
	return answer(userOf(u), err)
}

type changePasswordInput struct {
	Body struct {
		Current  secret.Value `json:"current,omitempty" maxLength:"1024" doc:"Absent while you have no password"`
		Password secret.Value `json:"password" maxLength:"1024"`
		Keep     bool         `json:"keepAccess,omitempty" doc:"Keep API tokens, remembered browsers and the linked sign-in, which are revoked otherwise"`
	}
}

func (f *auth) changePassword(ctx context.Context, b identity.By, in *changePasswordInput) (*cookieOutput, error) {
	device, err := f.Identity.ChangePassword(ctx, b, in.Body.Current, in.Body.Password, in.Body.Keep)
	if err != nil {
		return nil, err
	}
	return &cookieOutput{SetCookie: []string{f.known(device)}}, nil
}

func (f *auth) sessions(ctx context.Context, b identity.By, _ *struct{}) (*body[SessionList], error) {
	list, err := f.Identity.Sessions(ctx, b.UserID, b.SessionID)
	return answer(SessionList{list}, err)
}

func (f *auth) endSessions(ctx context.Context, b identity.By, _ *struct{}) (*cookieOutput, error) {
	if err := f.Identity.EndSessions(ctx, b, b.UserID); err != nil {
		return nil, err
	}
	return &cookieOutput{SetCookie: []string{cleared(refreshCookie)}}, nil
}

type endSessionInput struct {
	Session string `path:"session" maxLength:"26"`
}

func (f *auth) endSession(ctx context.Context, b identity.By, in *endSessionInput) (*struct{}, error) {
	return nil, f.Identity.EndSession(ctx, b, in.Session)
}

func (f *auth) tokens(ctx context.Context, b identity.By, _ *struct{}) (*body[TokenList], error) {
	list, err := f.Identity.Tokens(ctx, b.UserID)
	return answer(TokenList{list}, err)
}

type createTokenInput struct {
	Body struct {
		Name      string        `json:"name" maxLength:"200"`
		Role      identity.Role `json:"role" enum:"viewer,operator,administrator"`
		Clusters  []string      `json:"clusters,omitempty" maxItems:"30" doc:"Cluster ids; empty means wherever the owner has the role"`
		ExpiresAt time.Time     `json:"expiresAt" doc:"Within 366 days"`
	}
}

func (f *auth) createToken(ctx context.Context, b identity.By, in *createTokenInput) (*body[NewToken], error) {
	scope := identity.Scope{Role: in.Body.Role, Clusters: in.Body.Clusters}
	t, text, err := f.Identity.CreateToken(ctx, b, in.Body.Name, scope, in.Body.ExpiresAt)
	return answer(NewToken{Token: t, Secret: text.Reveal()}, err)
}

type revokeTokenInput struct {
	Token string `path:"token" minLength:"1" maxLength:"26"`
}

func (f *auth) revokeToken(ctx context.Context, b identity.By, in *revokeTokenInput) (*struct{}, error) {
	return nil, f.Identity.RevokeTokens(ctx, b, b.UserID, in.Token)
}

type confirmInput struct {
	Body struct {
		Password secret.Value   `json:"password,omitempty" maxLength:"1024" doc:"Absent with a passkey"`
		Passkey  *PasskeyAnswer `json:"passkey,omitempty"`
	}
}

func (f *auth) confirm(ctx context.Context, b identity.By, in *confirmInput) (*struct{}, error) {
	if in.Body.Passkey != nil {
		return nil, f.Identity.ConfirmWithPasskey(ctx, b, in.Body.Passkey.domain())
	}
	return nil, f.Identity.Confirm(ctx, b, in.Body.Password)
}

type linkInput struct {
	Link string `cookie:"__Host-ocim-link" hidden:"true"`
}

type linkOutput struct {
	SetCookie []string `header:"Set-Cookie"`
	Body      User
}

func (f *auth) link(ctx context.Context, b identity.By, in *linkInput) (*linkOutput, error) {
	u, err := f.Identity.Link(ctx, b, secret.New(in.Link))
	if err != nil {
		return nil, err
	}
	return &linkOutput{SetCookie: []string{cleared(linkCookie)}, Body: userOf(u)}, nil
}

func (f *auth) unlink(ctx context.Context, b identity.By, _ *struct{}) (*struct{}, error) {
	return nil, f.Identity.Unlink(ctx, b, b.UserID)
}

func (f *auth) forgetBrowsers(ctx context.Context, b identity.By, _ *struct{}) (*struct{}, error) {
	return nil, f.Identity.ForgetBrowsers(ctx, b, b.UserID)
}

func (f *auth) waysIn(ctx context.Context, b identity.By, _ *struct{}) (*body[identity.WaysIn], error) {
	return answer(f.Identity.WaysIn(ctx, b.UserID))
}
