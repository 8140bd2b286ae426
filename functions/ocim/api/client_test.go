package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The generated methods fill paths, query, headers and bodies.
func TestClient_SendsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	type request struct {
		to, key string
		body    map[string]any
	}
	var got request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = request{to: r.Method + " " + r.RequestURI, key: r.Header.Get("Idempotency-Key")}
		if r.Header.Get("Content-Type") == "application/json" {
			assert.NoError(t, json.NewDecoder(r.Body).Decode(&got.body))
		}
		_, _ = w.Write([]byte(`{"id": "1", "state": "queued", "requestedAt": "2026-01-02T03:04:05Z"}`))
	}))
	defer server.Close()
	c := Client{Base: server.URL + "/"}

	_, err := c.GetInstance(t.Context(), "a/b", "c?d")
	require.NoError(t, err)
	assert.Equal(t, request{to: "GET /function/instances/v1/clusters/a%2Fb/instances/c%3Fd"}, got)

	_, err = c.GetJobLog(t.Context(), "a", 2, 3, GetJobLogParams{From: 4})
	require.NoError(t, err)
	assert.Equal(t, request{to: "GET /function/pipelines/v1/clusters/a/pipelines/2/jobs/3/log?from=4"}, got)

	_, err = c.ListInstances(t.Context(), ListInstancesParams{Health: []ListInstancesParamsHealth{"failed", "degraded"}, Problems: true})
	require.NoError(t, err)
	assert.Equal(t, request{to: "GET /function/clusters/v1/instances?health=failed&health=degraded&problems=true"}, got)

	// false is a value to set, nothing given is nothing sent.
	body := OperationRequest{Kind: "update", Instance: "c", Changes: []Change{{File: "config.yml", Path: []string{"K"}, Value: false}}}.Start("hash")
	o, err := c.StartOperation(t.Context(), "a", StartOperationParams{IdempotencyKey: "12345678"}, body)
	require.NoError(t, err)
	assert.Equal(t, "POST /function/pipelines/v1/clusters/a/operations", got.to)
	assert.Equal(t, "12345678", got.key)
	assert.Equal(t, map[string]any{
		"kind": "update", "instance": "c", "previewHash": "hash",
		"changes": []any{map[string]any{"file": "config.yml", "path": []any{"K"}, "value": false}},
	}, got.body)
	assert.Equal(t, 2026, o.RequestedAt.Year())
}

// What a preview showed and what is started cannot differ in a field.
func TestStart_KeepsTheWholeRequest(t *testing.T) {
	t.Parallel()
	operation := OperationRequest{
		BaseCommit: "c", Branch: "b", Changes: []Change{{File: "f", Path: []string{"p"}, Value: 1.5}}, Deploy: true, Files: []Edit{{Path: "p", Text: "t"}},
		Instance: "i", Kind: "update", Overrides: map[string]any{"k": "v"}, Reason: "r", Repository: "x", RollBackTo: "o",
	}
	bulk := BulkRequest{
		Batch: 2, Canary: Target{Cluster: "c", Instance: "i"}, Changes: operation.Changes, IgnoreHealth: true, Kind: "update",
		PauseAfter: 3, Reason: "r", Targets: []Target{{Cluster: "c", Instance: "i"}},
	}
	for _, c := range []struct{ preview, start any }{{operation, operation.Start("h")}, {bulk, bulk.Start("h")}} {
		var want, have map[string]any
		text, err := json.Marshal(c.preview)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &want))
		require.Len(t, want, reflect.TypeOf(c.preview).NumField(), "a field of %T is not set here", c.preview)
		text, err = json.Marshal(c.start)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &have))
		want["previewHash"] = "h"
		assert.Equal(t, want, have)
	}
}

func TestDo_RepeatsOnlyWhatIsSafe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call call
		want int
	}{
		"a read":                {call{method: http.MethodGet, path: "/x", out: new(any)}, attempts},
		"a write with a key":    {call{method: http.MethodPost, path: "/x", header: values("Idempotency-Key", "12345678"), out: new(any)}, attempts},
		"a write without a key": {call{method: http.MethodPost, path: "/x", out: new(any)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests++
				w.WriteHeader(http.StatusServiceUnavailable)
			}))
			defer server.Close()
			client := Client{Base: server.URL}
			err := client.do(t.Context(), c.call)
			assert.Equal(t, http.StatusServiceUnavailable, StatusOf(err))
			assert.Equal(t, c.want, requests)
		})
	}
}

// A request that was refused because there were too many has had no effect.
func TestDo_RepeatsWhatWasLimited(t *testing.T) {
	t.Parallel()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests++; requests < 3 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	client := Client{Base: server.URL}
	begun := time.Now()
	require.NoError(t, client.do(t.Context(), call{method: http.MethodPost, path: "/x", out: new(any)}))
	assert.Equal(t, 3, requests)
	assert.GreaterOrEqual(t, time.Since(begun), 2*time.Second, "as long as the server says")
}

func TestError_NamesFieldsAndTheCall(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = w.Write([]byte(`{"type":"urn:ocim:invalid","title":"x","status":422,"instance":"01ABC","detail":"The request is invalid.","errors":[{"field":"changes.0.path","message":"names no key"}]}`))
	}))
	defer server.Close()
	client := Client{Base: server.URL, Token: "secret"}
	_, err := client.GetBulkChange(t.Context(), "x")
	assert.EqualError(t, err, "The request is invalid.\n  changes.0.path: names no key")
}
