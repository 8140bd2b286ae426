package function

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/clustersetup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/installsetup"
	"github.com/open-craft/ocim/shared/setup/mailsetup"
	"github.com/open-craft/ocim/shared/setup/noticesetup"
	"github.com/open-craft/ocim/shared/setup/projectsetup"
	"github.com/open-craft/ocim/shared/setup/tokensetup"
)

// Config is what the function reads from the environment.
type Config struct {
	fleetsetup.Config
	tokensetup.Tokens
	noticesetup.Chat
	mailsetup.Mail
	SyncLimit time.Duration `envconfig:"SYNC_LIMIT" default:"45s" desc:"How long one run may take; less than the exec_timeout of the function."`
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
	post, err := cfg.Post(cfg.Secrets(), slog.Default())
	if err != nil {
		return nil, err
	}
	var mail notify.Mailer
	if post != nil {
		mail = post
	}
	checks := projectsetup.New(fleet, gateways, cfg.WebhookAddress)
	clusters, notices := clustersetup.New(fleet, gateways), noticesetup.New(fleet, mail, chat, cfg.Pages())
	settings := installsetup.Settings{
		PublicURL: cfg.PublicURL, TrustedHops: cfg.TrustedHops, TrustedProxies: cfg.TrustedProxies, Mail: cfg.Mail, SyncLimit: cfg.SyncLimit, Store: fleet.KV,
	}
	var measured func(installation.Report)
	if cfg.MetricsListen != "" {
		measured = new(installsetup.Gauges).Show
	}
	return New(Deps{
		API: api, Fleet: fleet.Store, Sync: fleet.Sync, SyncAll: fleet.SyncAll,
		DueChecks: checks.Due, Check: checks.RunChecks, Observe: clusters.Watch.ObserveProject, Visit: clusters.Sites.Visit, DueUsage: clusters.Usage.Due, Collect: clusters.Usage.Collect, Notify: notices.Run, Test: notices.Test, Repair: fleet.Audit.Repair, Seal: fleet.SealAudit,
		Installation: installsetup.New(fleet, notices), Configuration: settings.Check, Measured: measured, Apply: fleet.Reconciler.ApplyWaiting, Note: fleet.NoteAction,
		NewID: setup.NewID, Log: slog.Default(), Limit: cfg.SyncLimit,
	}), nil
}
