package faas

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"testing"
	"testing/fstest"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
)

func TestAPI_ReportsWhatIsStillApplied(t *testing.T) {
	t.Parallel()
	api := NewAPI(Options{Title: "T", Applying: func() int { return 3 }, Log: slog.New(slog.DiscardHandler)})
	rec := httptest.NewRecorder()
	api.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	assert.Equal(t, http.StatusOK, rec.Code, "events that wait are safe: they are stored")
	assert.JSONEq(t, `{"status":"ok","applying":3}`, rec.Body.String())
}

func TestAPI_ReportsReadiness(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ready   func(context.Context) error
		status  int
		message string
	}{
		"ready":    {func(context.Context) error { return nil }, http.StatusOK, ""},
		"no check": {nil, http.StatusOK, ""},
		"store gone": {func(context.Context) error {
			return fault.Wrap(fault.Unavailable, errors.New("dial 10.1.2.3"), "The store does not answer.")
		}, http.StatusServiceUnavailable, "The store does not answer."},
		"bug":   {func(context.Context) error { return errors.New("dial 10.1.2.3") }, http.StatusServiceUnavailable, "The function is not ready. Its log says why."},
		"hangs": {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, http.StatusServiceUnavailable, "The function is not ready. Its log says why."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := NewAPI(Options{Title: "T", Ready: tt.ready, Log: slog.New(slog.DiscardHandler)})
			get := func(path string) (int, map[string]string) {
				rec := httptest.NewRecorder()
				api.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
				var body map[string]string
				require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &body))
				return rec.Code, body
			}
			status, body := get("/readyz")
			assert.Equal(t, tt.status, status)
			assert.Equal(t, tt.message, body["message"])
			status, body = get("/healthz")
			assert.Equal(t, http.StatusOK, status, "it answers")
			assert.Equal(t, "ok", body["status"])
		})
	}
}

func TestMetrics_CountRequestsByRoute(t *testing.T) {
	t.Parallel()
	api := NewAPI(Options{Title: "Counted", Log: slog.New(slog.DiscardHandler)})
	Register(api, Public, huma.Operation{OperationID: "get-thing", Method: http.MethodGet, Path: "/v1/things/{thing}"},
		func(context.Context, *struct {
			Thing string `path:"thing"`
		},
		) (*struct{}, error) {
			return nil, nil
		})
	for _, r := range [][2]string{{"GET", "/v1/things/a"}, {"GET", "/v1/things/b"}, {"GET", "/nothing/here"}, {"INVENTED", "/v1/things/a"}} {
		api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), r[0], r[1], nil))
	}
	rec := httptest.NewRecorder()
	Metrics().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text := rec.Body.String()
	assert.Contains(t, text, `ocim_requests_total{function="counted",method="GET",route="/v1/things/{thing}",status="204"} 2`)
	assert.Contains(t, text, `ocim_request_seconds_count{function="counted",method="GET",route="/v1/things/{thing}"} 2`)
	assert.Contains(t, text, `ocim_requests_total{function="counted",method="GET",route="unknown",status="404"} 1`)
	assert.Contains(t, text, `method="other"`)
	assert.NotContains(t, text, "INVENTED")
	assert.Contains(t, text, "go_memstats_", "the process's own")
}

func TestListenMetrics_HasAPortOfItsOwn(t *testing.T) {
	t.Parallel()
	require.NoError(t, ListenMetrics(t.Context(), ""))
	require.ErrorContains(t, ListenMetrics(t.Context(), "127.0.0.1:99999"), "OCIM_METRICS_LISTEN")
	address := freeAddress(t)
	require.NoError(t, ListenMetrics(t.Context(), address))
	resp, err := http.Get("http://" + address + "/metrics")
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Contains(t, string(body), "process_resident_memory_bytes")
	// The public port does not have it.
	rec := httptest.NewRecorder()
	NewAPI(Options{Log: slog.New(slog.DiscardHandler)}).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	assert.Equal(t, http.StatusNotFound, rec.Code)
}

func TestParseLogLevel(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]slog.Level{"": slog.LevelInfo, "debug": slog.LevelDebug, "WARN": slog.LevelWarn, "error": slog.LevelError} {
		got, err := ParseLogLevel(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	_, err := ParseLogLevel("loud")
	require.ErrorContains(t, err, "OCIM_LOG_LEVEL")
}

func TestLimitMemory(t *testing.T) { // not parallel: it sets the process's limit
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	none := func(string) (string, bool) { return "", false }
	for name, tt := range map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"version 2":         {fstest.MapFS{"sys/fs/cgroup/memory.max": {Data: []byte("268435456\n")}}, 241591910},
		"version 1":         {fstest.MapFS{"sys/fs/cgroup/memory/memory.limit_in_bytes": {Data: []byte("134217728\n")}}, 120795955},
		"no limit":          {fstest.MapFS{"sys/fs/cgroup/memory.max": {Data: []byte("max\n")}}, 0},
		"version 1 without": {fstest.MapFS{"sys/fs/cgroup/memory/memory.limit_in_bytes": {Data: []byte("9223372036854771712\n")}}, 0},
		"as good as none":   {fstest.MapFS{"sys/fs/cgroup/memory.max": {Data: []byte("1125899906842624\n")}}, 0},
		"no container":      {fstest.MapFS{}, 0},
	} {
		debug.SetMemoryLimit(math.MaxInt64)
		assert.Equal(t, tt.want, limitMemory(tt.files, none), name)
		if tt.want > 0 {
			assert.Equal(t, tt.want, debug.SetMemoryLimit(-1), name)
		} else {
			assert.Equal(t, int64(math.MaxInt64), debug.SetMemoryLimit(-1), name)
		}
	}
	debug.SetMemoryLimit(math.MaxInt64)
	given := func(name string) (string, bool) { return "100MiB", name == "GOMEMLIMIT" }
	limitMemory(fstest.MapFS{"sys/fs/cgroup/memory.max": {Data: []byte("268435456")}}, given)
	assert.Equal(t, int64(math.MaxInt64), debug.SetMemoryLimit(-1), "the environment decides")
}

func TestSendTraces_NamesTheSetting(t *testing.T) {
	_, err := SendTraces("ftp://collector", "")
	require.ErrorContains(t, err, "OCIM_OTLP_ENDPOINT")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	stop, err := SendTraces("", "")
	require.NoError(t, err)
	stop()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}
