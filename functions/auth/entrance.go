package function

import (
	"context"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

func (f *auth) registerEntrance(api *faas.API) {
	open := faas.Public.SameOrigin()
	faas.Register(api, faas.Public, operation("get-state", http.MethodGet, "/v1/state",
		"Show what the log-in page offers"), f.state)
	faas.Register(api, open, created(operation("set-up", http.MethodPost, "/v1/setup",
		"Create the first administrator with the one-time link")), f.setUp)
	faas.Register(api, open, operation("log-in", http.MethodPost, "/v1/login",
		"Log in by e-mail address and password; 403 on the field passkey means that a passkey or a recovery code is needed, too"), f.logIn)
	faas.Register(api, open, operation("refresh", http.MethodPost, "/v1/refresh",
		"Get a new access token; 409 means that another tab just did: try again with the cookie it got"), f.refresh)
	faas.Register(api, open, operation("log-out", http.MethodPost, "/v1/logout",
		"End this session"), f.logOut)
	faas.Register(api, open, accepted(operation("request-password-reset", http.MethodPost, "/v1/password-resets",
		"Send a link that sets a new password, if the address has an account")), f.requestReset)
	faas.Register(api, open, operation("redeem-password-reset", http.MethodPost, "/v1/password-resets/redeem",
		"Set a new password by a link and end all sessions"), f.redeemReset)
	faas.Register(api, faas.Public, operation("start-google", http.MethodGet, "/v1/google/start",
		"Go to the OIDC provider to sign in"), f.startGoogle)
	callback := operation("finish-google", http.MethodGet, "/v1/google/callback", "Come back from the OIDC provider")
	callback.Metadata = map[string]any{faas.AnyQuery: true}
	faas.Register(api, faas.Public, callback, f.finishGoogle)
}

func (f *auth) state(ctx context.Context, _ *struct{}) (*body[State], error) {
	done, err := f.Identity.IsSetUp(ctx)
	return answer(State{SetUp: done, Google: f.Google != nil, Passwords: !f.NoPasswords, Passkeys: f.Identity.HasPasskeys(), Mail: !f.NoMail}, err)
}

type setUpInput struct {
	Visitor
	Body struct {
		Token    secret.Value `json:"token" maxLength:"200"`
		Email    string       `json:"email" maxLength:"254"`
		Name     string       `json:"name" maxLength:"200"`
		Password secret.Value `json:"password" maxLength:"1024"`
	}
}

func (f *auth) setUp(ctx context.Context, in *setUpInput) (*signedInOutput, error) {
	return f.signedIn(f.Identity.SetUp(ctx, in.domain(ctx), in.Body.Token, in.Body.Email, in.Body.Name, in.Body.Password))
}

type logInInput struct {
	Visitor
	Body struct {
		Email    string       `json:"email" maxLength:"254"`
		Password secret.Value `json:"password" maxLength:"1024"`
		Code     secret.Value `json:"recoveryCode,omitempty" maxLength:"64" doc:"Where the account needs more than the password and the passkey is lost"`
	}
}

func (f *auth) logIn(ctx context.Context, in *logInInput) (*signedInOutput, error) {
	return f.signedIn(f.Identity.LogInWithCode(ctx, in.domain(ctx), in.Body.Email, in.Body.Password, in.Body.Code))
}

type refreshInput struct {
	Visitor
	Refresh string `cookie:"__Host-ocim" hidden:"true"`
}

func (f *auth) refresh(ctx context.Context, in *refreshInput) (*signedInOutput, error) {
	s, err := f.Identity.Refresh(ctx, in.domain(ctx), secret.New(in.Refresh))
	if fault.Is(err, fault.Unauthenticated) {
		return nil, withoutSession(err)
	}
	return f.signedIn(s, err)
}

type cookieOutput struct {
	SetCookie []string `header:"Set-Cookie"`
}

func (f *auth) logOut(ctx context.Context, in *refreshInput) (*logOutOutput, error) {
	if err := f.Identity.LogOut(ctx, in.domain(ctx), secret.New(in.Refresh)); err != nil {
		return nil, err
	}
	// What the pages kept in the browser is not for the next person at it.
	return &logOutOutput{SetCookie: []string{cleared(refreshCookie)}, ClearSiteData: `"cache", "storage"`}, nil
}

type logOutOutput struct {
	SetCookie     []string `header:"Set-Cookie"`
	ClearSiteData string   `header:"Clear-Site-Data"`
}

type requestResetInput struct {
	Visitor
	Body struct {
		Email string `json:"email" maxLength:"254"`
	}
}

func (f *auth) requestReset(ctx context.Context, in *requestResetInput) (*struct{}, error) {
	if f.NoMail {
		return nil, errNoMail()
	}
	return nil, f.Identity.RequestReset(ctx, in.domain(ctx), in.Body.Email)
}

type redeemResetInput struct {
	Visitor
	Body struct {
		Token    secret.Value `json:"token" maxLength:"200"`
		Password secret.Value `json:"password" maxLength:"1024"`
	}
}

func (f *auth) redeemReset(ctx context.Context, in *redeemResetInput) (*cookieOutput, error) {
	device, err := f.Identity.RedeemReset(ctx, in.domain(ctx), in.Body.Token, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return &cookieOutput{SetCookie: []string{cleared(refreshCookie), f.known(device)}}, nil
}
