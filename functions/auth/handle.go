package function

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/passkey"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/mailsetup"
	"github.com/open-craft/ocim/shared/setup/storesetup"
	"github.com/open-craft/ocim/shared/setup/tokensetup"
)

// Config is all that the function reads from its environment.
type Config struct {
	setup.Base
	storesetup.Store
	tokensetup.Tokens
	mailsetup.Mail
	Provider
	PublicURL string `envconfig:"PUBLIC_URL" default:"http://127.0.0.1:8080" desc:"Address at which browsers and GitLab reach Ocim, such as https://ocim.example.org."`
}

// Provider is the OIDC provider that people may sign in by.
type Provider struct {
	GoogleIssuer              string            `envconfig:"GOOGLE_ISSUER" default:"https://accounts.google.com" desc:"OIDC provider that people may sign in with."`
	ClientID                  string            `envconfig:"GOOGLE_CLIENT_ID" desc:"Client id at the OIDC provider. Empty: no such sign-in. Its secret is ocim-google-secret."`
	AllowedDomains            map[string]string `envconfig:"ALLOWED_DOMAINS" desc:"Email domains whose people may sign in without an invitation, with their role, such as example.org:viewer."`
	NoPasswords               bool              `envconfig:"NO_PASSWORDS" default:"false" desc:"Switches passwords off. It needs an OIDC provider: people then sign in by it or by a passkey."`
	AdministratorsNeedPasskey bool              `envconfig:"ADMINISTRATORS_NEED_PASSKEY" default:"false" desc:"Whether administrators need a passkey. Until they have one, they may do what an operator may. Needs an https OCIM_PUBLIC_URL with a host name."`
}

// The secrets.
const (
	privateKeys  = "ocim-jwt-private"
	googleSecret = "ocim-google-secret"
)

var handle = faas.Function(build)

// Handle is what OpenFaaS calls.
func Handle(r handler.Request) (handler.Response, error) { return handle(r) }

func build(ctx context.Context) (http.Handler, error) {
	var cfg Config
	if err := setup.Load(&cfg); err != nil {
		return nil, err
	}
	deps, err := Wire(ctx, cfg)
	if err != nil {
		return nil, err
	}
	link, err := deps.Identity.SetupLink(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for the first administrator: %w", err)
	}
	if err := deps.Identity.ApplyPasskeyRule(ctx); err != nil {
		return nil, fmt.Errorf("apply the rule for passkeys: %w", err)
	}
	if !link.IsZero() {
		// The one secret that is logged: anyone who can read the log of an empty system
		// may set it up, and the link is void once that is done.
		slog.WarnContext(ctx, "Ocim has no administrator yet: open this link to set it up", "link", link.Reveal())
	}
	// Mail is sent after the answer.
	return faas.Draining(New(deps), deps.Identity.Drain), nil
}

// Wire builds what the function needs from its configuration.
func Wire(ctx context.Context, cfg Config) (Deps, error) {
	pages, err := url.Parse(cfg.PublicURL)
	if err != nil || pages.Host == "" || (pages.Scheme != "https" && pages.Scheme != "http") {
		return Deps{}, fault.New(fault.Internal, "OCIM_PUBLIC_URL: %q is not the address of the pages", cfg.PublicURL)
	}
	store, err := cfg.Open(ctx)
	if err != nil {
		return Deps{}, err
	}
	log, secrets := slog.Default(), cfg.Secrets()
	post, err := cfg.Post(secrets, log)
	if err != nil {
		return Deps{}, err
	}
	var mailer identity.Mailer = noMail{}
	if post != nil {
		mailer = post
	} else {
		log.WarnContext(ctx, "no mail server is configured: invitations and password resets are off until OCIM_SMTP_HOST is set")
	}
	keys := func() (secret.Value, error) { return secrets.Read(privateKeys) }
	base := strings.TrimSuffix(cfg.PublicURL, "/")
	trail := audit.New(store, setup.Now, log)
	people, authenticator, err := cfg.People(identity.Config{
		Store: store, Audit: trail, Mailer: mailer, Keys: keys, Issuer: cfg.Issuer, BaseURL: base, Now: setup.Now, Logger: log,
	})
	if err != nil {
		return Deps{}, err
	}
	api, err := cfg.Base.API(authenticator)
	if err != nil {
		return Deps{}, err
	}
	api.Ready = func(ctx context.Context) error {
		if _, err := keys(); err != nil {
			return fault.Wrap(fault.Unavailable, err, "The keys that tokens are signed with cannot be read.")
		}
		return storesetup.Ready(ctx, store)
	}
	api.HTTPS = pages.Scheme == "https"
	if api.HTTPS && api.TrustedHops == 0 && len(api.TrustedProxies) == 0 {
		// TLS ends at a proxy in front: without its word all callers have one address.
		log.WarnContext(ctx, "OCIM_TRUSTED_HOPS is 0, so limits per address count all callers as one; set it to the number of proxies that append to X-Forwarded-For")
	}
	return Deps{API: api, Identity: people, Audit: trail, Google: cfg.Google(base, secrets), PublicURL: base, NoMail: post == nil, NoPasswords: cfg.NoPasswords, Now: setup.Now}, nil
}

// People returns the users and what identifies them, by these rules.
func (p Provider) People(c identity.Config) (*identity.Service, *identity.Authenticator, error) {
	if err := p.rules(&c); err != nil {
		return nil, nil, err
	}
	people, err := identity.New(c)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare users: %w", err)
	}
	authenticator, err := identity.NewAuthenticator(identity.AuthenticatorConfig{Store: c.Store, Keys: c.Keys, Issuer: c.Issuer, Now: c.Now, Logger: c.Logger})
	if err != nil {
		return nil, nil, fmt.Errorf("prepare authentication: %w", err)
	}
	return people, authenticator, nil
}

// rules sets who may log in, and how, at the pages of the configuration.
func (p Provider) rules(c *identity.Config) error {
	c.Domains = map[string]identity.Role{}
	for domain, role := range p.AllowedDomains {
		if !identity.Role(role).Valid() {
			return fault.New(fault.Internal, "OCIM_ALLOWED_DOMAINS: %q is not a role", role)
		}
		c.Domains[strings.ToLower(domain)] = identity.Role(role)
	}
	if p.NoPasswords && p.ClientID == "" {
		return fault.New(fault.Internal, "OCIM_NO_PASSWORDS: passwords can only be switched off when people can sign in by an OIDC provider; set OCIM_GOOGLE_CLIENT_ID")
	}
	c.PasswordsOff, c.AdministratorsNeedPasskey = p.NoPasswords, p.AdministratorsNeedPasskey
	party, err := passkey.New(c.BaseURL)
	switch {
	case err == nil:
		c.WebAuthn = party
	case !errors.Is(err, passkey.ErrAddress):
		return err
	case p.AdministratorsNeedPasskey:
		return fault.New(fault.Internal, "OCIM_ADMINISTRATORS_NEED_PASSKEY: %s, so set OCIM_PUBLIC_URL to one", err)
	}
	return nil
}

// Google returns the sign-in for pages at base, which has no slash at its end; nil
// when it is switched off.
func (p Provider) Google(base string, secrets *secret.Directory) *Google {
	if p.ClientID == "" {
		return nil
	}
	return NewGoogle(GoogleConfig{
		Issuer: p.GoogleIssuer, ClientID: p.ClientID, Callback: base + "/function/auth/v1/google/callback", Now: setup.Now,
		Secret: func() (secret.Value, error) { return secrets.Read(googleSecret) },
	})
}

// noMail is the identity.Mailer of an Ocim without a mail server.
type noMail struct{}

func (noMail) Send(context.Context, identity.Mail) error { return errNoMail() }

// errNoMail refuses what cannot work without mail. It is not a failure of Ocim: mail is
// optional.
func errNoMail() error {
	return fault.New(fault.Conflict, "Ocim can't send mail, because no mail server is configured. Ask the person who runs Ocim to set OCIM_SMTP_HOST.")
}
