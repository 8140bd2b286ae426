package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/kelseyhightower/envconfig"

	auth "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/noticesetup"
)

// config is all that the program reads from its environment.
type config struct {
	fleetsetup.GitLab
	noticesetup.Chat
	auth.Provider        // its secret goes into the folder of the secrets
	Listen        string `envconfig:"LISTEN" default:"127.0.0.1:8080" desc:"address and port to listen on"`
	Dir           string `envconfig:"DIR" default:".ocim" desc:"folder of everything that is kept"`
	Stack         string `envconfig:"STACK" default:"stack.yml" desc:"file with the schedules"`

	GitLabURL          string  `envconfig:"GITLAB_URL" desc:"your own GitLab; then there is no demonstration"`
	DemoListen         string  `envconfig:"DEMO_LISTEN" default:"127.0.0.1:8929" desc:"address and port of the demonstration GitLab"`
	DemoClustersListen string  `envconfig:"DEMO_CLUSTERS_LISTEN" default:"127.0.0.1:8930" desc:"address and port of the gateways of the demonstration's clusters"`
	DemoSpeed          float64 `envconfig:"DEMO_SPEED" default:"60" desc:"how much faster than real its pipelines run"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "ocim:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	switch {
	case len(args) == 0:
		var cfg config
		if err := envconfig.Process("ocim", &cfg); err != nil {
			return fmt.Errorf("read the configuration: %w", err)
		}
		log := slog.New(slog.NewTextHandler(stderr, nil))
		slog.SetDefault(log)
		return serve(ctx, cfg, stdout, log)
	case len(args) == 1 && args[0] == "openapi":
		return writeDocument(stdout)
	default:
		return fmt.Errorf("usage: local [openapi]")
	}
}

// writeDocument writes the API of all functions. It needs no store.
func writeDocument(out io.Writer) error {
	quiet := slog.New(slog.DiscardHandler)
	document, err := faas.Merge("Ocim", functions(machine{log: quiet, api: faas.Options{Log: quiet}}))
	if err != nil {
		return err
	}
	_, err = out.Write(document)
	return err
}
