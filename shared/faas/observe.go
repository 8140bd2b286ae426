package faas

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/open-craft/ocim/shared/fault"
)

// Paths for those who run Ocim. They are not part of the API document.
const (
	healthPath  = "/healthz"
	readyPath   = "/readyz"
	metricsPath = "/metrics"
)

// readyTimeout bounds a readiness check. A store that takes longer is not ready.
const readyTimeout = 2 * time.Second

// spansLimit bounds how long a process that ends waits for its last spans to be taken.
const spansLimit = 2 * time.Second

// serveHealth answers that the process answers.
func serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeState(w, http.StatusOK, state{Status: "ok"})
}

// serveReady answers whether the function can do its work. Anyone may ask, so the
// answer has the message of the error, which is for people, and never its causes.
func (a *API) serveReady(w http.ResponseWriter, r *http.Request) {
	now := state{Status: "ok"}
	if a.opts.Applying != nil {
		now.Applying = a.opts.Applying()
	}
	if a.opts.Ready == nil {
		writeState(w, http.StatusOK, now)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	err := a.opts.Ready(ctx)
	if err == nil {
		writeState(w, http.StatusOK, now)
		return
	}
	callFrom(r.Context()).err = err
	now.Status, now.Message = "unavailable", "The function is not ready. Its log says why."
	if fault.Is(err, fault.Unavailable) {
		now.Message = fault.Message(err)
	}
	writeState(w, http.StatusServiceUnavailable, now)
}

// state is what health checks answer.
type state struct {
	Status   string `json:"status"`
	Message  string `json:"message,omitempty"`
	Applying int    `json:"applying,omitempty"`
}

func writeState(w http.ResponseWriter, status int, now state) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(now)
}

// countRequest counts a request by its route's pattern, never by its path, so that the
// number of series is bounded.
func (a *API) countRequest(r *http.Request, status int, took time.Duration) {
	labels := fmt.Sprintf("{function=%q,method=%q,route=%q", strings.ToLower(a.opts.Title), knownMethod(r.Method), route(r))
	metrics.GetOrCreateCounter(fmt.Sprintf("ocim_requests_total%s,status=\"%d\"}", labels, status)).Inc()
	metrics.GetOrCreatePrometheusHistogram("ocim_request_seconds" + labels + "}").Update(took.Seconds())
}

func knownMethod(method string) string {
	if methodName(method) != method {
		return "other"
	}
	return method
}

// Metrics returns what serves the process's metrics in Prometheus' text format. It
// must not be reachable by the public: it shows what Ocim does, and for which projects.
func Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		metrics.WritePrometheus(w, true)
	})
}

// ListenMetrics serves /metrics, and /healthz beside it, on an address of its own
// until ctx ends. OpenFaaS' gateway makes every path of a function public, so metrics
// have a port that the gateway does not know. An empty address serves nothing.
func ListenMetrics(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("OCIM_METRICS_LISTEN: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+metricsPath, Metrics())
	mux.HandleFunc("GET "+healthPath, serveHealth)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTimeout, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: maxHeader}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("metrics are no longer served", "error", err.Error())
		}
	}()
	slog.Info("serving metrics", "address", listener.Addr().String())
	return nil
}

// SendTraces sends the process's spans to an OpenTelemetry collector until stop is called.
// An empty endpoint is that of the variable which OpenTelemetry's operators set, or none.
func SendTraces(endpoint, version string) (stop func(), err error) {
	if endpoint = cmp.Or(endpoint, os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")); endpoint == "" {
		return func() {}, nil
	}
	e, err := startSpanExporter(endpoint, cmp.Or(os.Getenv("OTEL_SERVICE_NAME"), "ocim"), version)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "OCIM_OTLP_ENDPOINT")
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), spansLimit)
		defer cancel()
		e.stop(ctx)
	}, nil
}

// ParseLogLevel returns the level of OCIM_LOG_LEVEL: debug, info, warn or error; empty
// is info.
func ParseLogLevel(text string) (slog.Level, error) {
	level := slog.LevelInfo
	if text == "" {
		return level, nil
	}
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return level, fault.New(fault.Internal, "OCIM_LOG_LEVEL: %q is not debug, info, warn or error", text)
	}
	return level, nil
}
