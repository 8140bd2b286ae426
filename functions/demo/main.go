package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/open-craft/ocim/functions/local/server"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// config is everything that the program reads from its environment.
type config struct {
	server.Config
	DemoListen         string  `envconfig:"DEMO_LISTEN" default:"127.0.0.1:8929" desc:"Address and port of the demonstration GitLab."`
	DemoClustersListen string  `envconfig:"DEMO_CLUSTERS_LISTEN" default:"127.0.0.1:8930" desc:"Address and port of the gateways of the demonstration's clusters."`
	DemoSpeed          float64 `envconfig:"DEMO_SPEED" default:"60" desc:"How much faster than real pipelines those of the demonstration run."`
	GitLabURL          string  `envconfig:"GITLAB_URL" desc:"Must be empty: the demonstration has a GitLab of its own."`
}

// version is set by the build.
var version = "dev"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Println(version)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "ocim:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, stdout, stderr io.Writer) error {
	var cfg config
	if err := setup.Load(&cfg); err != nil {
		return err
	}
	log, err := server.Log(stderr, cfg.LogLevel)
	if err != nil {
		return err
	}
	return serve(ctx, cfg, stdout, log)
}

// serve serves Ocim and its demonstration until ctx ends.
func serve(ctx context.Context, cfg config, stdout io.Writer, log *slog.Logger) error {
	if cfg.GitLabURL != "" {
		// Earlier releases started without the demonstration then. Its projects must not
		// get into a store that is used for real.
		return fault.New(fault.Internal, "OCIM_GITLAB_URL is set, but this is the demonstration: make serve runs Ocim without it")
	}
	cfg.AllowHTTP = true // the demonstration's GitLab and clusters are on this machine
	return server.Serve(ctx, cfg.Config, stdout, log, func(ctx context.Context, fleet *allsetup.Fleet) (stop func() error, err error) {
		gitlab, err := startGitLab(cfg, log)
		if err != nil {
			return nil, err
		}
		if err := addProjects(ctx, gitlab.URL(), fleet, log); err != nil {
			return nil, errors.Join(err, gitlab.Close())
		}
		clusters, err := startClusters(ctx, cfg, gitlab.URL(), fleet, log)
		if err != nil {
			return nil, errors.Join(err, gitlab.Close())
		}
		sites, err := startSites(fleet)
		if err != nil {
			return nil, errors.Join(err, gitlab.Close(), clusters.Close())
		}
		return func() error { return errors.Join(gitlab.Close(), clusters.Close(), sites.Close()) }, nil
	})
}
