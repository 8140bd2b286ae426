package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	web "github.com/open-craft/ocim/functions/web"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/storesetup"
)

const (
	headerTimeout = 5 * time.Second
	callTimeout   = 2 * time.Minute // more than any function's own
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 20 * time.Second
	// Scheduled calls that run longer are canceled: they go on at the next start.
	scheduleDrainTimeout = 5 * time.Second
	maxHeader            = 64 << 10
)

// Prepare runs once everything is built and before anything is served. What it
// returns is called at the end, after the schedules and before the server stops.
type Prepare func(ctx context.Context, fleet *allsetup.Fleet) (stop func() error, err error)

// Serve serves everything until ctx ends, then lets running calls finish. prepare may
// be nil.
func Serve(ctx context.Context, cfg Config, stdout io.Writer, log *slog.Logger, prepare Prepare) (err error) {
	stack, err := readStack(cfg.Stack)
	if err != nil {
		return err
	}
	schedules, err := stack.schedules()
	if err != nil {
		return fmt.Errorf("read %s: %w", cfg.Stack, err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for what is kept: %w", err)
	}
	// The store's lock comes first: it is what keeps two from using one folder.
	store, err := openStore(cfg.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s; set OCIM_LISTEN to another address: %w", cfg.Listen, err)
	}
	defer func() { _ = listener.Close() }()

	if err := faas.ListenMetrics(ctx, cfg.MetricsListen); err != nil {
		return err
	}
	stopTraces, err := faas.SendTraces(cfg.OTLPEndpoint, "")
	if err != nil {
		return err
	}
	defer stopTraces()
	if err := checkSealKeys(ctx, store, filepath.Join(cfg.Dir, "secrets")); err != nil {
		return err
	}
	secrets, err := makeSecrets(filepath.Join(cfg.Dir, "secrets"), time.Now())
	if err != nil {
		return err
	}
	m, err := newMachine(cfg, cfg.baseURL(listener.Addr()), storesetup.Metered(store), secrets, log)
	if err != nil {
		return err
	}
	release := func() error { return nil }
	if prepare != nil {
		if release, err = prepare(ctx, m.fleet); err != nil {
			return err
		}
		release = sync.OnceValue(release)
		defer func() { _ = release() }() // when something below fails
	}
	handlers := functions(m)
	schedule, err := newScheduler(ctx, schedules, handlers, log)
	if err != nil {
		return err
	}
	how, err := m.howToLogIn(ctx)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           &gateway{functions: handlers, frontend: web.New(web.Files())},
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       callTimeout,
		WriteTimeout:      callTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	schedule.start()
	var backing sync.WaitGroup
	serving, end := context.WithCancel(ctx)
	backing.Go(func() { keepBackups(serving, store, cfg.Dir, log) })
	defer func() { // before the store closes
		end()
		backing.Wait()
	}()
	fmt.Fprintf(stdout, "Ocim is at %s\n%s\n", m.baseURL, how)

	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	// The schedule stops before a GitLab that the program itself runs, which its calls
	// would retry; and that GitLab before the server, because it counts events that are
	// not accepted as failures.
	scheduled, cancelScheduled := context.WithTimeout(drain, scheduleDrainTimeout)
	defer cancelScheduled()
	schedule.drain(scheduled)
	return errors.Join(err, release(), server.Shutdown(drain), m.fleet.Events.Drain(drain), m.people.Drain(drain))
}

// baseURL returns the address of the pages, without a slash at its end: the public
// address or, while that is not configured, the one that the program listens on.
func (cfg Config) baseURL(listening net.Addr) string {
	if cfg.PublicURL == "" || cfg.PublicURL == fleetsetup.DefaultPublicURL {
		return "http://" + listening.String()
	}
	return cfg.Pages()
}
