package function

import (
	"context"
	"net/http"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/tokensetup"
)

// Config is what the function reads from the environment.
type Config struct {
	fleetsetup.Config
	tokensetup.Tokens
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
	api, err := cfg.Tokens.API(cfg.Base, fleet.KV)
	if err != nil {
		return nil, err
	}
	api.Ready = fleet.Ready(api.Ready)
	api.HTTPS = cfg.HTTPS()
	return New(Deps{
		API: api, Fleet: fleet.Store, Operations: fleet.Operations, Actions: fleet.Actions, Bulks: fleet.Bulks, Policy: fleet.Policy,
		Pipeline: fleet.Pipeline, JobLog: fleet.JobLog, CopyLog: fleet.CopyLog, Redact: fleet.Secrets.Of, Viewed: fleet.NoteView,
	}), nil
}
