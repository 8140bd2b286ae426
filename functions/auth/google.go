package function

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

// providerTime bounds each call to the OIDC provider.
const providerTime = 10 * time.Second

// GoogleConfig says which OIDC provider vouches for people; Google is one.
type GoogleConfig struct {
	Issuer   string // such as https://accounts.google.com
	ClientID string
	Secret   identity.Read
	Callback string // absolute URL of /v1/google/callback, as registered with the provider
	Client   *http.Client
	Now      func() time.Time
}

// Google signs people in by OIDC's authorization code flow, with PKCE, state
// and nonce. It learns the provider's addresses and keys when it first needs
// them. It is safe for concurrent use.
type Google struct {
	config GoogleConfig

	mu       sync.Mutex
	provider *oidc.Provider
}

// NewGoogle makes a Google.
func NewGoogle(c GoogleConfig) *Google {
	if c.Client == nil {
		c.Client = &http.Client{Timeout: providerTime}
	}
	return &Google{config: c}
}

// flow is one attempt to sign in. It is kept in a cookie of the browser that
// began it, so that no one else's code is accepted there.
type flow struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Return   string    `json:"return"` // path of the page to go back to
	Expires  time.Time `json:"expires"`
}

const flowLifetime = 10 * time.Minute

func (f flow) encode() (string, error) {
	raw, err := json.Marshal(f)
	return base64.RawURLEncoding.EncodeToString(raw), err
}

func decodeFlow(s string) (flow, error) {
	var f flow
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil || f.State == "" || f.Nonce == "" || f.Verifier == "" {
		return flow{}, errors.New("the browser holds no sign-in")
	}
	return f, nil
}

// discovered returns the provider, and asks it for its addresses the first time.
func (g *Google) discovered(ctx context.Context) (*oidc.Provider, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.provider != nil {
		return g.provider, nil
	}
	ctx, cancel := context.WithTimeout(ctx, providerTime)
	defer cancel()
	// The provider keeps the context's client, not its deadline, for its keys.
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, g.config.Client), g.config.Issuer)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The sign-in provider does not answer.")
	}
	g.provider = p
	return p, nil
}

func (g *Google) oauth(p *oidc.Provider) (*oauth2.Config, error) {
	key, err := g.config.Secret()
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: g.config.ClientID, ClientSecret: key.Reveal(), Endpoint: p.Endpoint(),
		RedirectURL: g.config.Callback, Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}

// begin returns the address to send the browser to and what it has to keep. fresh
// has the provider ask the person again who they are.
func (g *Google) begin(ctx context.Context, returnTo string, fresh bool) (string, flow, error) {
	p, err := g.discovered(ctx)
	if err != nil {
		return "", flow{}, err
	}
	oauth, err := g.oauth(p)
	if err != nil {
		return "", flow{}, err
	}
	f := flow{
		State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(),
		Return: localPath(returnTo), Expires: g.config.Now().Add(flowLifetime),
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)}
	if fresh {
		// The ID token then says when the person proved who they are. Google does not
		// support max_age, and sends the time when the claim is requested.
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"),
			oauth2.SetAuthURLParam("claims", `{"id_token":{"auth_time":{"essential":true}}}`))
	}
	return oauth.AuthCodeURL(f.State, options...), f, nil
}

// finish changes the code for what the provider vouches for.
func (g *Google) finish(ctx context.Context, f flow, state, code string) (identity.External, error) {
	none := identity.External{}
	refused := func(cause error) (identity.External, error) {
		return none, fault.Wrap(fault.Unauthenticated, cause, "The sign-in failed. Start again.")
	}
	if !secret.Equal(f.State, state) {
		return refused(errors.New("the state is not the one this browser was sent with"))
	}
	if !g.config.Now().Before(f.Expires) {
		return refused(errors.New("the sign-in took too long"))
	}
	p, err := g.discovered(ctx)
	if err != nil {
		return none, err
	}
	oauth, err := g.oauth(p)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, g.config.Client), providerTime)
	defer cancel()
	tokens, err := oauth.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		var answered *oauth2.RetrieveError
		if errors.As(err, &answered) && answered.Response.StatusCode < 500 {
			return refused(fmt.Errorf("the code was refused: %s", answered.ErrorCode))
		}
		return none, fault.Wrap(fault.Unavailable, err, "The sign-in provider does not answer.")
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return refused(errors.New("no ID token"))
	}
	// Signature, issuer, audience and time.
	token, err := p.VerifierContext(ctx, &oidc.Config{ClientID: g.config.ClientID, Now: g.config.Now}).Verify(ctx, raw)
	if err != nil {
		return refused(err)
	}
	if !secret.Equal(token.Nonce, f.Nonce) {
		return refused(errors.New("the nonce is not the one this browser was sent with"))
	}
	return claims(ctx, p, token, tokens)
}

// person holds a provider's claims about a user, from the ID token or the userinfo endpoint.
type person struct {
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
	Name     string `json:"name"`
	Hosted   string `json:"hd"`
	AuthTime int64  `json:"auth_time"` // seconds
}

func claims(ctx context.Context, p *oidc.Provider, token *oidc.IDToken, tokens *oauth2.Token) (identity.External, error) {
	var who person
	if err := token.Claims(&who); err != nil {
		return identity.External{}, fault.Wrap(fault.Unauthenticated, err, "The sign-in provider's answer is malformed.")
	}
	authTime := who.AuthTime // only the signed token counts
	if who.Email == "" && p.UserInfoEndpoint() != "" {
		info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
		if err != nil {
			return identity.External{}, fault.Wrap(fault.Unavailable, err, "The sign-in provider does not answer.")
		}
		if info.Subject != token.Subject {
			return identity.External{}, fault.New(fault.Unauthenticated, "The sign-in provider's answer is for a different account.")
		}
		if err := info.Claims(&who); err != nil {
			return identity.External{}, fault.Wrap(fault.Unauthenticated, err, "The sign-in provider's answer is malformed.")
		}
	}
	x := identity.External{
		Issuer: token.Issuer, Subject: token.Subject, Email: who.Email, Verified: who.Verified, Name: who.Name, Hosted: who.Hosted,
	}
	if authTime != 0 {
		x.AuthTime = time.Unix(authTime, 0)
	}
	return x, nil
}

// localPath returns s if it is the path of a page of ours, else the main page's.
func localPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == '\\' || r > '~'
	}) {
		return "/"
	}
	return s
}
