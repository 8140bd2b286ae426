package function

import (
	"context"
	"net/http"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/clustersetup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/noticesetup"
	"github.com/open-craft/ocim/shared/setup/projectsetup"
	"github.com/open-craft/ocim/shared/setup/tokensetup"
)

// Config is what the function reads from the environment.
type Config struct {
	fleetsetup.Config
	tokensetup.Tokens
	noticesetup.Chat
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
	gateways, err := cfg.Gateways()
	if err != nil {
		return nil, err
	}
	chat, err := cfg.Poster(cfg.AllowHTTP)
	if err != nil {
		return nil, err
	}
	clusters := clustersetup.New(fleet, gateways)
	return New(Deps{
		API: api, Fleet: fleet.Store, Segments: fleet.Store.Segments, Activity: fleet.Store.Activity, Sync: fleet.Sync, Projects: projectsetup.New(fleet, gateways, cfg.WebhookAddress),
		Usage: clusters.Usage, Open: clusters.OpenCluster, Notify: noticesetup.New(fleet, nil, chat, cfg.Pages()), NewID: setup.NewID, Now: setup.Now,
	}), nil
}
