package faas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/fault"
)

// Bounds of the server that no environment changes.
const (
	maxHeader     = 64 << 10
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
)

// Serve runs handle as a server until SIGTERM or SIGINT, then lets running
// calls finish, and what they leave behind (see Draining). It is what the template's main calls.
//
// It reads what OpenFaaS' watchdog reads: upstream_url (default
// http://127.0.0.1:8082) is where to listen, read_timeout and write_timeout
// (default 10s each, a duration or a number of seconds) bound a call. A
// function that cannot be built, or a setting that cannot be read, is logged
// and ends the process with exit code 1.
func Serve(handle Handle) {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetDefault(log)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, handle, os.LookupEnv); err != nil {
		log.Error("the function stops", "error", err.Error())
		stop()
		os.Exit(1)
	}
}

// settings of the watchdog. envconfig reads upper-case names only, and these
// are lower-case.
type settings struct {
	listen       string
	readTimeout  time.Duration
	writeTimeout time.Duration
}

func readSettings(lookup func(string) (string, bool)) (settings, error) {
	s := settings{listen: "127.0.0.1:8082"}
	if upstream, ok := lookup("upstream_url"); ok && upstream != "" {
		u, err := url.Parse(upstream)
		if err != nil || u.Scheme != "http" || u.Port() == "" {
			return s, fmt.Errorf("upstream_url must be http://<address>:<port>, it is %q", upstream)
		}
		s.listen = u.Host
	}
	var err error
	if s.readTimeout, err = readDuration(lookup, "read_timeout"); err != nil {
		return s, err
	}
	s.writeTimeout, err = readDuration(lookup, "write_timeout")
	return s, err
}

func readDuration(lookup func(string) (string, bool), name string) (time.Duration, error) {
	text, ok := lookup(name)
	if !ok || text == "" {
		return 10 * time.Second, nil
	}
	if seconds, err := strconv.Atoi(text); err == nil {
		text = fmt.Sprintf("%ds", seconds)
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s must be a duration such as 10s, it is %q", name, text)
	}
	return d, nil
}

// run is Serve without the process around it.
func run(ctx context.Context, handle Handle, lookup func(string) (string, bool)) error {
	s, err := readSettings(lookup)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if err := warmUp(ctx, handle); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	slog.Info("listening", "address", listener.Addr().String())
	return serve(ctx, listener, handle, s)
}

// warmUp builds the function before the first call, so that a wrong
// configuration is noticed when it is deployed. What is only unavailable for
// now is left to later calls.
func warmUp(ctx context.Context, handle Handle) error {
	in := handler.Request{Method: http.MethodGet, Header: http.Header{}}
	in.WithContext(context.WithValue(ctx, warmUpKey{}, true))
	_, err := handle(in)
	if fault.Is(err, fault.Unavailable) {
		slog.Warn("the function cannot be built yet", "error", err.Error())
		return nil
	}
	return err
}

// serve answers on the listener until ctx ends.
func serve(ctx context.Context, listener net.Listener, handle Handle, s settings) error {
	server := &http.Server{
		Handler:           serverHandler(handle, s.writeTimeout),
		ReadHeaderTimeout: min(headerTimeout, s.readTimeout),
		ReadTimeout:       s.readTimeout,
		WriteTimeout:      s.writeTimeout + time.Second, // the answer to a call that ran out of time must get out
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.writeTimeout+time.Second)
	defer cancel()
	stopped := server.Shutdown(drain)
	if stopped != nil {
		stopped = fmt.Errorf("let running calls finish: %w", stopped)
	}
	return errors.Join(stopped, lastCall(drain, handle))
}

// lastCall waits for what calls have left behind.
func lastCall(ctx context.Context, handle Handle) error {
	in := handler.Request{Method: http.MethodGet, Header: http.Header{}}
	in.WithContext(context.WithValue(ctx, drainKey{}, true))
	if _, err := handle(in); err != nil {
		return fmt.Errorf("finish what calls have left behind: %w", err)
	}
	return nil
}

// serverHandler turns a Handle into an http.Handler, as OpenFaaS' own template
// does, but with the URL in the context and a bound on the body.
func serverHandler(handle Handle, timeout time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > MaxBody {
			Answer(w, r, bodyTooLarge())
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		if err != nil {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				Answer(w, r, bodyTooLarge())
				return
			}
			// Whoever cut it off is hardly listening.
			Answer(w, r, fault.InvalidField("body", "The body ends too early."))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		ctx = context.WithValue(ctx, originKey{}, origin{
			url: r.URL, requestURI: r.RequestURI, remoteAddr: r.RemoteAddr, proto: r.Proto,
		})
		in := handler.Request{Body: body, Header: r.Header, QueryString: r.URL.RawQuery, Method: r.Method, Host: r.Host}
		in.WithContext(ctx)
		out, err := handle(in)
		if err != nil {
			id := callIDOf(r.Header)
			slog.ErrorContext(ctx, "the call failed", "call", id, "error", err.Error())
			answerError(w, id, err)
			return
		}
		if out.StatusCode == 0 {
			out.StatusCode = http.StatusOK
		}
		writeResponse(w, r.Method, out.StatusCode, out.Header, out.Body)
	})
}

func bodyTooLarge() error {
	return fault.New(fault.TooLarge, "The body is larger than %d bytes.", MaxBody)
}
