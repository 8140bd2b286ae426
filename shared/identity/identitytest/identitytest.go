// Package identitytest lets tests of functions present real tokens to the real
// authentication.
package identitytest

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
)

// Administrator is someone who set the system of a store up and stays logged in.
type Administrator struct {
	*identity.Authenticator
	*identity.Service
	UserID string

	t      testing.TB
	now    func() time.Time
	config identity.AuthenticatorConfig

	mu      sync.Mutex
	session identity.SignedIn
}

type noMail struct{}

func (noMail) Send(context.Context, identity.Mail) error { return nil }

var here = identity.Visitor{Address: "192.0.2.1", Agent: "a test"}

// SetUp makes the first administrator of an empty store; now is its clock.
func SetUp(t testing.TB, store kv.Store, now func() time.Time) *Administrator {
	t.Helper()
	key, err := identity.GenerateKey()
	require.NoError(t, err)
	keys := func() (secret.Value, error) { return key, nil }
	quiet := slog.New(slog.DiscardHandler)
	a := &Administrator{t: t, now: now}
	a.Service, err = identity.New(identity.Config{
		Store: store, Audit: audit.New(store, now, quiet), Mailer: noMail{}, Keys: keys, BaseURL: "https://ocim.example.org", Now: now, Logger: quiet,
	})
	require.NoError(t, err)
	a.config = identity.AuthenticatorConfig{Store: store, Keys: keys, Now: now, Logger: quiet}
	a.Authenticator = a.Another()
	link, err := a.SetupLink(t.Context())
	require.NoError(t, err)
	_, token, _ := strings.Cut(link.Reveal(), "#")
	a.session, err = a.Service.SetUp(t.Context(), here, secret.New(token), "ana@example.org", "Ana", secret.New("nine purple walruses sing"))
	require.NoError(t, err)
	a.UserID = a.session.User.ID
	return a
}

// Another makes the Authenticator of a new replica, which knows nobody yet.
func (a *Administrator) Another() *identity.Authenticator {
	a.t.Helper()
	another, err := identity.NewAuthenticator(a.config)
	require.NoError(a.t, err)
	return another
}

// Bearer returns an access token that is good for some minutes.
func (a *Administrator) Bearer() string {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.session.AccessExpires.Sub(a.now()) < 5*time.Minute {
		var err error
		a.session, err = a.Refresh(a.t.Context(), here, a.session.RefreshToken)
		require.NoError(a.t, err)
	}
	return a.session.AccessToken.Reveal()
}
