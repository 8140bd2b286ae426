package server

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	auth "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/installsetup"
)

const (
	issuer    = "ocim"
	syncLimit = 50 * time.Second
)

// machine is what the functions share on one machine. The zero machine has
// nothing behind it.
type machine struct {
	baseURL     string // of the frontend and the functions, without a slash at the end
	log         *slog.Logger
	api         faas.Options
	fleet       *allsetup.Fleet
	people      *identity.Service
	google      *auth.Google // nil: switched off
	trail       *audit.Log
	settings    installsetup.Settings
	measured    func(installation.Report) // nil: there are no metrics
	noPasswords bool
}

// newMachine wires a machine over a store and its secrets.
func newMachine(cfg Config, baseURL string, store kv.Store, secrets *secret.Directory, log *slog.Logger) (machine, error) {
	m := machine{baseURL: baseURL, log: log}
	keys := func() (secret.Value, error) { return secrets.Read(privateKeys) }
	m.trail = audit.New(store, setup.Now, log)

	if cfg.Host == "" && cfg.Outbox == "" {
		cfg.Outbox = filepath.Join(cfg.Dir, "outbox")
	}
	post, err := cfg.Post(secrets, log)
	if err != nil {
		return m, fmt.Errorf("prepare mail: %w", err)
	}
	people, authenticator, err := cfg.People(identity.Config{
		Store: store, Audit: m.trail, Mailer: post, Keys: keys, Issuer: issuer, BaseURL: baseURL, Now: setup.Now, Logger: log,
	})
	if err != nil {
		return m, err
	}
	m.api, err = setup.Base{TrustedHops: cfg.TrustedHops, TrustedProxies: cfg.TrustedProxies}.API(authenticator)
	if err != nil {
		return m, err
	}
	m.api.Log, m.api.HTTPS, m.api.CursorKey = log, strings.HasPrefix(baseURL, "https://"), keys
	m.people, m.noPasswords = people, cfg.NoPasswords

	m.google = cfg.Google(baseURL, secrets)

	seals, err := secrets.Keyring(fleetsetup.SecretSealKeys)
	if err != nil {
		return m, err
	}
	cfg.PublicURL = baseURL
	transport, err := cfg.Transport(store)
	if err != nil {
		return m, err
	}
	gateways, err := cfg.Gateways()
	if err != nil {
		return m, err
	}
	poster, err := cfg.Poster(cfg.AllowHTTP)
	if err != nil {
		return m, err
	}
	m.fleet = allsetup.New(allsetup.Parts{
		KV: store, Keys: seals, Transport: transport, Gateways: gateways, Webhook: cfg.WebhookAddress,
		Mail: post, Chat: poster, BaseURL: baseURL, Now: setup.Now, Log: log,
	})
	m.api.Ready = m.fleet.Ready(func(context.Context) error {
		if _, err := keys(); err != nil {
			return fault.Wrap(fault.Unavailable, err, "The keys that tokens are signed with cannot be read.")
		}
		return nil
	})
	m.settings = installsetup.Settings{
		PublicURL: baseURL, TrustedHops: cfg.TrustedHops, TrustedProxies: cfg.TrustedProxies, Mail: cfg.Mail, SyncLimit: syncLimit, Store: store,
	}
	if cfg.MetricsListen != "" {
		m.measured = new(installsetup.Gauges).Show
	}
	return m, nil
}

// howToLogIn returns a line that says how to log in: with the link that creates the
// first administrator account until there is one, then at the log-in page.
func (m machine) howToLogIn(ctx context.Context) (string, error) {
	if err := m.people.ApplyPasskeyRule(ctx); err != nil {
		return "", fmt.Errorf("apply the rule for passkeys: %w", err)
	}
	link, err := m.people.SetupLink(ctx)
	if err != nil {
		return "", fmt.Errorf("find out who can log in: %w", err)
	}
	if link.IsZero() {
		return "Log in at " + m.baseURL + "/login", nil
	}
	return "Create the first administrator account: " + link.Reveal(), nil
}
