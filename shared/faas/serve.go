package faas

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/open-craft/ocim/shared/trace"
)

// Bounds of the server that no environment changes.
const (
	maxHeader     = 64 << 10
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
)

// lingerMargin is how much longer than the watchdog's interval a stopping function
// accepts requests: those that the watchdog accepted last are still on their way.
const lingerMargin = time.Second

// Serve runs handle as a server until SIGTERM or SIGINT. It is what the template's
// main calls; version is logged.
//
// It is built so that a rolling restart fails no request:
//
//   - It listens before it builds the function. OpenFaaS calls a replica ready as soon
//     as its watchdog runs, so requests arrive earlier than the function is built: they wait.
//   - After the signal it goes on serving for healthcheck_interval and one second more,
//     because the watchdog passes the signal on at once and itself accepts requests
//     until then. Afterwards running requests finish, and so does the work they left
//     behind (see Draining). A second signal ends the process at once.
//
// It reads what OpenFaaS' watchdog reads: upstream_url (default
// http://127.0.0.1:8082) is where to listen, read_timeout and write_timeout
// (default 10s each) bound a request, healthcheck_interval (default: write_timeout) is
// described above. max_body (default 1 MiB) bounds a request's body in bytes.
// Durations are such as 10s or a number of seconds. A function that
// cannot be built, or a setting that cannot be read, is logged and ends the process with
// exit code 1.
func Serve(handle Handle, version string) {
	text, _ := os.LookupEnv("OCIM_LOG_LEVEL")
	level, levelErr := ParseLogLevel(text)
	log := slog.New(trace.Log(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
	slog.SetDefault(log)
	if levelErr != nil {
		log.Error("the function cannot start", "error", levelErr.Error())
		os.Exit(1)
	}
	LimitMemory()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // from now on a signal has its usual effect
	if err := run(ctx, handle, version, os.LookupEnv); err != nil {
		log.Error("the function stopped", "error", err.Error())
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
	linger       time.Duration // how long requests are still accepted after SIGTERM
	maxBody      int64         // bytes of a request's body
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
	if s.readTimeout, err = readDuration(lookup, "read_timeout", 10*time.Second); err != nil {
		return s, err
	}
	if s.maxBody, err = readMaxBody(lookup); err != nil {
		return s, err
	}
	if s.writeTimeout, err = readDuration(lookup, "write_timeout", 10*time.Second); err != nil {
		return s, err
	}
	s.linger, err = readDuration(lookup, "healthcheck_interval", s.writeTimeout)
	s.linger += lingerMargin
	return s, err
}

// ExecTimeout returns the watchdog's exec_timeout as it is written; empty without one.
func ExecTimeout() string { return os.Getenv("exec_timeout") }

// readMaxBody reads max_body: bytes, between 1 and MaxLargeBody.
func readMaxBody(lookup func(string) (string, bool)) (int64, error) {
	text, ok := lookup("max_body")
	if !ok || text == "" {
		return MaxBody, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > MaxLargeBody {
		return 0, fmt.Errorf("max_body must be a number of bytes from 1 to %d, it is %q", MaxLargeBody, text)
	}
	return n, nil
}

func readDuration(lookup func(string) (string, bool), name string, byDefault time.Duration) (time.Duration, error) {
	text, ok := lookup(name)
	if !ok || text == "" {
		return byDefault, nil
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
func run(ctx context.Context, handle Handle, version string, lookup func(string) (string, bool)) error {
	s, err := readSettings(lookup)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	address, _ := lookup("OCIM_METRICS_LISTEN")
	if err := ListenMetrics(ctx, address); err != nil {
		return err
	}
	endpoint, _ := lookup("OCIM_OTLP_ENDPOINT")
	stop, err := SendTraces(endpoint, version)
	if err != nil {
		return err
	}
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	slog.Info("listening", "address", listener.Addr().String(), "version", version)
	return serve(ctx, listener, handle, s)
}

// warmUp builds the function without waiting for a request, so that a wrong
// configuration is noticed when it is deployed. A failure that may pass, such as a
// store that cannot be reached, is left to later requests.
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

// serve answers on the listener, which it closes, until ctx ends and the watchdog has
// stopped sending.
func serve(ctx context.Context, listener net.Listener, handle Handle, s settings) error {
	server := &http.Server{
		Handler:           serverHandler(handle, s.writeTimeout, s.maxBody),
		ReadHeaderTimeout: min(headerTimeout, s.readTimeout),
		ReadTimeout:       s.readTimeout,
		WriteTimeout:      s.writeTimeout + time.Second, // the answer to a call that ran out of time must get out
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	// The build outlives the signal: requests may wait for it.
	go func() {
		if err := warmUp(context.WithoutCancel(ctx), handle); err != nil {
			failed <- err
		}
	}()
	select {
	case err := <-failed:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	slog.Info("stopping: requests are still accepted for a while", "for", s.linger.String())
	select {
	case err := <-failed:
		return errors.Join(err, server.Close())
	case <-time.After(s.linger):
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.writeTimeout+time.Second)
	defer cancel()
	stopped := server.Shutdown(drain)
	if stopped != nil {
		stopped = fmt.Errorf("let running requests finish: %w", stopped)
	}
	return errors.Join(stopped, lastCall(drain, handle))
}

// lastCall waits for the work that requests left behind.
func lastCall(ctx context.Context, handle Handle) error {
	in := handler.Request{Method: http.MethodGet, Header: http.Header{}}
	in.WithContext(context.WithValue(ctx, drainKey{}, true))
	if _, err := handle(in); err != nil {
		return fmt.Errorf("finish the work that requests left behind: %w", err)
	}
	return nil
}

// serverHandler turns a Handle into an http.Handler, as OpenFaaS' own template
// does, but with the URL in the context and a bound on the body. A function that
// takes large bodies is asked first whether it takes the call.
func serverHandler(handle Handle, timeout time.Duration, maxBody int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		ctx = context.WithValue(ctx, originKey{}, origin{
			url: r.URL, requestURI: r.RequestURI, remoteAddr: r.RemoteAddr, proto: r.Proto,
		})
		in := handler.Request{Header: r.Header, QueryString: r.URL.RawQuery, Method: r.Method, Host: r.Host}
		in.WithContext(ctx)
		if maybeLarge := r.ContentLength > MaxBody || r.ContentLength < 0; maybeLarge && maxBody > MaxBody && r.ContentLength <= maxBody {
			if out, refused, err := refusesBody(handle, in, r.ContentLength); refused {
				readOn(w, r, func() { answerFor(w, r, out, err) })
				return
			}
		}
		body, release, err := readBody(r, maxBody)
		defer release()
		if err != nil {
			readOn(w, r, func() { Answer(w, r, faultOfBody(err, maxBody)) })
			return
		}
		in.Body = body
		out, err := handle(in)
		answerFor(w, r, out, err)
	})
}

// answerFor writes what a function answered.
func answerFor(w http.ResponseWriter, r *http.Request, out handler.Response, err error) {
	if err != nil {
		id := callIDOf(r.Header)
		slog.ErrorContext(r.Context(), "the call failed", "call", id, "error", err.Error())
		answerError(w, id, err)
		return
	}
	if out.StatusCode == 0 {
		out.StatusCode = http.StatusOK
	}
	writeResponse(w, r.Method, out.StatusCode, out.Header, out.Body)
}
