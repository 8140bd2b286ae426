// Package tokensetup builds what checks the tokens of callers.
package tokensetup

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/storesetup"
)

// SecretPublicKeys names the secret with the PEM bundle that access tokens are
// checked with.
const SecretPublicKeys = "ocim-jwt-public"

// Tokens says which access tokens are accepted.
type Tokens struct {
	Issuer string `envconfig:"ISSUER" default:"ocim" desc:"Issuer of access tokens; the same for all functions."`
}

// API returns the options of an API whose callers present tokens, access tokens or API
// tokens, which are checked against the store.
func (t Tokens) API(base setup.Base, store kv.Store) (faas.Options, error) {
	secrets := base.Secrets()
	keys := func() (secret.Value, error) { return secrets.Read(SecretPublicKeys) }
	auth, err := identity.NewAuthenticator(identity.AuthenticatorConfig{Store: store, Issuer: t.Issuer, Now: setup.Now, Keys: keys})
	if err != nil {
		return faas.Options{}, fmt.Errorf("preparing authentication: %w", err)
	}
	opts, err := base.API(auth)
	opts.Ready = func(ctx context.Context) error {
		if _, err := keys(); err != nil {
			return fault.Wrap(fault.Unavailable, err, "The keys that tokens are checked with cannot be read.")
		}
		return storesetup.Ready(ctx, store)
	}
	return opts, err
}
