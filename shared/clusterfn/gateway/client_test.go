package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/trace"
)

var right = secret.New("right-secret-of-this-cluster-0123456789")

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, contentType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}, "Retry-After": {"7"}}, Body: io.NopCloser(strings.NewReader(body))}
}

func over(t *testing.T, transport roundTrip) *gateway.Cluster {
	t.Helper()
	c, err := gateway.New(gateway.Options{Transport: transport, MaxResponse: 1000, Now: time.Now}).Open(gateway.Target{
		Cluster: "campus", GatewayURL: "https://openfaas.example.org/", User: secret.New("admin"), Password: secret.New("canary-pw"), Secret: right,
	})
	require.NoError(t, err)
	return c
}

func TestTargetIsChecked(t *testing.T) {
	t.Parallel()
	client := gateway.New(gateway.Options{Now: time.Now})
	for url, says := range map[string]string{
		"": "set its address", "openfaas.example.org": "host", "http://openfaas.example.org": "https", "ftp://x.example.org": "https",
		"https://user:pw@x.example.org": "password", "https://x.example.org?a=1": "must look like", "https://": "host",
		"https://169.254.169.254": "private network", "https://10.0.0.1/": "private network", "https://[::1]": "private network", ":": "must look like",
	} {
		_, err := client.Open(gateway.Target{GatewayURL: url, Secret: right})
		var f *fault.Error
		require.ErrorAs(t, err, &f, url)
		assert.Equal(t, fault.Invalid, f.Kind, url)
		assert.Equal(t, "gatewayUrl", f.Field, url)
		assert.Contains(t, f.Message, says, url)
	}
	_, err := client.Open(gateway.Target{GatewayURL: "https://x.example.org", Secret: secret.New("short")})
	require.ErrorContains(t, err, "inspectorSecret")
	_, err = client.Open(gateway.Target{GatewayURL: "https://x.example.org", Usage: fleet.UsageContract{Function: "a/b"}})
	require.ErrorContains(t, err, "usage.function")
}

func TestAddressInsideIsNotReached(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	client := gateway.New(gateway.Options{Now: time.Now})
	// The name passes the check of the address; what it resolves to does not.
	c, err := client.Open(gateway.Target{Cluster: "campus", GatewayURL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1), Secret: right})
	require.NoError(t, err)
	_, err = c.Nodes(t.Context())
	require.Equal(t, fault.Invalid, fault.KindOf(err), "%v", err)
	assert.Contains(t, err.Error(), "private network")
}

func TestRequestsCarryTheirProofs(t *testing.T) {
	t.Parallel()
	v := clusterfn.NewVerifier(func() ([]secret.Value, error) { return []secret.Value{right}, nil }, time.Now)
	c := over(t, func(r *http.Request) (*http.Response, error) {
		user, password, _ := r.BasicAuth()
		assert.Equal(t, "admin/canary-pw", user+"/"+password)
		assert.Equal(t, "https://openfaas.example.org/function/inspector/v1/instances/demo/pods/lms-1/log?container=lms&previous=true", r.URL.String())
		inside := r.Clone(r.Context())
		inside.URL.Path = strings.TrimPrefix(r.URL.Path, "/function/inspector")
		assert.NoError(t, v.Verify(inside))
		return answer(200, "application/json", `{"lines": [{"text": "hello"}]}`), nil
	})
	log, err := c.Log(t.Context(), "demo", clusterfn.LogQuery{Pod: "lms-1", Container: "lms", Previous: true})
	require.NoError(t, err)
	assert.Equal(t, []clusterfn.Line{{Text: "hello"}}, log.Lines)
}

// A call of a cluster's function belongs to the trace of what causes it.
func TestClient_SendsTheTrace(t *testing.T) {
	t.Parallel()
	var sent trace.Span
	c := over(t, func(r *http.Request) (*http.Response, error) {
		sent, _ = trace.Parse(r.Header.Get(trace.Header))
		return answer(503, "", ""), nil
	})
	ctx := trace.Start(t.Context())
	_, err := c.Log(ctx, "demo", clusterfn.LogQuery{Pod: "lms-1"})
	require.Error(t, err)
	assert.Equal(t, trace.From(ctx).TraceID, sent.TraceID)
}

func TestAnswersBecomeFaultsWithACure(t *testing.T) {
	t.Parallel()
	const problem = "application/problem+json"
	for name, tc := range map[string]struct {
		status     int
		kind, body string
		want       fault.Kind
		says       string
	}{
		"gateway refuses":     {401, "text/plain", "invalid credentials", fault.Unavailable, "enter new ones"},
		"no such function":    {404, "text/plain", "error finding function", fault.Unavailable, "deploy it there"},
		"gateway restarts":    {503, "text/plain", "", fault.Unavailable, "fails with 503"},
		"function fails":      {500, "text/plain", "", fault.Unavailable, "its log says why"},
		"busy":                {429, "text/plain", "", fault.Limited, "busy"},
		"redirect":            {302, "text/plain", "", fault.Unavailable, "final address"},
		"signature refused":   {401, problem, `{"type":"urn:ocim:unauthenticated","detail":"no"}`, fault.Unavailable, "same secret on both sides"},
		"no such instance":    {404, problem, `{"type":"urn:ocim:not_found","detail":"The cluster runs no such instance."}`, fault.NotFound, "no such instance"},
		"API server away":     {503, problem, `{"type":"urn:ocim:unavailable","detail":"The inspector may not list pods."}`, fault.Unavailable, "may not list pods"},
		"inspector defect":    {500, problem, `{"type":"urn:ocim:internal","detail":"x"}`, fault.Unavailable, "its log says why"},
		"not known":           {418, "text/plain", "", fault.Unavailable, "deploy the version"},
		"a page":              {200, "text/html", "<html>", fault.Unavailable, "form that is not known"},
		"another form":        {200, "application/json", `{"nodes": 3}`, fault.Unavailable, "form that is not known"},
		"more than the bound": {200, "application/json", `"` + strings.Repeat("x", 1000) + `"`, fault.Unavailable, "more than 1000 bytes"},
	} {
		c := over(t, func(*http.Request) (*http.Response, error) { return answer(tc.status, tc.kind, tc.body), nil })
		_, err := c.Nodes(t.Context())
		assert.Equal(t, tc.want, fault.KindOf(err), name)
		assert.Contains(t, fault.Message(err), tc.says, name)
		assert.Equal(t, name == "no such function", errors.Is(err, clusterfn.ErrNoFunction), name)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "canary-pw", name)
	}
}

func TestGatewayThatRestartsIsAskedTwice(t *testing.T) {
	t.Parallel()
	nonces := map[string]bool{}
	c := over(t, func(r *http.Request) (*http.Response, error) {
		nonces[r.Header.Get(clusterfn.HeaderNonce)] = true
		if len(nonces) == 1 {
			return answer(502, "text/plain", ""), nil
		}
		return answer(200, "application/json", `{"nodes": []}`), nil
	})
	_, err := c.Nodes(t.Context())
	require.NoError(t, err)
	assert.Len(t, nonces, 2, "each request has a signature of its own")
}

// TestCircuit lives in a time of its own.
func TestCircuit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls, dead := 0, true
		c := over(t, func(r *http.Request) (*http.Response, error) {
			calls++
			if dead {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return answer(200, "application/json", `{"nodes": [], "instances": []}`), nil
		})
		for range 5 {
			start := time.Now()
			_, err := c.Nodes(t.Context())
			require.Equal(t, fault.Unavailable, fault.KindOf(err))
			require.Contains(t, fault.Message(err), "within 10 seconds")
			require.Equal(t, gateway.DefaultTimeout, time.Since(start))
		}
		before := calls
		start := time.Now()
		_, err := c.Nodes(t.Context())
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		require.Equal(t, 30*time.Second, f.RetryAfter)
		require.Equal(t, before, calls, "a dead cluster costs nobody time")
		require.Zero(t, time.Since(start))

		dead = false
		_, err = c.Usage(t.Context(), clusterfn.LastMonth(time.Now()))
		require.NoError(t, err, "another function has a circuit of its own")
		time.Sleep(31 * time.Second)
		_, err = c.Nodes(t.Context())
		require.NoError(t, err)
	})
}

func TestWhoGivesUpOpensNoCircuit(t *testing.T) {
	t.Parallel()
	c := over(t, func(r *http.Request) (*http.Response, error) {
		if r.Context().Err() != nil {
			return nil, r.Context().Err()
		}
		return answer(404, "application/problem+json", `{"type":"urn:ocim:not_found"}`), nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_, err := c.Nodes(ctx)
		require.ErrorIs(t, err, context.Canceled)
	}
	for range 20 {
		_, err := c.Nodes(t.Context())
		require.Equal(t, fault.NotFound, fault.KindOf(err), "the inspector answers: that is no silence")
	}
}

func TestUnreachableCluster(t *testing.T) {
	t.Parallel()
	c := over(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })
	_, err := c.Nodes(t.Context())
	assert.Equal(t, fault.Unavailable, fault.KindOf(err))
	assert.Contains(t, fault.Message(err), "cannot be reached")
}

func TestClusterWithoutInspector(t *testing.T) {
	t.Parallel()
	c, err := gateway.New(gateway.Options{Now: time.Now}).Open(gateway.Target{Cluster: "campus", GatewayURL: "https://x.example.org"})
	require.NoError(t, err)
	_, err = c.Instances(t.Context())
	assert.Equal(t, fault.Unavailable, fault.KindOf(err))
	assert.Contains(t, fault.Message(err), "deploy the inspector")
}
