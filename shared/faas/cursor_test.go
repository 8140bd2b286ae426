package faas_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

// lister is an API with a list, whose cursor is a position in the store.
func lister(t *testing.T, key string, change ...func(*faas.Options)) (http.Handler, *string) {
	t.Helper()
	opts := faas.Options{Authenticator: everybody, Log: slog.New(slog.DiscardHandler)}
	if key != "" {
		opts.CursorKey = func() (secret.Value, error) { return secret.New(key), nil }
	}
	for _, f := range change {
		f(&opts)
	}
	api := faas.NewAPI(opts)
	opened := new(string)
	type page struct {
		Items []string `json:"items"`
		Next  string   `json:"next,omitempty"`
	}
	type embedded struct {
		page
		More string `json:"more"`
	}
	type input struct {
		Kind  string `query:"kind"`
		After string `query:"after"`
		Limit int    `query:"limit"`
	}
	list := func(_ context.Context, in *input) (*struct{ Body embedded }, error) {
		*opened = in.After
		return &struct{ Body embedded }{embedded{page: page{Next: "hidden-cluster#7"}}}, nil
	}
	faas.Register(api, faas.SignedIn, op("list", http.MethodGet, "/v1/list"), list)
	faas.Register(api, faas.SignedIn, op("other", http.MethodGet, "/v1/other"), list)
	return api, opened
}

func get(t *testing.T, h http.Handler, who, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+who)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestCursor_IsSealedAndBoundToCallerAndQuery(t *testing.T) {
	t.Parallel()
	h, opened := lister(t, "k1")
	w := get(t, h, "viewer", "/v1/list?kind=a&limit=5")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	assert.NotContains(t, w.Body.String(), "hidden")
	var body struct{ Next string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
	require.NotEmpty(t, body.Next)
	after := "&after=" + url.QueryEscape(body.Next)

	for _, path := range []string{"/v1/list?kind=a&limit=5", "/v1/list?limit=50&kind=a"} {
		require.Equal(t, http.StatusOK, get(t, h, "viewer", path+after).Code)
		assert.Equal(t, "hidden-cluster#7", *opened, path)
	}
	replica, replicaOpened := lister(t, "k1")
	require.Equal(t, http.StatusOK, get(t, replica, "viewer", "/v1/list?kind=a"+after).Code)
	assert.Equal(t, "hidden-cluster#7", *replicaOpened)

	rotated, _ := lister(t, "k2")
	random, _ := lister(t, "")
	for name, c := range map[string]struct {
		h         http.Handler
		who, path string
	}{
		"another caller":    {h, "operator", "/v1/list?kind=a" + after},
		"another filter":    {h, "viewer", "/v1/list?kind=b" + after},
		"no filter":         {h, "viewer", "/v1/list?x" + after},
		"another operation": {h, "viewer", "/v1/other?kind=a" + after},
		"another key":       {rotated, "viewer", "/v1/list?kind=a" + after},
		"a key of its own":  {random, "viewer", "/v1/list?kind=a" + after},
		"a plain position":  {h, "viewer", "/v1/list?kind=a&after=hidden-cluster%237"},
		"cut":               {h, "viewer", "/v1/list?kind=a" + after[:len(after)-4]},
		"not base64":        {h, "viewer", "/v1/list?kind=a&after=%25%25"},
		"two":               {h, "viewer", "/v1/list?kind=a&after=hidden" + after},
	} {
		w := get(t, c.h, c.who, c.path)
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, "%s: %s", name, w.Body)
		assert.NotContains(t, w.Body.String(), "hidden-", name)
	}
}

func TestAPI_SecurityHeaders(t *testing.T) {
	t.Parallel()
	plain, _ := lister(t, "k")
	secured, _ := lister(t, "k", func(o *faas.Options) { o.HTTPS = true })
	for _, path := range []string{"/v1/list", "/nothing", "/openapi.json"} {
		h := get(t, secured, "viewer", path).Header()
		assert.Equal(t, "max-age=31536000", h.Get("Strict-Transport-Security"), path)
		assert.Equal(t, "default-src 'none'; frame-ancestors 'none'", h.Get("Content-Security-Policy"), path)
		assert.Equal(t, "no-store", h.Get("Cache-Control"), path)
		assert.Empty(t, get(t, plain, "viewer", path).Header().Get("Strict-Transport-Security"), path)
	}
}

func TestAPI_DocumentIsForSignedInCallers(t *testing.T) {
	t.Parallel()
	h, _ := lister(t, "k")
	assert.Equal(t, http.StatusUnauthorized, get(t, h, "stranger", "/openapi.json").Code)
	w := get(t, h, "viewer", "/openapi.json")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), `"openapi":"3.1.0"`)
}

// sessions makes each bearer a session of its own.
type sessions struct{}

func (sessions) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	return identity.Principal{UserID: "u", SessionID: bearer, Grants: identity.Grants{Global: identity.Viewer}}, nil
}

func TestCallRate_BoundsEachSession(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	api := faas.NewAPI(faas.Options{
		Authenticator: sessions{}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		CallRate: faas.CallRate{PerSecond: 2, Burst: 20},
	})
	nothing := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	faas.Register(api, faas.SignedIn, op("cheap", http.MethodGet, "/v1/cheap"), nothing)
	dear := op("dear", http.MethodGet, "/v1/dear")
	dear.Metadata = map[string]any{faas.Cost: faas.AsksGitLab}
	faas.Register(api, faas.SignedIn, dear, nothing)
	faas.Register(api, faas.Public, huma.Operation{OperationID: "open", Method: http.MethodGet, Path: "/v1/open"}, nothing)

	for range 20 {
		require.Equal(t, http.StatusNoContent, get(t, api, "one", "/v1/cheap").Code)
	}
	w := get(t, api, "one", "/v1/cheap")
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
	assert.Equal(t, http.StatusNoContent, get(t, api, "two", "/v1/cheap").Code, "another session")
	assert.Equal(t, http.StatusNoContent, get(t, api, "one", "/v1/open").Code, "public calls have limits of their own")
	now = now.Add(500 * time.Millisecond)
	assert.Equal(t, http.StatusNoContent, get(t, api, "one", "/v1/cheap").Code)
	assert.Equal(t, http.StatusTooManyRequests, get(t, api, "one", "/v1/cheap").Code)
	for range 2 {
		assert.Equal(t, http.StatusNoContent, get(t, api, "three", "/v1/dear").Code)
	}
	assert.Equal(t, http.StatusTooManyRequests, get(t, api, "three", "/v1/dear").Code, "what asks GitLab counts ten times")
}

// The way of a request: front proxy, OpenFaaS' gateway, watchdog, function. The
// gateway keeps an X-Forwarded-For that is there and sets one only when there is
// none; the watchdog calls from the same machine and passes headers on.
func TestClientAddress_ThroughGatewayAndWatchdog(t *testing.T) {
	t.Parallel()
	var seen string
	function := faas.NewAPI(faas.Options{TrustedHops: 1, Log: slog.New(slog.DiscardHandler)})
	faas.Register(function, faas.Public, op("who", http.MethodGet, "/v1/who"), func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		seen = faas.ClientFrom(ctx).String()
		return nil, nil
	})
	watchdog := httptest.NewServer(function)
	defer watchdog.Close()
	forward := func(to string, header func(r *http.Request, h http.Header)) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			out, err := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), r.Body)
			if !assert.NoError(t, err) {
				return
			}
			out.Header = r.Header.Clone()
			header(r, out.Header)
			res, err := http.DefaultClient.Do(out)
			if !assert.NoError(t, err) {
				return
			}
			defer func() { _ = res.Body.Close() }()
			w.WriteHeader(res.StatusCode)
			_, _ = io.Copy(w, res.Body)
		}))
		t.Cleanup(s.Close)
		return s
	}
	gateway := forward(watchdog.URL, func(r *http.Request, h http.Header) {
		if h.Get("X-Forwarded-For") == "" {
			h.Set("X-Forwarded-For", r.RemoteAddr)
		}
	})
	// The front proxy appends the address that it was called from, here the test's.
	front := forward(gateway.URL, func(r *http.Request, h http.Header) {
		client, _, _ := strings.Cut(r.RemoteAddr, ":")
		h.Set("X-Forwarded-For", strings.Join(append(h.Values("X-Forwarded-For"), client), ", "))
	})
	for _, forged := range []string{"", "203.0.113.9", "203.0.113.9, 203.0.113.10", "unknown", ",,,"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, front.URL+"/v1/who", nil)
		require.NoError(t, err)
		if forged != "" {
			r.Header.Set("X-Forwarded-For", forged)
		}
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, "127.0.0.1", seen, "forged %q", forged)
	}
}

func TestClientAddress_CountsHopsFromTheRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hops      int
		forwarded []string
		want      string
	}{
		"one proxy":               {1, []string{"203.0.113.9"}, "203.0.113.9"},
		"forged":                  {1, []string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9"},
		"forged in its own line":  {1, []string{"1.1.1.1", "203.0.113.9"}, "203.0.113.9"},
		"two proxies":             {2, []string{"1.1.1.1, 203.0.113.9, 198.51.100.1"}, "203.0.113.9"},
		"fewer entries than hops": {2, []string{"203.0.113.9"}, "10.0.0.1"},
		"no header":               {1, nil, "10.0.0.1"},
		"nonsense":                {1, []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		"none trusted":            {0, []string{"203.0.113.9"}, "10.0.0.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "10.0.0.1:5"
		r.Header["X-Forwarded-For"] = c.forwarded
		assert.Equal(t, c.want, faas.ClientAddress(r, c.hops, nil).String(), name)
	}
}
