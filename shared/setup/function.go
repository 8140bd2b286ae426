package setup

import (
	"context"
	"log/slog"

	"github.com/open-craft/ocim/shared/faas"
)

// FleetFunction is the configuration of a function that works on the fleet.
type FleetFunction struct {
	Base
	Store
	Tokens
	GitLab
	Chat
}

// Build gives a fleet function its API options and the fleet.
func (c FleetFunction) Build(ctx context.Context) (faas.Options, *Fleet, error) {
	var none faas.Options
	store, err := c.Store.Open(ctx)
	if err != nil {
		return none, nil, err
	}
	secrets := c.Base.Secrets()
	auth, err := c.Tokens.Authenticator(store, secrets)
	if err != nil {
		return none, nil, err
	}
	api, err := c.Base.API(auth)
	if err != nil {
		return none, nil, err
	}
	keys, err := secrets.Keyring(SecretSealKeys)
	if err != nil {
		return none, nil, err
	}
	transport, err := c.GitLab.Transport()
	if err != nil {
		return none, nil, err
	}
	gateways, err := c.GitLab.Gateways()
	if err != nil {
		return none, nil, err
	}
	poster, err := c.Chat.Poster(c.AllowHTTP)
	if err != nil {
		return none, nil, err
	}
	return api, NewFleet(Parts{
		KV: store, Keys: keys, Transport: transport, Gateways: gateways,
		Webhook: c.GitLab.WebhookAddress, Chat: poster, BaseURL: c.GitLab.Pages(), Now: Now, Log: slog.Default(),
	}), nil
}
