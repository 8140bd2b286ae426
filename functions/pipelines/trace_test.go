package function_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/pipelines"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/trace"
)

// The trace of a request is that of the calls of GitLab it causes, also of those that a
// later sync makes for its operation, and of its line in the log.
func TestTrace_LeadsFromTheRequestToGitLab(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	var log bytes.Buffer
	w.Handler = function.New(function.Deps{
		API:   faas.Options{Authenticator: byRole{}, Log: slog.New(trace.Log(slog.NewJSONHandler(&log, nil)))},
		Fleet: w.Store, Operations: w.Operations, Actions: w.Actions, Bulks: w.Bulks, Policy: w.Policy,
		Pipeline: w.Fleet.Pipeline, JobLog: w.JobLog, CopyLog: w.CopyLog, Redact: w.Secrets.Of, Viewed: w.NoteView,
	})
	var spans collected
	trace.Collect(spans.add)
	t.Cleanup(func() { trace.Collect(nil) })
	// sent are the traces with which GitLab was called to start a pipeline.
	sent := func() (ids []string) {
		for _, r := range w.gitlab.Requests() {
			if r.Method == http.MethodPost && !strings.HasSuffix(r.Path, "/graphql") {
				s, ok := trace.Parse(r.Trace)
				require.True(t, ok, "%s %s: %q", r.Method, r.Path, r.Trace)
				ids = append(ids, s.TraceID)
			}
		}
		w.gitlab.ResetRequests()
		return ids
	}
	start := func(instance, header string) fleet.Operation {
		var files fleet.Files
		require.Equal(t, 200, w.call(t, "operator", "GET", campus+"/instances/"+instance+"/configuration", nil, &files))
		req := m{"kind": "update", "instance": instance, "baseCommit": files.Commit, "files": []m{{
			"path": files.Files[0].Path, "text": files.Files[0].Text + "NEW: 1\n",
		}}}
		var preview struct{ Hash string }
		require.Equal(t, 200, w.call(t, "operator", "POST", campus+"/operations/preview", req, &preview))
		req["previewHash"] = preview.Hash
		body, err := json.Marshal(req)
		require.NoError(t, err)
		w.gitlab.ResetRequests()
		log.Reset()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, campus+"/operations", bytes.NewReader(body))
		for name, value := range map[string]string{
			"Authorization": "Bearer operator", "Content-Type": "application/json", "Idempotency-Key": "idempotency-" + instance, "Traceparent": header,
		} {
			r.Header.Set(name, value)
		}
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		require.Equal(t, http.StatusAccepted, rec.Code, rec.Body.String())
		var op fleet.Operation
		require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &op))
		var line struct {
			Call, Trace string
			TraceID     string `json:"trace_id"`
			SpanID      string `json:"span_id"`
		}
		require.NoError(t, json.Unmarshal(log.Bytes(), &line), log.String())
		assert.Equal(t, rec.Header().Get("X-Call-Id"), line.Call)
		assert.Equal(t, op.Trace, line.TraceID)
		assert.Len(t, line.SpanID, 16)
		return op
	}
	const first = "0af7651916cd43dd8448eb211c80319c"
	op := start("alpha", "00-"+first+"-b7ad6b7169203331-01")
	assert.Equal(t, first, op.Trace)
	assert.Equal(t, []string{first}, sent(), "it is sent at once")
	request := spans.one(t, first, trace.Server, "POST "+"/v1/clusters/{cluster}/operations")
	assert.Equal(t, "b7ad6b7169203331", request.Parent)
	assert.Equal(t, http.StatusAccepted, request.Attributes["http.response.status_code"])
	call := spans.one(t, first, trace.Client, "POST 127.0.0.1")
	assert.Equal(t, request.SpanID, call.Parent)
	assert.False(t, call.Failed)

	op = start("beta", "00-malformed")
	assert.Regexp(t, "^[0-9a-f]{32}$", op.Trace)
	assert.NotEqual(t, first, op.Trace)
	assert.Empty(t, sent(), "it waits for the first one")
	w.settle(t, 4)
	assert.Equal(t, []string{op.Trace}, sent(), "a sync sends it in its trace")
	work := spans.one(t, op.Trace, trace.Internal, "operation send")
	assert.Equal(t, work.SpanID, spans.one(t, op.Trace, trace.Client, "POST 127.0.0.1").Parent)
}

// collected are the spans that ended.
type collected struct {
	mu   sync.Mutex
	list []trace.Record
}

func (c *collected) add(r trace.Record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, r)
}

// one gives the only span of a trace and name.
func (c *collected) one(t *testing.T, id string, kind trace.Kind, name string) trace.Record {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []trace.Record
	for _, r := range c.list {
		if r.TraceID == id && r.Kind == kind && r.Name == name {
			found = append(found, r)
		}
	}
	require.Len(t, found, 1, "%+v", c.list)
	return found[0]
}
