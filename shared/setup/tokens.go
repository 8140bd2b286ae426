package setup

import (
	"fmt"

	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
)

// Names of the secrets that functions share.
const (
	SecretPublicKeys = "ocim-jwt-public" // PEM bundle that access tokens are checked with
	SecretSealKeys   = "ocim-seal-keys"  // keyring that credentials are sealed with
)

// Tokens says which access tokens are accepted.
type Tokens struct {
	Issuer string `envconfig:"ISSUER" default:"ocim" desc:"issuer of access tokens, the same for all functions"`
}

// Authenticator checks access tokens and API tokens.
func (t Tokens) Authenticator(store kv.Store, secrets *secret.Directory) (*identity.Authenticator, error) {
	auth, err := identity.NewAuthenticator(identity.AuthenticatorConfig{
		Store: store, Issuer: t.Issuer, Now: Now,
		Keys: func() (secret.Value, error) { return secrets.Read(SecretPublicKeys) },
	})
	if err != nil {
		return nil, fmt.Errorf("preparing authentication: %w", err)
	}
	return auth, nil
}
