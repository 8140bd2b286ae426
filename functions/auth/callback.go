package function

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
)

type startGoogleInput struct {
	Return string `query:"return" maxLength:"500" doc:"Path of the page to go back to"`
	Fresh  bool   `query:"fresh" doc:"Have the provider ask again who the person is, for what needs a confirmation"`
}

type redirectOutput struct {
	Status    int
	Location  string   `header:"Location"`
	SetCookie []string `header:"Set-Cookie"`
}

func (f *auth) startGoogle(ctx context.Context, in *startGoogleInput) (*redirectOutput, error) {
	if f.Google == nil {
		return nil, fault.New(fault.NotFound, "Google sign-in is turned off.")
	}
	address, began, err := f.Google.begin(ctx, in.Return, in.Fresh)
	if err != nil {
		return f.toLogin(ctx, err), nil
	}
	kept, err := began.encode()
	if err != nil {
		return nil, err
	}
	return &redirectOutput{Status: http.StatusSeeOther, Location: address, SetCookie: []string{
		// Lax: the browser comes back from another site.
		cookie(googleCookie, kept, flowLifetime, http.SameSiteLaxMode),
	}}, nil
}

type finishGoogleInput struct {
	Visitor
	Flow  string `cookie:"__Host-ocim-google" hidden:"true"`
	State string `query:"state"`
	Code  string `query:"code"`
	Error string `query:"error"`
}

func (f *auth) finishGoogle(ctx context.Context, in *finishGoogleInput) (*redirectOutput, error) {
	if f.Google == nil {
		return nil, fault.New(fault.NotFound, "Google sign-in is turned off.")
	}
	began, err := decodeFlow(in.Flow)
	if err != nil {
		return f.toLogin(ctx, fault.Wrap(fault.Unauthenticated, err, "The sign-in failed. Start again.")), nil
	}
	if in.Error != "" {
		return f.to("/login?problem=canceled"), nil
	}
	var s identity.SignedIn
	vouched, err := f.Google.finish(ctx, began, in.State, in.Code)
	if err == nil {
		s, err = f.Identity.SignInExternal(ctx, in.domain(ctx), vouched)
	}
	if errors.Is(err, identity.ErrPasskeyDemanded) {
		return f.to("/login?problem=passkey"), nil
	}
	var required *identity.LinkRequired
	if errors.As(err, &required) {
		out := f.to("/login?problem=link")
		out.SetCookie = append(out.SetCookie, cookie(linkCookie, required.Token.Reveal(), identity.LinkLifetime, http.SameSiteStrictMode))
		return out, nil
	}
	if err != nil {
		return f.toLogin(ctx, err), nil
	}
	out := f.to(began.Return)
	out.SetCookie = append(out.SetCookie, f.cookies(s)...)
	return out, nil
}

// to sends the browser to one of our pages, done with the provider.
func (f *auth) to(page string) *redirectOutput {
	return &redirectOutput{
		Status: http.StatusSeeOther, Location: f.PublicURL + page,
		SetCookie: []string{cookie(googleCookie, "", 0, http.SameSiteLaxMode)},
	}
}

// toLogin sends the browser to the log-in page, which says what went wrong.
func (f *auth) toLogin(ctx context.Context, err error) *redirectOutput {
	problem := "failed"
	switch fault.KindOf(err) {
	case fault.Forbidden:
		problem = "refused"
	case fault.Limited:
		problem = "limited"
	case fault.Unavailable:
		problem = "unavailable"
	}
	level := slog.LevelInfo
	if problem == "failed" || problem == "unavailable" {
		level = slog.LevelWarn
	}
	f.API.Log.Log(ctx, level, "sign-in by the OIDC provider failed", "error", err)
	return f.to("/login?problem=" + problem)
}
