package function_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

const callbackPath = "/function/auth/v1/google/callback"

// provided is the function beside an OIDC provider, both over HTTP.
type provided struct {
	*system
	t        *testing.T
	server   *httptest.Server
	provider string
}

func startProvider(t *testing.T, redirect string, idTokenClaims bool) string {
	t.Helper()
	folder := kvtest.NodePackage(t, "oidc-provider")
	_, err := os.Stat(filepath.Join(folder, "lib"))
	require.NoError(t, err, "oidc-provider is missing: run `npm ci` in the folder frontend")
	options, err := json.Marshal(map[string]any{"redirect": redirect, "idTokenClaims": idTokenClaims})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "node", "testdata/provider.mjs", folder, string(options))
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start(), "node is missing: install Node.js 20")
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}

func newProvided(t *testing.T, idTokenClaims bool) *provided {
	t.Helper()
	p := &provided{t: t}
	p.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.Path, "/function/auth"); ok {
			r.URL.Path = rest
			p.handler.ServeHTTP(w, r)
			return
		}
		_, _ = w.Write([]byte("a page"))
	}))
	t.Cleanup(p.server.Close)
	p.provider = startProvider(t, p.server.URL+callbackPath, idTokenClaims)
	p.system = newSystem(t, func(d *function.Deps, c *identity.Config) {
		d.PublicURL, c.BaseURL = p.server.URL, p.server.URL
		c.Domains = map[string]identity.Role{"allowed.example": identity.Viewer, "example.org": identity.Viewer}
		d.Google = function.NewGoogle(function.GoogleConfig{
			Issuer: p.provider, ClientID: "ocim", Callback: p.server.URL + callbackPath, Now: d.Now,
			Secret: func() (secret.Value, error) { return secret.New("a client secret"), nil },
		})
	})
	return p
}

// is signs in the next visitor of the provider with that account.
func (p *provided) is(account object) {
	p.t.Helper()
	raw, err := json.Marshal(account)
	require.NoError(p.t, err)
	res, err := http.Post(p.provider+"/account", "application/json", bytes.NewReader(raw))
	require.NoError(p.t, err)
	require.NoError(p.t, res.Body.Close())
	require.Equal(p.t, http.StatusNoContent, res.StatusCode)
}

// surfer is a browser that follows redirects until it would come back to us.
type surfer struct {
	*http.Client
	p     *provided
	fresh bool
}

func (p *provided) surfer() *surfer {
	jar, err := cookiejar.New(nil)
	require.NoError(p.t, err)
	client := p.server.Client()
	return &surfer{p: p, Client: &http.Client{Transport: client.Transport, Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), p.server.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func (s *surfer) get(address string) *http.Response {
	s.p.t.Helper()
	r, err := http.NewRequestWithContext(s.p.t.Context(), http.MethodGet, address, nil)
	require.NoError(s.p.t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := s.Do(r)
	require.NoError(s.p.t, err)
	require.NoError(s.p.t, res.Body.Close())
	return res
}

// begin goes to the provider and gives the callback's address, code and all.
func (s *surfer) begin(returnTo string) *url.URL {
	s.p.t.Helper()
	res := s.get(s.p.server.URL + "/function/auth/v1/google/start?fresh=" + strconv.FormatBool(s.fresh) + "&return=" + url.QueryEscape(returnTo))
	require.Equal(s.p.t, http.StatusSeeOther, res.StatusCode)
	address, err := res.Location()
	require.NoError(s.p.t, err)
	require.True(s.p.t, strings.HasPrefix(address.String(), s.p.server.URL+callbackPath), "%s", address)
	return address
}

// end comes back and gives the page we send the browser to.
func (s *surfer) end(callback *url.URL) string {
	s.p.t.Helper()
	res := s.get(callback.String())
	require.Equal(s.p.t, http.StatusSeeOther, res.StatusCode)
	page, ok := strings.CutPrefix(res.Header.Get("Location"), s.p.server.URL)
	require.True(s.p.t, ok, res.Header.Get("Location"))
	return page
}

func (s *surfer) cookie(name string) string {
	u, err := url.Parse(s.p.server.URL)
	require.NoError(s.p.t, err)
	for _, c := range s.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// me says who the browser is logged in as, by its refresh cookie.
func (s *surfer) me() string {
	s.p.t.Helper()
	r, err := http.NewRequestWithContext(s.p.t.Context(), http.MethodPost, s.p.server.URL+"/function/auth/v1/refresh", nil)
	require.NoError(s.p.t, err)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := s.Do(r)
	require.NoError(s.p.t, err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return ""
	}
	var in function.SignedIn
	require.NoError(s.p.t, json.NewDecoder(res.Body).Decode(&in))
	return in.User.Email
}

func account(sub, email string, verified bool) object {
	return object{"sub": sub, "email": email, "email_verified": verified, "name": "Ana from outside"}
}

func TestGoogle_SignIn(t *testing.T) {
	t.Parallel()
	for name, inToken := range map[string]bool{"claims in the ID token": true, "claims on demand": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvided(t, inToken)
			admin := p.admin()
			var state struct{ Google bool }
			admin.call(http.MethodGet, "/v1/state", nil).is(http.StatusOK).into(&state)
			assert.True(t, state.Google)

			p.is(account("1", "ana@example.org", true))
			s := p.surfer()
			callback := s.begin("/clusters/aws?tab=jobs")
			assert.NotEmpty(t, s.cookie("__Host-ocim-google"))
			assert.Equal(t, "/clusters/aws?tab=jobs", s.end(callback))
			assert.Empty(t, s.cookie("__Host-ocim-google"))
			assert.Equal(t, "ana@example.org", s.me())

			for who, c := range map[string]struct {
				account object
				page    string
			}{
				"a stranger":                    {account("2", "eve@evil.example", true), "/login?problem=refused"},
				"an address not verified":       {account("3", "ana@example.org", false), "/login?problem=refused"},
				"Ana's address, somebody else":  {account("4", "ana@example.org", true), "/login?problem=refused"},
				"no address":                    {object{"sub": "5"}, "/login?problem=refused"},
				"somebody of an allowed domain": {account("6", "dora@allowed.example", true), "/"},
			} {
				p.is(c.account)
				s := p.surfer()
				assert.Equal(t, c.page, s.end(s.begin("/")), who)
				assert.Equal(t, c.page == "/", s.me() != "", who)
			}
			assert.Contains(t, p.log.String(), `level=INFO msg="sign-in by the OIDC provider failed"`)
			assert.NotContains(t, p.log.String(), "level=WARN", "a stranger is nobody's failure")

			admin.call(http.MethodPost, "/v1/invitations", object{"email": "ben@example.org", "role": "operator"}).is(http.StatusCreated)
			p.is(account("7", "Ben@example.org", true))
			s = p.surfer()
			assert.Equal(t, "/", s.end(s.begin("https://evil.example/")))
			assert.Equal(t, "ben@example.org", s.me())
		})
	}
}

// An account whose address the provider is no authority for is linked after its
// password, in the same browser.
func TestGoogle_LinksAfterThePassword(t *testing.T) {
	t.Parallel()
	p := newProvided(t, true)
	admin := p.admin()
	p.invited(admin, "ben@corp.example", object{"role": "viewer"})
	p.is(account("9", "ben@corp.example", true))
	s := p.surfer()
	assert.Equal(t, "/login?problem=link", s.end(s.begin("/")))
	assert.Empty(t, s.me())
	b := p.browser()
	b.cookies["__Host-ocim-link"] = s.cookie("__Host-ocim-link")
	b.enter(http.StatusOK, "/v1/login", object{"email": "ben@corp.example", "password": goodPassword})
	var me struct{ HasGoogle bool }
	b.call(http.MethodPost, "/v1/me/link", nil).is(http.StatusOK).into(&me)
	assert.True(t, me.HasGoogle)
	assert.NotContains(t, b.cookies, "__Host-ocim-link")
	s = p.surfer()
	assert.Equal(t, "/", s.end(s.begin("/")))
	assert.Equal(t, "ben@corp.example", s.me())
}

// A sign-in that the provider was requested to demand confirms who the person is;
// another one does not.
func TestGoogle_FreshSignInConfirms(t *testing.T) {
	t.Parallel()
	p := newProvided(t, true)
	p.admin()
	p.is(account("6", "dora@allowed.example", true))
	token := object{"name": "CI", "role": "viewer", "expiresAt": p.clock.Now().Add(time.Hour)}
	for _, c := range []struct {
		fresh  bool
		status int
	}{{false, http.StatusForbidden}, {true, http.StatusCreated}} {
		s := p.surfer()
		s.fresh = c.fresh
		assert.Equal(t, "/", s.end(s.begin("/")))
		b := p.browser()
		b.cookies["__Host-ocim"] = s.cookie("__Host-ocim")
		b.enter(http.StatusOK, "/v1/refresh", nil)
		b.call(http.MethodPost, "/v1/me/tokens", token).is(c.status)
	}
}

func TestGoogle_RefusesForgedSignIns(t *testing.T) {
	t.Parallel()
	p := newProvided(t, true)
	p.admin()
	p.is(account("1", "ana@example.org", true))
	forge := func(s *surfer, change func(map[string]any)) {
		raw, err := base64.RawURLEncoding.DecodeString(s.cookie("__Host-ocim-google"))
		require.NoError(t, err)
		var flow map[string]any
		require.NoError(t, json.Unmarshal(raw, &flow))
		change(flow)
		raw, err = json.Marshal(flow)
		require.NoError(t, err)
		setCookie(s, base64.RawURLEncoding.EncodeToString(raw))
	}
	with := func(u *url.URL, name, value string) *url.URL {
		out := *u
		q := out.Query()
		q.Set(name, value)
		out.RawQuery = q.Encode()
		return &out
	}
	const failed = "/login?problem=failed"
	for name, c := range map[string]struct {
		do   func(s *surfer, callback *url.URL) string
		page string
	}{
		"a state of the caller's": {func(s *surfer, u *url.URL) string { return s.end(with(u, "state", "forged")) }, failed},
		"no state":                {func(s *surfer, u *url.URL) string { return s.end(with(u, "state", "")) }, failed},
		"a code of the caller's":  {func(s *surfer, u *url.URL) string { return s.end(with(u, "code", "forged")) }, failed},
		"no code":                 {func(s *surfer, u *url.URL) string { return s.end(with(u, "code", "")) }, failed},
		"another browser": {func(s *surfer, u *url.URL) string {
			page := s.p.surfer().end(u)
			setCookie(s, "")
			return page
		}, failed},
		"a browser in another sign-in": {func(s *surfer, u *url.URL) string {
			other := s.p.surfer()
			other.begin("/")
			page := other.end(u)
			setCookie(s, "")
			return page
		}, failed},
		"another nonce": {func(s *surfer, u *url.URL) string {
			forge(s, func(f map[string]any) { f["nonce"] = "forged" })
			return s.end(u)
		}, failed},
		"another verifier": {func(s *surfer, u *url.URL) string {
			forge(s, func(f map[string]any) { f["verifier"] = strings.Repeat("x", 43) })
			return s.end(u)
		}, failed},
		"a cookie that is none": {func(s *surfer, u *url.URL) string { setCookie(s, "%%%"); return s.end(u) }, failed},
		"too late": {func(s *surfer, u *url.URL) string {
			forge(s, func(f map[string]any) { f["expires"] = s.p.clock.Now() })
			return s.end(u)
		}, failed},
		"the person said no": {func(s *surfer, u *url.URL) string { return s.end(with(u, "error", "access_denied")) }, "/login?problem=canceled"},
		"the code again": {func(s *surfer, u *url.URL) string {
			kept := s.cookie("__Host-ocim-google")
			if page := s.end(u); page != "/" {
				return "first: " + page
			}
			again := s.p.surfer()
			setCookie(again, kept)
			page := again.end(u)
			s.Jar = again.Jar
			return page
		}, failed},
	} {
		t.Run(name, func(t *testing.T) {
			s := p.surfer()
			assert.Equal(t, c.page, c.do(s, s.begin("/")))
			assert.Empty(t, s.me())
		})
	}
}

func setCookie(s *surfer, value string) {
	u, _ := url.Parse(s.p.server.URL)
	s.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-ocim-google", Value: value, Path: "/", Secure: true}})
}

// What comes back from the provider goes to a page of ours and nowhere else.
func TestGoogle_GoesBackToAPageOfOurs(t *testing.T) {
	t.Parallel()
	p := newProvided(t, true)
	for path, page := range map[string]string{
		"/clusters/aws?tab=jobs#~": "/clusters/aws?tab=jobs#~", "/" + strings.Repeat("x", 499): "/" + strings.Repeat("x", 499),
		"": "/", "clusters": "/", "//evil.example": "/", "https://evil.example/": "/", "/\\evil.example": "/",
		"/a b": "/", "/a\tb": "/", "/a\x7f": "/", "/é": "/",
	} {
		w := p.browser().call(http.MethodGet, "/v1/google/start?return="+url.QueryEscape(path), nil).is(http.StatusSeeOther)
		raw, err := base64.RawURLEncoding.DecodeString(w.Result().Cookies()[0].Value)
		require.NoError(t, err)
		var kept struct{ Return string }
		require.NoError(t, json.Unmarshal(raw, &kept))
		assert.Equal(t, page, kept.Return, "%q", path)
	}
	p.browser().call(http.MethodGet, "/v1/google/start?return=/"+strings.Repeat("x", 500), nil).is(http.StatusUnprocessableEntity)
}

// A provider that refuses the code is a sign-in that failed, one that breaks is a
// provider that is not there. Both deserve a look; a person who may not enter does not.
func TestGoogle_SaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	for status, c := range map[int][2]string{
		400: {"/login?problem=failed", "level=WARN"}, 499: {"/login?problem=failed", "level=WARN"},
		500: {"/login?problem=unavailable", "level=WARN"}, 503: {"/login?problem=unavailable", "level=WARN"},
	} {
		var address string
		provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/token" {
				w.WriteHeader(status)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(object{
				"issuer": address, "authorization_endpoint": address + "/auth", "token_endpoint": address + "/token", "jwks_uri": address + "/keys",
			})
		}))
		t.Cleanup(provider.Close)
		address = provider.URL
		s := newSystem(t, func(d *function.Deps, _ *identity.Config) {
			d.Google = function.NewGoogle(function.GoogleConfig{
				Issuer: address, ClientID: "ocim", Now: d.Now, Secret: func() (secret.Value, error) { return secret.New("x"), nil },
			})
		})
		b := s.browser()
		to, err := url.Parse(b.call(http.MethodGet, "/v1/google/start", nil).is(http.StatusSeeOther).Header().Get("Location"))
		require.NoError(t, err)
		w := b.call(http.MethodGet, "/v1/google/callback?code=x&state="+to.Query().Get("state"), nil).is(http.StatusSeeOther)
		assert.Equal(t, "https://ocim.example.org"+c[0], w.Header().Get("Location"), status)
		assert.Contains(t, s.log.String(), c[1]+` msg="sign-in by the OIDC provider failed"`, status)
	}
}

func TestGoogle_ProviderDoesNotAnswer(t *testing.T) {
	t.Parallel()
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	s := newSystem(t, func(d *function.Deps, _ *identity.Config) {
		d.Google = function.NewGoogle(function.GoogleConfig{Issuer: dead.URL, ClientID: "ocim", Now: d.Now})
	})
	w := s.browser().call(http.MethodGet, "/v1/google/start", nil).is(http.StatusSeeOther)
	assert.Equal(t, "https://ocim.example.org/login?problem=unavailable", w.Header().Get("Location"))
}
