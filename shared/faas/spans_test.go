package faas

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/trace"
)

// collector keeps what is posted to it.
type collector struct {
	*httptest.Server
	posts chan map[string]any
}

func newCollector(t *testing.T, answer int) *collector {
	c := &collector{posts: make(chan map[string]any, 100)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "POST /prefix/v1/traces application/json", r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type"))
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		var post map[string]any
		assert.NoError(t, json.Unmarshal(body, &post))
		select {
		case c.posts <- post:
		default:
			assert.Fail(t, "too many posts")
		}
		http.Redirect(w, r, "/elsewhere", answer)
	}))
	t.Cleanup(c.Close)
	return c
}

func startSpans(t *testing.T, endpoint string) (stop func()) {
	t.Helper()
	e, err := startSpanExporter(endpoint, "ocim", "v3")
	require.NoError(t, err)
	return func() { e.stop(t.Context()) }
}

// Spans have the form of OTLP's JSON encoding.
func TestSpanExporter_SendsSpansToACollector(t *testing.T) {
	c := newCollector(t, http.StatusOK)
	startSpans(t, c.URL+"/prefix/")()
	assert.Empty(t, c.posts, "there is nothing to send")
	stop := startSpans(t, c.URL+"/prefix/")
	ctx := trace.Continue(t.Context(), []string{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
	call := trace.Next(ctx)
	call.End(trace.Client, "GET gitlab.example.org", time.Second, true, map[string]any{
		"url.path": "/x" + strings.Repeat("y", 1000), "http.response.status_code": 503,
	})
	trace.From(ctx).End(trace.Server, "GET /v1/instances", 2*time.Second, false, nil)
	_, end := trace.Work(t.Context(), "1af7651916cd43dd8448eb211c80319c", "sync")
	end()
	trace.From(trace.Continue(t.Context(), []string{"00-2af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"})).End(trace.Server, "x", 0, false, nil)
	trace.From(t.Context()).End(trace.Server, "of no trace", 0, false, nil)
	stop()
	require.Len(t, c.posts, 1)
	post := <-c.posts
	of := post["resourceSpans"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]any{"attributes": []any{
		map[string]any{"key": "service.name", "value": map[string]any{"stringValue": "ocim"}},
		map[string]any{"key": "service.version", "value": map[string]any{"stringValue": "v3"}},
	}}, of["resource"])
	spans := of["scopeSpans"].([]any)[0].(map[string]any)["spans"].([]any)
	require.Len(t, spans, 3, "what is not sampled, or of no trace, is not sent")
	for i, took := range []time.Duration{time.Second, 2 * time.Second} {
		s := spans[i].(map[string]any)
		begin, err := strconv.ParseInt(s["startTimeUnixNano"].(string), 10, 64)
		require.NoError(t, err)
		end, err := strconv.ParseInt(s["endTimeUnixNano"].(string), 10, 64)
		require.NoError(t, err)
		assert.Equal(t, took.Nanoseconds(), end-begin)
		delete(s, "startTimeUnixNano")
		delete(s, "endTimeUnixNano")
	}
	assert.Equal(t, map[string]any{
		"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": call.SpanID, "parentSpanId": trace.From(ctx).SpanID,
		"name": "GET gitlab.example.org", "kind": 3.0, "status": map[string]any{"code": 2.0},
		"attributes": []any{
			map[string]any{"key": "http.response.status_code", "value": map[string]any{"intValue": "503"}},
			map[string]any{"key": "url.path", "value": map[string]any{"stringValue": "/x" + strings.Repeat("y", 254)}},
		},
	}, spans[0])
	assert.Equal(t, map[string]any{
		"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": trace.From(ctx).SpanID, "parentSpanId": "b7ad6b7169203331",
		"name": "GET /v1/instances", "kind": 2.0,
	}, spans[1])
	assert.Equal(t, 1.0, spans[2].(map[string]any)["kind"])
	trace.Start(t.Context())
	trace.From(ctx).End(trace.Server, "late", 0, false, nil)
	assert.Empty(t, c.posts, "it is over")
}

// Batches are bounded, and one that is not taken is sent once.
func TestSpanExporter_SendsBoundedBatchesOnce(t *testing.T) {
	was := slog.Default()
	t.Cleanup(func() { slog.SetDefault(was) })
	for answer, lost := range map[int]int{http.StatusOK: 0, http.StatusFound: 1, http.StatusServiceUnavailable: 1} {
		var log bytes.Buffer
		slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
		c := newCollector(t, answer)
		stop := startSpans(t, c.URL+"/prefix")
		for range 600 {
			trace.From(trace.Start(t.Context())).End(trace.Internal, "x", 0, false, nil)
		}
		stop()
		assert.Equal(t, lost, strings.Count(log.String(), fmt.Sprintf(`count=512 err="the collector answers %d"`, answer)), log.String())
		assert.Equal(t, lost, strings.Count(log.String(), "spans were lost"), "once a minute")
		require.Len(t, c.posts, 2, answer)
		for _, want := range []int{512, 88} {
			post := <-c.posts
			assert.Len(t, post["resourceSpans"].([]any)[0].(map[string]any)["scopeSpans"].([]any)[0].(map[string]any)["spans"], want)
		}
	}
}

// A collector that hangs holds up nothing: what is too much is lost.
func TestSpanExporter_WaitsForNoCollector(t *testing.T) {
	hang := make(chan struct{})
	posts := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posts <- struct{}{}; <-hang }))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(hang) })
	e, err := startSpanExporter(s.URL, "ocim", "")
	require.NoError(t, err)
	span := trace.From(trace.Start(t.Context()))
	for range 512 {
		span.End(trace.Internal, "x", 0, false, nil)
	}
	<-posts // the first batch is under way
	for range 5000 {
		span.End(trace.Internal, "x", 0, false, nil)
	}
	assert.EqualValues(t, 5000-2048, e.lost.Load())
	over, cancel := context.WithCancel(t.Context())
	cancel()
	e.stop(over)
}

func TestSpanExporter_RefusesOtherAddresses(t *testing.T) {
	for _, address := range []string{"collector:4318", "ftp://collector", "http://", "http://user:word@collector", "http://collector?x=1", "http://collector:x"} {
		_, err := startSpanExporter(address, "ocim", "")
		require.Error(t, err, address)
		assert.NotContains(t, err.Error(), "word")
	}
}
