package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	auth "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/mailsetup"
	"github.com/open-craft/ocim/shared/setup/noticesetup"
	"github.com/open-craft/ocim/shared/trace"
)

// Config is everything that the program reads from its environment.
type Config struct {
	fleetsetup.GitLab
	noticesetup.Chat
	mailsetup.Mail
	setup.Observed
	auth.Provider           // its secret goes into the folder of the secrets
	Listen         string   `envconfig:"LISTEN" default:"127.0.0.1:8080" desc:"Address and port to listen on."`
	Dir            string   `envconfig:"DIR" default:".ocim" desc:"Folder of everything that is kept."`
	Stack          string   `envconfig:"STACK" default:"stack.yml" desc:"Stack file with the schedules."`
	TrustedHops    int      `envconfig:"TRUSTED_HOPS" default:"0" desc:"How many proxies in front of Ocim append to X-Forwarded-For; the client's address is that many entries from the right."`
	TrustedProxies []string `envconfig:"TRUSTED_PROXIES" desc:"Networks of the proxies in front of Ocim, whose X-Forwarded-For is believed when OCIM_TRUSTED_HOPS is 0, such as 10.0.0.0/8."`
}

// Run serves, or does what the arguments say instead.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	switch {
	case len(args) == 0:
		var cfg Config
		if err := setup.Load(&cfg); err != nil {
			return err
		}
		log, err := Log(stderr, cfg.LogLevel)
		if err != nil {
			return err
		}
		return Serve(ctx, cfg, stdout, log, nil)
	case len(args) == 1 && args[0] == "openapi":
		return writeDocument(stdout)
	case args[0] == "store":
		return runStore(ctx, args[1:], stdout)
	default:
		return fmt.Errorf("usage: ocim-server [openapi | store | version]")
	}
}

// Log makes the program's log of a level, and slog's default.
func Log(to io.Writer, level string) (*slog.Logger, error) {
	least, err := faas.ParseLogLevel(level)
	if err != nil {
		return nil, err
	}
	log := slog.New(trace.Log(slog.NewTextHandler(to, &slog.HandlerOptions{Level: least})))
	slog.SetDefault(log)
	return log, nil
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
