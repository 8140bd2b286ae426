package function_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/identity"
)

func TestLogIn_CookiesAreBoundToTheHost(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.admin()
	b := s.browser()
	w := b.call(http.MethodPost, "/v1/login", object{"email": "ana@example.org", "password": goodPassword}).is(http.StatusOK)
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 2)
	for _, c := range cookies {
		assert.True(t, strings.HasPrefix(c.Name, "__Host-ocim"))
		assert.True(t, c.Secure, c.Name)
		assert.True(t, c.HttpOnly, c.Name)
		assert.Equal(t, http.SameSiteStrictMode, c.SameSite, c.Name)
		assert.Equal(t, "/", c.Path, c.Name)
		assert.Empty(t, c.Domain, c.Name)
		assert.NotContains(t, w.Body.String(), c.Value, "what is in the cookie is not in the body")
	}
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	assert.Equal(t, int(identity.SessionIdle/time.Second), cookies[0].MaxAge)
	assert.Equal(t, 180*24*60*60, cookies[1].MaxAge, "the browser is known for half a year")
}

// A page of another site can make a browser send its cookies, but neither our
// header nor another Sec-Fetch-Site.
func TestAPI_RefusesCrossSiteRequests(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	in := s.admin()
	for _, path := range []string{
		"/v1/setup", "/v1/login", "/v1/refresh", "/v1/logout", "/v1/password-resets", "/v1/password-resets/redeem",
		"/v1/invitations/lookup", "/v1/invitations/redeem", "/v1/passkeys/challenge", "/v1/login/passkey",
	} {
		for _, site := range []string{"", "cross-site", "same-site"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{}`))
			r.Header.Set("Content-Type", "text/plain")
			if site != "" {
				r.Header.Set("Sec-Fetch-Site", site)
			}
			r.AddCookie(&http.Cookie{Name: "__Host-ocim", Value: in.cookies["__Host-ocim"]})
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			assert.Equal(t, http.StatusForbidden, w.Code, "%s from %q", path, site)
		}
	}
	in.call(http.MethodPost, "/v1/refresh", nil).is(http.StatusOK)
}

func TestRefresh_TwoTabs(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	one := s.admin()
	two := &browser{system: s, address: one.address, cookies: map[string]string{"__Host-ocim": one.cookies["__Host-ocim"]}}
	one.enter(http.StatusOK, "/v1/refresh", nil)
	lost := two.call(http.MethodPost, "/v1/refresh", nil).is(http.StatusConflict)
	assert.Empty(t, lost.Result().Cookies(), "the loser does not touch the cookie that both share")
	two.cookies["__Host-ocim"] = one.cookies["__Host-ocim"] // they share the jar
	two.enter(http.StatusOK, "/v1/refresh", nil)
	two.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK)
	one.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK)
}

func TestRefresh_StolenTokenEndsTheSession(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	victim := s.admin()
	thief := &browser{system: s, address: "198.51.100.9:1", cookies: map[string]string{"__Host-ocim": victim.cookies["__Host-ocim"]}}
	victim.enter(http.StatusOK, "/v1/refresh", nil)
	s.clock.Advance(identity.RefreshGrace)
	thief.call(http.MethodPost, "/v1/refresh", nil).is(http.StatusUnauthorized)
	assert.NotContains(t, thief.cookies, "__Host-ocim")
	victim.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
	victim.call(http.MethodPost, "/v1/refresh", nil).is(http.StatusUnauthorized)
}

func TestAPI_LimitsAnswer429(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	b := s.browser()
	for range 10 {
		b.call(http.MethodPost, "/v1/password-resets", object{"email": "x@example.org"}).is(http.StatusAccepted)
	}
	limited := b.call(http.MethodPost, "/v1/password-resets", object{"email": "x@example.org"}).is(http.StatusTooManyRequests)
	assert.Equal(t, "30", limited.Header().Get("Retry-After"))
	// What a client claims of its address counts for nothing.
	r := httptest.NewRequest(http.MethodPost, "/v1/password-resets", strings.NewReader(`{"email":"x@example.org"}`))
	r.RemoteAddr = b.address
	r.Header.Set("X-Ocim", "1")
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	assert.Equal(t, http.StatusTooManyRequests, w.Code)
}

func TestLogIn_KnownBrowserIsNotLockedOut(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ana := s.admin()
	for i := range 11 {
		guess := s.browser()
		guess.address = fmt.Sprintf("198.51.100.%d:1", i)
		guess.call(http.MethodPost, "/v1/login", object{"email": "ana@example.org", "password": "a wrong password"})
	}
	right := object{"email": "ana@example.org", "password": goodPassword}
	s.browser().call(http.MethodPost, "/v1/login", right).is(http.StatusTooManyRequests)
	ana.call(http.MethodPost, "/v1/login", right).is(http.StatusOK)
	ana.call(http.MethodPost, "/v1/password-resets", object{"email": "ana@example.org"}).is(http.StatusAccepted)
	require.NoError(t, s.identity.Drain(t.Context()))
	elsewhere := s.browser()
	const fresh = "eleven quiet lanterns burn"
	elsewhere.call(http.MethodPost, "/v1/password-resets/redeem",
		object{"token": s.mail.to(t, "ana@example.org", identity.MailPasswordReset), "password": fresh}).is(http.StatusNoContent)
	elsewhere.call(http.MethodPost, "/v1/login", object{"email": "ana@example.org", "password": fresh}).is(http.StatusOK)
	ana.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
	require.NoError(t, s.identity.Drain(t.Context()))
}

func TestUsers_AdministratorsManagePeople(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ana := s.admin()
	ben := s.invited(ana, "ben@example.org", object{"clusters": object{"aws": "operator"}})
	var me function.User
	ben.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK).into(&me)
	assert.Empty(t, me.Role)
	assert.Equal(t, identity.Operator, me.Clusters["aws"])
	ben.call(http.MethodGet, "/v1/users", nil).is(http.StatusForbidden)

	var users function.UserList
	ana.call(http.MethodGet, "/v1/users", nil).is(http.StatusOK).into(&users)
	require.Len(t, users.Users, 2)
	var changed function.User
	ana.call(http.MethodPatch, "/v1/users/"+me.ID, object{"grants": object{"role": "administrator"}}).is(http.StatusOK).into(&changed)
	assert.Equal(t, identity.Administrator, changed.Role)
	ben.call(http.MethodGet, "/v1/users", nil).is(http.StatusOK) // the same access token
	ana.call(http.MethodPatch, "/v1/users/"+me.ID, object{"disabled": true}).is(http.StatusOK)
	ben.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
	ana.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK).into(&me)
	ana.call(http.MethodPatch, "/v1/users/"+me.ID, object{"disabled": true}).is(http.StatusConflict)
	ana.call(http.MethodPatch, "/v1/users/01hzzzzzzzzzzzzzzzzzzzzzzz", object{"disabled": true}).is(http.StatusNotFound)
	ana.call(http.MethodPatch, "/v1/users/..%2f..%2fx", object{"disabled": true}).is(http.StatusNotFound)

	var log function.AuditPage
	ana.call(http.MethodGet, "/v1/audit?action=user&limit=2", nil).is(http.StatusOK).into(&log)
	require.Len(t, log.Entries, 2)
	assert.Equal(t, "user.disabled", log.Entries[0].Action)
	assert.Equal(t, "192.0.2.1", log.Entries[0].Actor.Address)
	assert.JSONEq(t, `{"email":"ben@example.org","grants":{"global":"administrator"},"disabled":true}`, string(log.Entries[0].After))
	require.NotEmpty(t, log.Next)
	ana.call(http.MethodGet, "/v1/audit?after=nonsense", nil).is(http.StatusUnprocessableEntity)
	ana.call(http.MethodGet, "/v1/audit?since=yesterday", nil).is(http.StatusUnprocessableEntity)
	ana.call(http.MethodGet, "/v1/audit?key=grants&since=2000-01-01T00:00:00Z&action=user.disabled", nil).is(http.StatusOK).into(&log)
	assert.NotEmpty(t, log.Entries)
	log = function.AuditPage{}
	ana.call(http.MethodGet, "/v1/audit?until=2000-01-01T00:00:00Z", nil).is(http.StatusOK).into(&log)
	assert.Empty(t, log.Entries)
}

func TestSessionsAndTokens_OverHTTP(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ana := s.admin()
	var list function.SessionList
	ana.call(http.MethodGet, "/v1/me/sessions", nil).is(http.StatusOK).into(&list)
	require.Len(t, list.Sessions, 1)
	assert.True(t, list.Sessions[0].Current)
	assert.Equal(t, "Firefox on Linux", list.Sessions[0].Device)

	var made function.NewToken
	ana.call(http.MethodPost, "/v1/me/tokens", object{"name": "CI", "role": "viewer", "expiresAt": s.clock.Now().Add(time.Hour)}).
		is(http.StatusCreated).into(&made)
	program := s.browser()
	program.access = made.Secret
	var me function.User
	program.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK).into(&me)
	assert.Equal(t, identity.Viewer, me.Role, "what the token may, not its owner")
	for _, path := range []string{"/v1/me/sessions", "/v1/me/tokens"} {
		program.call(http.MethodGet, path, nil).is(http.StatusForbidden)
	}
	program.call(http.MethodPost, "/v1/me/password", object{"password": goodPassword}).is(http.StatusForbidden)
	var tokens function.TokenList
	w := ana.call(http.MethodGet, "/v1/me/tokens", nil).is(http.StatusOK)
	assert.NotContains(t, w.Body.String(), made.Secret)
	w.into(&tokens)
	require.Len(t, tokens.Tokens, 1)
	assert.NotNil(t, tokens.Tokens[0].Clusters)
	assert.Empty(t, tokens.Tokens[0].Clusters, "wherever its owner may")
	assert.False(t, tokens.Tokens[0].LastUsed.IsZero())
	ana.call(http.MethodDelete, "/v1/me/tokens/"+made.Token.ID, nil).is(http.StatusNoContent)
	program.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
	ana.call(http.MethodDelete, "/v1/me/sessions/"+list.Sessions[0].ID, nil).is(http.StatusNoContent)
	ana.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
}

func TestMe_RenamesAndEndsEverySession(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ana := s.admin()
	var me function.User
	ana.call(http.MethodPatch, "/v1/me", object{"name": "Ana Maria"}).is(http.StatusOK).into(&me)
	assert.Equal(t, "Ana Maria", me.Name)
	elsewhere := s.browser()
	elsewhere.enter(http.StatusOK, "/v1/login", object{"email": "ana@example.org", "password": goodPassword})
	require.Contains(t, ana.cookies, "__Host-ocim")
	ana.call(http.MethodDelete, "/v1/me/sessions", nil).is(http.StatusNoContent)
	assert.NotContains(t, ana.cookies, "__Host-ocim")
	for _, b := range []*browser{ana, elsewhere} {
		b.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
	}
}

func TestInvitations_AdministratorsSeeThem(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ana := s.admin()
	ana.call(http.MethodPost, "/v1/invitations", object{"email": "ben@example.org", "role": "viewer"}).is(http.StatusCreated)
	var list function.InvitationList
	ana.call(http.MethodGet, "/v1/invitations", nil).is(http.StatusOK).into(&list)
	require.Len(t, list.Invitations, 1)
	assert.Equal(t, "ben@example.org", list.Invitations[0].Email)
}

// Whatever is wrong with the input, no secret of it comes back or is logged.
func TestAPI_DoesNotEchoSecrets(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ana := s.admin()
	const canary = "canary-9d81f0-canary"
	long := strings.Repeat(canary, 100)
	for _, value := range []any{canary, long, []string{canary}, object{"x": canary}} {
		for path, body := range map[string]object{
			"/v1/setup":                  {"token": value, "email": "x", "name": "x", "password": value},
			"/v1/login":                  {"email": "ana@example.org", "password": value},
			"/v1/password-resets/redeem": {"token": value, "password": value},
			"/v1/invitations/lookup":     {"token": value},
			"/v1/invitations/redeem":     {"token": value, "name": "x", "password": value},
			"/v1/me/password":            {"current": value, "password": value},
		} {
			w := ana.call(http.MethodPost, path, body)
			assert.GreaterOrEqual(t, w.Code, 400, path)
			assert.NotContains(t, w.Body.String(), canary, "%s %v", path, value)
		}
	}
	ana.cookies["__Host-ocim"] = canary
	ana.call(http.MethodPost, "/v1/refresh", nil).is(http.StatusUnauthorized)
	ana.access = canary
	w := ana.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
	assert.NotContains(t, w.Body.String(), canary)
	assert.NotContains(t, s.log.String(), canary)
}
