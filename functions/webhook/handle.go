package function

import (
	"context"
	"log/slog"
	"net/http"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
)

// Config is what the function reads from the environment.
type Config struct {
	fleetsetup.Config
}

var handle = faas.Function(build)

// Handle is what OpenFaaS calls.
func Handle(r handler.Request) (handler.Response, error) { return handle(r) }

func build(ctx context.Context) (http.Handler, error) {
	var cfg Config
	if err := setup.Load(&cfg); err != nil {
		return nil, err
	}
	fleet, err := cfg.Build(ctx)
	if err != nil {
		return nil, err
	}
	api, err := cfg.API(nil) // GitLab has no tokens of Ocim
	if err != nil {
		return nil, err
	}
	api.Ready = fleet.Ready(nil)
	api.Applying = fleet.Events.Waiting
	api.HTTPS = cfg.HTTPS()
	return faas.Draining(New(Deps{
		API: api, Fleet: fleet.Store, Credentials: fleet.Vault.Credentials, Queue: fleet.Events, Count: fleetsetup.CountEvent, Now: setup.Now, Log: slog.Default(),
	}), fleet.Events.Drain), nil
}
