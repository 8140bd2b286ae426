package function

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/functions/inspector/kube"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
)

// Config is what the function reads from the environment.
type Config struct {
	setup.Base
	Selector string        `envconfig:"INSTANCE_SELECTOR" default:"app.kubernetes.io/part-of=openedx" desc:"Labels of a namespace with an instance, or of a Deployment or pod in it."`
	Hosts    []string      `envconfig:"GATEWAY_HOSTS" desc:"Host names at which Ocim reaches this cluster's gateway, such as gateway.example.org; requests signed for another are refused. Empty: not checked."`
	CacheFor time.Duration `envconfig:"CACHE_FOR" default:"3s" desc:"How old an answer may be."`
}

var handle = faas.Function(build)

// Handle is what OpenFaaS calls.
func Handle(r handler.Request) (handler.Response, error) { return handle(r) }

func build(context.Context) (http.Handler, error) {
	var cfg Config
	if err := setup.Load(&cfg); err != nil {
		return nil, err
	}
	dir := cfg.Secrets()
	secrets := func() ([]secret.Value, error) { return readSecrets(dir) }
	if _, err := secrets(); err != nil {
		return nil, err
	}
	client, err := kube.InCluster()
	if err != nil {
		return nil, err
	}
	reader, err := kube.NewReader(client, kube.Options{Selector: cfg.Selector, CacheFor: cfg.CacheFor, Now: setup.Now})
	if err != nil {
		return nil, err
	}
	api, err := cfg.API(nil) // callers have no tokens here
	if err != nil {
		return nil, err
	}
	return New(Deps{API: api, Cluster: reader, Secrets: secrets, Hosts: cfg.Hosts, Now: setup.Now, Log: slog.Default()}), nil
}
