package faas_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

const canary = "canary-91c2"

// people is an Authenticator by name.
type people map[string]identity.Principal

func (p people) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	switch bearer {
	case "store-down":
		return identity.Principal{}, fault.New(fault.Unavailable, "The store does not answer.")
	case "bug":
		return identity.Principal{}, errors.New(canary)
	}
	who, ok := p[bearer]
	if !ok {
		return who, fault.New(fault.Unauthenticated, "The token is not valid.")
	}
	return who, nil
}

var everybody = people{
	"viewer":   {UserID: "u-viewer", Grants: identity.Grants{Global: identity.Viewer}},
	"operator": {UserID: "u-operator", Grants: identity.Grants{Global: identity.Operator}},
	"admin":    {UserID: "u-admin", Grants: identity.Grants{Global: identity.Administrator}},
	"local": {UserID: "u-local", Grants: identity.Grants{Clusters: map[string]identity.Role{
		"aws": identity.Operator, "minikube": identity.Viewer,
	}}},
	"nobody": {UserID: "u-nobody"},
}

type thing struct {
	Name  string       `json:"name" minLength:"2" maxLength:"5"`
	Count int          `json:"count,omitempty" minimum:"1"`
	Token secret.Value `json:"token,omitzero" minLength:"4" writeOnly:"true"`
	Inner *struct {
		Hosts []string `json:"hosts" maxItems:"2"`
	} `json:"inner,omitempty"`
	Free map[string]string `json:"free,omitempty"`
}

type thingInput struct {
	Cluster string `path:"cluster" pattern:"^[a-z]+$"`
	Limit   int    `query:"limit" minimum:"1" maximum:"50"`
	Body    thing
}

type said struct {
	SetCookie []string `header:"Set-Cookie"`
	ETag      string   `header:"ETag"`
	Body      struct {
		Said string `json:"said"`
	}
}

func say(format string, args ...any) *said {
	out := &said{}
	out.Body.Said = fmt.Sprintf(format, args...)
	return out
}

// rig is an API whose operations do what a test wants.
type rig struct {
	api *faas.API
	log *bytes.Buffer
	act func(context.Context) (*said, error)
}

func newRig(t *testing.T) *rig {
	t.Helper()
	g := &rig{log: &bytes.Buffer{}}
	g.api = faas.NewAPI(faas.Options{
		Title: "Test", Authenticator: everybody,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Log:            slog.New(slog.NewJSONHandler(g.log, nil)),
	})
	act := func(ctx context.Context, _ *struct{}) (*said, error) { return g.act(ctx) }
	faas.Register(g.api, faas.Public, op("do", http.MethodGet, "/v1/do"), act)
	faas.Register(g.api, faas.Public, huma.Operation{
		OperationID: "make-thing", Method: http.MethodPost, Path: "/v1/clusters/{cluster}/things", MaxBodyBytes: 2000,
	}, func(_ context.Context, in *thingInput) (*said, error) {
		return say("%s %d %s", in.Body.Name, in.Limit, in.Body.Token.Reveal()), nil
	})
	faas.Register(g.api, faas.Need(identity.Operator), op("pause", http.MethodPost, "/v1/clusters/{cluster}/pause"),
		func(ctx context.Context, in *struct {
			Cluster string `path:"cluster"`
		},
		) (*said, error) {
			if in.Cluster == "missing" {
				return nil, faas.NoSuchCluster()
			}
			return say("%s paused %s", faas.PrincipalFrom(ctx).UserID, in.Cluster), nil
		})
	faas.Register(g.api, faas.SignedIn, op("me", http.MethodGet, "/v1/me"), act)
	faas.Register(g.api, faas.Need(identity.Operator), op("all", http.MethodGet, "/v1/all"), act)
	faas.Register(g.api, faas.NeedSomewhere(identity.Operator), op("some", http.MethodGet, "/v1/some"), act)
	faas.Register(g.api, faas.Public.SameOrigin(), op("refresh", http.MethodPost, "/v1/refresh"), act)
	g.act = func(context.Context) (*said, error) { return say("yes"), nil }
	return g
}

func op(id, method, path string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path}
}

// call sends one request; headers are pairs.
func (g *rig) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	g.api.ServeHTTP(w, r)
	return w
}

func problem(t *testing.T, w *httptest.ResponseRecorder) faas.Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"), w.Body.String())
	var p faas.Problem
	dec := json.NewDecoder(w.Body)
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&p))
	assert.Equal(t, w.Code, p.Status)
	assert.Equal(t, http.StatusText(w.Code), p.Title)
	assert.NotEmpty(t, p.Detail)
	assert.Equal(t, w.Header().Get("X-Call-Id"), p.Instance)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	return p
}

func TestGoodCall(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	w := g.call("POST", "/v1/clusters/aws/things?limit=7", `{"name":"abc","token":"`+canary+`","free":{"anything":"goes"}}`)
	require.Equal(t, 200, w.Code, w.Body.String())
	assert.JSONEq(t, `{"said":"abc 7 `+canary+`"}`, w.Body.String())
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
}

func TestCallID(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	given := "2f1c7a52-8f0e-4a7e-9c51-0d6f3a1e9b77"
	w := g.call("GET", "/v1/do", "", "X-Call-Id", given)
	assert.Equal(t, given, w.Header().Get("X-Call-Id"))
	for _, bad := range []string{"", "short", "has space in it", "<script>alert(1)</script>", strings.Repeat("x", 65), "nl\nnl-nl-nl"} {
		w := g.call("GET", "/v1/do", "", "X-Call-Id", bad)
		assert.Len(t, w.Header().Get("X-Call-Id"), 26, "a new one for %q", bad)
	}
}

func TestFaultsBecomeProblems(t *testing.T) {
	t.Parallel()
	cause := errors.New(canary)
	for name, c := range map[string]struct {
		err    error
		status int
		kind   string
		detail string
		header map[string]string
		field  string
	}{
		"internal":        {fault.New(fault.Internal, canary), 500, "internal", "", nil, ""},
		"no kind":         {cause, 500, "internal", "", nil, ""},
		"invalid":         {fault.InvalidField("overrides.LMS_HOST", "is no host name"), 422, "invalid", "is no host name", nil, "overrides.LMS_HOST"},
		"wrapped":         {fmt.Errorf("start %s: %w", canary, fault.Wrap(fault.Conflict, cause, "It moved on.")), 409, "conflict", "It moved on.", nil, ""},
		"unauthenticated": {fault.New(fault.Unauthenticated, "Log in."), 401, "unauthenticated", "Log in.", map[string]string{"WWW-Authenticate": `Bearer realm="ocim"`}, ""},
		"forbidden":       {fault.New(fault.Forbidden, "No."), 403, "forbidden", "No.", nil, ""},
		"not found":       {fault.New(fault.NotFound, "Not there."), 404, "not_found", "Not there.", nil, ""},
		"too large":       {fault.New(fault.TooLarge, "Too large."), 413, "too_large", "Too large.", nil, ""},
		"limited":         {&fault.Error{Kind: fault.Limited, Message: "Slow.", RetryAfter: 1500 * time.Millisecond}, 429, "limited", "Slow.", map[string]string{"Retry-After": "2"}, ""},
		"unavailable":     {&fault.Error{Kind: fault.Unavailable, Message: "Later."}, 503, "unavailable", "Later.", map[string]string{"Retry-After": "1"}, ""},
		"out of time":     {fmt.Errorf("read: %w", context.DeadlineExceeded), 503, "unavailable", "", map[string]string{"Retry-After": "1"}, ""},
		"huma's own":      {huma.Error409Conflict("taken"), 409, "conflict", "Taken.", nil, ""},
		"unwritable":      {huma.Error500InternalServerError(canary, cause), 500, "internal", "", nil, ""},
		"with a cookie": {
			faas.WithHeaders(fault.New(fault.Unauthenticated, "Again."), http.Header{"Set-Cookie": {"a=b"}}),
			401, "unauthenticated", "Again.",
			map[string]string{"Set-Cookie": "a=b", "WWW-Authenticate": `Bearer realm="ocim"`},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			g.act = func(context.Context) (*said, error) { return nil, c.err }
			w := g.call("GET", "/v1/do", "")
			require.Equal(t, c.status, w.Code)
			assert.NotContains(t, w.Body.String(), canary)
			for k, v := range c.header {
				assert.Equal(t, v, w.Header().Get(k), k)
			}
			p := problem(t, w)
			assert.Equal(t, "urn:ocim:"+c.kind, p.Type)
			if c.detail != "" {
				assert.Equal(t, c.detail, p.Detail)
			}
			if c.field != "" {
				require.Len(t, p.Errors, 1)
				assert.Equal(t, faas.FieldError{Field: c.field, Message: c.detail}, p.Errors[0])
			}
			if c.status >= 500 && c.status != 503 {
				assert.Contains(t, g.log.String(), canary, "the log has the cause")
			}
		})
	}
}

func TestWrongInputNamesTheField(t *testing.T) {
	t.Parallel()
	good := `{"name":"abc"}`
	details := map[string]string{
		"no body": "Request body is required.", "not JSON": "The body is not valid JSON.", "two documents": "The body is not valid JSON.",
	}
	for name, c := range map[string]struct {
		path, body, contentType string
		status                  int
		fields                  []string
	}{
		"no body":            {"", "", "", 400, []string{"body"}},
		"not JSON":           {"", `{"name":`, "", 400, []string{"body"}},
		"two documents":      {"", good + good, "", 400, []string{"body"}},
		"not an object":      {"", `[]`, "", 422, []string{"body"}},
		"missing":            {"", `{}`, "", 422, []string{"name"}},
		"missing inside":     {"", `{"name":"abc","inner":{}}`, "", 422, []string{"inner.hosts"}},
		"wrong type":         {"", `{"name":5}`, "", 422, []string{"name"}},
		"null":               {"", `{"name":null}`, "", 422, []string{"name"}},
		"too short":          {"", `{"name":"a"}`, "", 422, []string{"name"}},
		"unknown":            {"", `{"name":"abc","colour":"red"}`, "", 422, []string{"colour"}},
		"unknown inside":     {"", `{"name":"abc","inner":{"hosts":[],"x":1}}`, "", 422, []string{"inner.x"}},
		"other case":         {"", `{"name":"abc","NAME":"much too long"}`, "", 422, []string{"NAME"}},
		"item":               {"", `{"name":"abc","inner":{"hosts":["a",2]}}`, "", 422, []string{"inner.hosts[1]"}},
		"several, in order":  {"?limit=0", `{"name":"a","count":0}`, "", 422, []string{"count", "limit", "name"}},
		"query type":         {"?limit=x", good, "", 422, []string{"limit"}},
		"unknown query":      {"?limits=1", good, "", 422, []string{"limits"}},
		"secret too short":   {"", `{"name":"abc","token":"cry"}`, "", 422, []string{"token"}},
		"secret not text":    {"", `{"name":"abc","token":{"canary-91c2":1}}`, "", 422, []string{"token"}},
		"another media type": {"", `name=abc`, "application/x-www-form-urlencoded", 415, []string{"Content-Type"}},
		"text as a form may": {"", good, "text/plain", 415, []string{"Content-Type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			contentType := c.contentType
			if contentType == "" {
				contentType = "application/json"
			}
			w := g.call("POST", "/v1/clusters/aws/things"+c.path, c.body, "Content-Type", contentType)
			require.Equal(t, c.status, w.Code, w.Body.String())
			assert.NotContains(t, w.Body.String(), canary)
			p := problem(t, w)
			var fields []string
			for _, e := range p.Errors {
				fields = append(fields, e.Field)
				assert.NotEmpty(t, e.Message)
				assert.Equal(t, strings.HasPrefix(name, "unknown") || name == "other case", e.Message == "is not known here", e.Message)
			}
			assert.Equal(t, cmp.Or(details[name], "Some of the input is wrong."), p.Detail)
			assert.Equal(t, c.fields, fields)
		})
	}
	w := newRig(t).call("POST", "/v1/clusters/AWS/things", good)
	p := problem(t, w)
	assert.Equal(t, 422, w.Code)
	assert.Equal(t, "cluster", p.Errors[0].Field)
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for _, path := range []string{"/", "/nothing", "/v1", "/v1/do/", "/v1/do/more", "/docs", "/schemas/thing"} {
		w := g.call("GET", path, "")
		assert.Equal(t, 404, w.Code, path)
		assert.Equal(t, "urn:ocim:not_found", problem(t, w).Type)
	}
	w := g.call("DELETE", "/v1/do", "")
	assert.Equal(t, 405, w.Code)
	assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	assert.Equal(t, "urn:ocim:method_not_allowed", problem(t, w).Type)
	assert.NotContains(t, g.call("XCANARY", "/v1/do", "").Body.String(), "CANARY")
	// The gateway cleans paths, so other servers must find the same routes.
	for _, path := range []string{"//v1//do", "/v1/./do", "/v1/x/../do"} {
		assert.Equal(t, 200, g.call("GET", path, "").Code, path)
	}
	assert.Equal(t, 200, g.call("HEAD", "/v1/do", "").Code)
}

func TestTheRootIsOnlyItself(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	faas.Register(g.api, faas.Public, op("root", http.MethodPost, "/"), func(context.Context, *struct{}) (*said, error) {
		return say("root"), nil
	})
	assert.Equal(t, 200, g.call("POST", "/", "").Code)
	assert.Equal(t, 404, g.call("POST", "/below", "").Code)
	w := g.call("GET", "/", "")
	assert.Equal(t, 405, w.Code)
	assert.Equal(t, "POST", w.Header().Get("Allow"))
	assert.Contains(t, g.log.String(), `"route":"/"`)
}

func TestBodyBound(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	fill := func(n int) string {
		head, tail := `{"name":"abc","free":{"a":"`, `"}}`
		return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
	}
	assert.Equal(t, 200, g.call("POST", "/v1/clusters/aws/things", fill(2000)).Code)
	w := g.call("POST", "/v1/clusters/aws/things", fill(2001))
	assert.Equal(t, 413, w.Code)
	assert.Equal(t, "urn:ocim:too_large", problem(t, w).Type)

	r := httptest.NewRequest("POST", "/v1/clusters/aws/things", io.MultiReader(strings.NewReader(fill(2001))))
	require.Equal(t, int64(-1), r.ContentLength)
	rec := httptest.NewRecorder()
	g.api.ServeHTTP(rec, r)
	assert.Equal(t, 413, rec.Code)
	problem(t, rec)
}

func TestPanicIsAProblem(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.act = func(context.Context) (*said, error) { panic(canary) }
	w := g.call("GET", "/v1/do", "")
	assert.Equal(t, 500, w.Code)
	assert.NotContains(t, w.Body.String(), canary)
	problem(t, w)
	assert.Contains(t, g.log.String(), canary)
	assert.Contains(t, g.log.String(), "api_test.go", "with the place")
}

func TestLogLine(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	w := g.call("POST", "/v1/clusters/aws/pause?q="+canary, "", "Authorization", "Bearer operator")
	require.Equal(t, 422, w.Code)
	g.call("GET", "/"+canary, "")
	lines := strings.Split(strings.TrimSpace(g.log.String()), "\n")
	require.Len(t, lines, 2, "one line a call")
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &got))
	assert.Equal(t, "POST", got["method"])
	assert.Equal(t, "/v1/clusters/{cluster}/pause", got["route"])
	assert.InEpsilon(t, 422, got["status"], 0)
	assert.Equal(t, "u-operator", got["user"])
	assert.Equal(t, w.Header().Get("X-Call-Id"), got["call"])
	assert.Contains(t, got, "duration")
	assert.InEpsilon(t, w.Body.Len(), got["bytes"], 0)
	assert.NotContains(t, g.log.String(), canary, "neither path nor query")
	assert.NotContains(t, g.log.String(), "Bearer")
}

func TestCookiesAndETag(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.act = func(context.Context) (*said, error) {
		out := say("%s", strings.Repeat("x", 1000))
		out.SetCookie, out.ETag = []string{"a=1", "b=2"}, faas.ETag("41")
		return out, nil
	}
	w := g.call("GET", "/v1/do", "")
	assert.Equal(t, []string{"a=1", "b=2"}, w.Header().Values("Set-Cookie"))
	assert.Equal(t, `W/"41"`, w.Header().Get("ETag"))
	assert.Equal(t, "private, no-cache", w.Header().Get("Cache-Control"))
	for _, match := range []string{`"41"`, `W/"41"`, `"40", "41"`, "*"} {
		w := g.call("GET", "/v1/do", "", "If-None-Match", match)
		assert.Equal(t, 304, w.Code, match)
		assert.Zero(t, w.Body.Len())
		assert.Equal(t, `W/"41"`, w.Header().Get("ETag"))
	}
	assert.Equal(t, 304, g.call("HEAD", "/v1/do", "", "If-None-Match", "*").Code)
	assert.Equal(t, 200, g.call("GET", "/v1/do", "", "If-None-Match", `"40"`).Code)
	assert.Equal(t, 200, g.call("GET", "/v1/do", "", "If-None-Match", `41`).Code)

	g.act = func(context.Context) (*said, error) { return nil, faas.NotModified(`"41"`, faas.ETag("41")) }
	assert.Equal(t, 304, g.call("GET", "/v1/do", "").Code)
	assert.NoError(t, faas.NotModified(`"41"`, faas.ETag("42")))
	assert.NoError(t, faas.NotModified(``, faas.ETag("42")))
}

func TestNotModifiedIsSmallOnTheWire(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.act = func(context.Context) (*said, error) { return nil, faas.NotModified(`"123456789"`, `"123456789"`) }
	s := httptest.NewServer(g.api)
	defer s.Close()
	resp, err := http.Get(s.URL + "/v1/do")
	require.NoError(t, err)
	var wire bytes.Buffer
	require.NoError(t, resp.Write(&wire))
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 304, resp.StatusCode)
	assert.LessOrEqual(t, wire.Len(), 200, wire.String())
}
