package function

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup"
)

// Config is what the function reads from the environment.
type Config struct {
	setup.FleetFunction
	setup.Mail
	SyncLimit time.Duration `envconfig:"SYNC_LIMIT" default:"4m" desc:"how long one run may take; less than the function's exec_timeout"`
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
	post, err := cfg.Post(cfg.Secrets(), slog.Default())
	if err != nil {
		return nil, err
	}
	if post != nil {
		fleet.Notify.Mail = post
	}
	return New(Deps{
		API: api, Fleet: fleet.Store, Sync: fleet.Sync, Check: fleet.CheckDue, Observe: fleet.Observe, Collect: fleet.Usage.Collect, Notify: fleet.Notify.Run,
		Test: fleet.Notify.Test, Repair: fleet.Audit.Repair,
		NewID: setup.NewID, Log: slog.Default(), Limit: cfg.SyncLimit,
	}), nil
}
