package function

import (
	"context"
	"net/http"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup"
)

// Config is what the function reads from the environment.
type Config struct {
	setup.FleetFunction
}

var handle = faas.Function(build)

// Handle is what OpenFaaS calls.
func Handle(r handler.Request) (handler.Response, error) { return handle(r) }

func build(ctx context.Context) (http.Handler, error) {
	var cfg Config
	if err := setup.Load(&cfg); err != nil {
		return nil, err
	}
	api, fleet, err := cfg.Build(ctx)
	if err != nil {
		return nil, err
	}
	return New(Deps{API: api, Fleet: fleet.Store, Projects: fleet.Projects, Usage: fleet.Usage, Notify: fleet.Notify, Sync: fleet.Sync, Open: fleet.OpenCluster, NewID: setup.NewID, Now: setup.Now}), nil
}
