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
	faas.Register(api, own, operation("get-me", http.MethodGet, "/v1/me", "Show who is logged in"), f.me)
	faas.Register(api, own, operation("update-me", http.MethodPatch, "/v1/me", "Change one's own name"), f.updateMe)
	faas.Register(api, own, operation("change-password", http.MethodPost, "/v1/me/password",
		"Change one's own password and end one's other sessions"), f.changePassword)
	faas.Register(api, own, operation("list-sessions", http.MethodGet, "/v1/me/sessions", "List one's own sessions"), f.sessions)
	faas.Register(api, own, operation("end-sessions", http.MethodDelete, "/v1/me/sessions", "End all one's own sessions, this one too"), f.endSessions)
	faas.Register(api, own, operation("end-session", http.MethodDelete, "/v1/me/sessions/{session}", "End one of one's own sessions"), f.endSession)
	faas.Register(api, own, operation("list-tokens", http.MethodGet, "/v1/me/tokens", "List one's own API tokens"), f.tokens)
	faas.Register(api, own, created(operation("create-token", http.MethodPost, "/v1/me/tokens",
		"Make an API token; its secret is shown this once")), f.createToken)
	faas.Register(api, own, operation("revoke-token", http.MethodDelete, "/v1/me/tokens/{token}", "Revoke one of one's own API tokens"), f.revokeToken)
}

type userOutput struct{ Body User }

func (f *auth) me(ctx context.Context, _ *struct{}) (*userOutput, error) {
	p := faas.PrincipalFrom(ctx)
	u, err := f.Identity.Me(ctx, p.UserID)
	if err != nil {
		return nil, err
	}
	u.Grants = p.Grants // of an API token, what is left of its owner's
	return &userOutput{Body: userOf(u)}, nil
}

type updateMeInput struct {
	Body struct {
		Name string `json:"name" maxLength:"200"`
	}
}

func (f *auth) updateMe(ctx context.Context, in *updateMeInput) (*userOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	u, err := f.Identity.Rename(ctx, b, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return &userOutput{Body: userOf(u)}, nil
}

type changePasswordInput struct {
	Body struct {
		Current  secret.Value `json:"current,omitempty" maxLength:"1024" doc:"Not needed by who has no password yet"`
		Password secret.Value `json:"password" maxLength:"1024"`
	}
}

func (f *auth) changePassword(ctx context.Context, in *changePasswordInput) (*struct{}, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	return nil, f.Identity.ChangePassword(ctx, b, in.Body.Current, in.Body.Password)
}

type sessionsOutput struct{ Body SessionList }

func (f *auth) sessions(ctx context.Context, _ *struct{}) (*sessionsOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	list, err := f.Identity.Sessions(ctx, b.UserID)
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{Body: SessionList{Sessions: []Session{}}}
	for _, s := range list {
		out.Body.Sessions = append(out.Body.Sessions, Session{
			ID: s.ID, Current: s.ID == b.SessionID, Device: s.Device, Address: s.Address, Method: s.Method,
			CreatedAt: s.Created, LastUsedAt: s.LastUsed, ExpiresAt: s.Expires,
		})
	}
	return out, nil
}

func (f *auth) endSessions(ctx context.Context, _ *struct{}) (*cookieOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.Identity.EndSessions(ctx, b, b.UserID); err != nil {
		return nil, err
	}
	return &cookieOutput{SetCookie: []string{cleared(refreshCookie)}}, nil
}

type endSessionInput struct {
	Session string `path:"session" maxLength:"26"`
}

func (f *auth) endSession(ctx context.Context, in *endSessionInput) (*struct{}, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	return nil, f.Identity.EndSession(ctx, b, in.Session)
}

type tokensOutput struct{ Body TokenList }

func (f *auth) tokens(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	list, err := f.Identity.Tokens(ctx, b.UserID)
	if err != nil {
		return nil, err
	}
	out := &tokensOutput{Body: TokenList{Tokens: []Token{}}}
	for _, t := range list {
		out.Body.Tokens = append(out.Body.Tokens, tokenOf(t))
	}
	return out, nil
}

type createTokenInput struct {
	Body struct {
		Name      string        `json:"name" maxLength:"200"`
		Role      identity.Role `json:"role" enum:"viewer,operator,administrator"`
		Clusters  []string      `json:"clusters,omitempty" maxItems:"30" doc:"Cluster ids; none is all that the owner may"`
		ExpiresAt time.Time     `json:"expiresAt" doc:"Within 366 days"`
	}
}

type createTokenOutput struct{ Body NewToken }

func (f *auth) createToken(ctx context.Context, in *createTokenInput) (*createTokenOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	scope := identity.Scope{Role: in.Body.Role, Clusters: in.Body.Clusters}
	t, text, err := f.Identity.CreateToken(ctx, b, in.Body.Name, scope, in.Body.ExpiresAt)
	if err != nil {
		return nil, err
	}
	return &createTokenOutput{Body: NewToken{Token: tokenOf(t), Secret: text.Reveal()}}, nil
}

type revokeTokenInput struct {
	Token string `path:"token" maxLength:"26"`
}

func (f *auth) revokeToken(ctx context.Context, in *revokeTokenInput) (*struct{}, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	return nil, f.Identity.RevokeToken(ctx, b, in.Token)
}
