package faas_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
)

func TestAccessMatrix(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	type row map[string]int
	for route, want := range map[string]row{
		"GET /v1/do":                     {"": 200, "broken": 200, "nobody": 200, "admin": 200},
		"GET /v1/me":                     {"": 401, "broken": 401, "nobody": 200, "local": 200, "viewer": 200, "store-down": 503, "bug": 500},
		"GET /v1/all":                    {"": 401, "broken": 401, "nobody": 403, "local": 403, "viewer": 403, "operator": 200, "admin": 200},
		"GET /v1/some":                   {"": 401, "broken": 401, "nobody": 403, "local": 200, "viewer": 403, "operator": 200, "admin": 200},
		"POST /v1/clusters/aws/pause":    {"": 401, "broken": 401, "nobody": 404, "local": 200, "viewer": 403, "operator": 200, "admin": 200},
		"POST /v1/clusters/mini/pause":   {"": 401, "local": 404, "viewer": 403, "operator": 200},
		"POST /v1/clusters/hidden/pause": {"": 401, "broken": 401, "nobody": 404, "local": 404},
		// The role on this cluster is too low, and the cluster is known to exist.
		"POST /v1/clusters/minikube/pause": {"local": 403},
	} {
		method, path, _ := cut(route)
		for who, status := range want {
			var headers []string
			if who != "" {
				headers = []string{"Authorization", "Bearer " + who}
			}
			w := g.call(method, path, "", headers...)
			assert.Equal(t, status, w.Code, "%s as %q", route, who)
			if status >= 400 {
				problem(t, w)
			}
			if status == 401 {
				assert.Contains(t, w.Header().Get("WWW-Authenticate"), "Bearer")
			}
		}
	}
}

func cut(route string) (method, path string, ok bool) {
	for i := range route {
		if route[i] == ' ' {
			return route[:i], route[i+1:], true
		}
	}
	return "", "", false
}

func TestAccess_HiddenClusterLooksLikeAMissingOne(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	id := []string{"X-Call-Id", "same-call-id"}
	hidden := g.call("POST", "/v1/clusters/hidden/pause", "", append(id, "Authorization", "Bearer local")...)
	missing := g.call("POST", "/v1/clusters/missing/pause", "", append(id, "Authorization", "Bearer operator")...)
	assert.Equal(t, missing.Code, hidden.Code)
	assert.Equal(t, missing.Body.String(), hidden.Body.String())
	assert.Equal(t, missing.Header(), hidden.Header())
}

func TestAccess_BearerToken(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for header, status := range map[string]int{
		"Bearer viewer": 200, "bearer viewer": 200, "Bearer  viewer": 200,
		"viewer": 401, "Basic viewer": 401, "Bearer": 401, "Bearer ": 401, "Bearer viewer, Bearer viewer": 401,
	} {
		assert.Equal(t, status, g.call("GET", "/v1/me", "", "Authorization", header).Code, header)
	}
	r := httptest.NewRequest("GET", "/v1/me", nil)
	r.Header["Authorization"] = []string{"Bearer viewer", "Bearer admin"}
	w := httptest.NewRecorder()
	g.api.ServeHTTP(w, r)
	assert.Equal(t, 401, w.Code, "which of the two would count?")
}

func TestAccess_IsCheckedBeforeInput(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	w := g.call("POST", "/v1/clusters/aws/pause?wrong=1", "{", "Authorization", "Bearer viewer")
	assert.Equal(t, 403, w.Code)
}

func TestRefuseCrossSite(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"same origin":    {[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		"typed":          {[]string{"Sec-Fetch-Site", "none"}, 200},
		"custom header":  {[]string{"X-Ocim", "1"}, 200},
		"nothing":        {nil, 403},
		"cross site":     {[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		"same site":      {[]string{"Sec-Fetch-Site", "same-site"}, 403},
		"other value":    {[]string{"X-Ocim", "0"}, 403},
		"only an origin": {[]string{"Origin", "https://ocim.example"}, 403},
	} {
		assert.Equal(t, c.status, g.call("POST", "/v1/refresh", "", c.headers...).Code, name)
	}
	for _, safe := range []string{"GET", "HEAD", "OPTIONS"} {
		assert.NoError(t, faas.RefuseCrossSite(safe, http.Header{}))
	}
}

func TestRegister_DeniesByDefault(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	for name, access := range map[string]faas.Access{
		"undeclared":             {},
		"undeclared same origin": faas.Access{}.SameOrigin(),
		"no role":                faas.Need(""),
		"unknown role":           faas.NeedSomewhere("king"),
	} {
		assert.Panics(t, func() {
			faas.Register(faas.NewAPI(faas.Options{}), access, op("x", "GET", "/x"), nothing)
		}, name)
	}
	assert.Panics(t, func() {
		faas.Register(faas.NewAPI(faas.Options{}), faas.NeedSomewhere(identity.Viewer), op("x", "GET", "/x/{cluster}"), nothing)
	})
	// A protected operation without an authenticator lets no one in.
	api := faas.NewAPI(faas.Options{})
	faas.Register(api, faas.SignedIn, op("x", "GET", "/x"), nothing)
	r := httptest.NewRequest("GET", "/x", nil)
	r.Header.Set("Authorization", "Bearer admin")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	assert.Equal(t, 500, w.Code)
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range newRig(t).api.Routes() {
		got = append(got, r.Method+" "+r.Path+" "+r.OperationID+" "+r.Access.String())
	}
	assert.Equal(t, []string{
		"GET /v1/do do public",
		"POST /v1/clusters/{cluster}/things make-thing public",
		"POST /v1/clusters/{cluster}/pause pause operator",
		"GET /v1/me me signed in",
		"GET /v1/all all operator",
		"GET /v1/some some operator somewhere",
		"POST /v1/refresh refresh public",
	}, got)
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("127.0.0.0/8")}
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"direct":                    {"198.51.100.7:5", nil, "198.51.100.7"},
		"a stranger's header":       {"198.51.100.7:5", []string{"1.2.3.4"}, "198.51.100.7"},
		"one proxy":                 {"10.0.0.1:5", []string{"203.0.113.9"}, "203.0.113.9"},
		"with a port":               {"10.0.0.1:5", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		"two proxies":               {"127.0.0.1:5", []string{"203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		"forged on the left":        {"10.0.0.1:5", []string{"1.1.1.1, 203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		"forged in its own header":  {"10.0.0.1:5", []string{"1.1.1.1", "203.0.113.9"}, "203.0.113.9"},
		"nonsense from the client":  {"10.0.0.1:5", []string{"unknown, 10.0.0.2"}, "10.0.0.2"},
		"only proxies":              {"10.0.0.1:5", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"no header":                 {"10.0.0.1:5", nil, "10.0.0.1"},
		"IPv6":                      {"[fd00::1]:5", []string{"[2001:db8::1]:80"}, "2001:db8::1"},
		"IPv6 bare":                 {"[fd00::1]:5", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv4 in IPv6":              {"[::ffff:10.0.0.1]:5", []string{"203.0.113.9"}, "203.0.113.9"},
		"no address":                {"", []string{"203.0.113.9"}, "invalid IP"},
		"address is a file's, also": {"@", nil, "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header["X-Forwarded-For"] = c.forwarded
		assert.Equal(t, c.want, faas.ClientAddress(r, 0, trusted).String(), name)
	}

	g := newRig(t) // httptest's requests come from 192.0.2.1, which the rig trusts
	g.act = func(ctx context.Context) (*said, error) { return say("%s", faas.ClientFrom(ctx)), nil }
	assert.Contains(t, g.call("GET", "/v1/do", "", "X-Forwarded-For", "203.0.113.9").Body.String(), "203.0.113.9")
}

func FuzzClientAddress(f *testing.F) {
	f.Add("203.0.113.9", "10.0.0.2")
	f.Add("unknown, [::1]:80", "")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, first, second string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["X-Forwarded-For"] = []string{first, second}
		r.RemoteAddr = "198.51.100.7:5"
		if got := faas.ClientAddress(r, 0, trusted).String(); got != "198.51.100.7" {
			t.Fatalf("a stranger became %s", got)
		}
		// What a proxy appended on the right is what counts.
		r.RemoteAddr = "10.0.0.1:5"
		r.Header["X-Forwarded-For"] = []string{first, second, "203.0.113.9"}
		if got := faas.ClientAddress(r, 0, trusted).String(); got != "203.0.113.9" {
			t.Fatalf("a forged header became %s", got)
		}
	})
}

func TestOutsideACall(t *testing.T) {
	t.Parallel()
	assert.Zero(t, faas.PrincipalFrom(t.Context()))
	assert.False(t, faas.ClientFrom(t.Context()).IsValid())
}
