package function_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/auth"
)

func TestLogIn_RefreshAndLogOut(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	b := s.browser()
	var state struct{ SetUp, Google bool }
	b.call(http.MethodGet, "/v1/state", nil).is(http.StatusOK).into(&state)
	assert.False(t, state.SetUp)

	first := s.admin()
	b.call(http.MethodGet, "/v1/state", nil).is(http.StatusOK).into(&state)
	assert.True(t, state.SetUp)
	link, err := s.identity.SetupLink(t.Context())
	require.NoError(t, err)
	assert.True(t, link.IsZero(), "there is a set-up link only once")
	var me function.User
	first.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK).into(&me)
	assert.Equal(t, "ana@example.org", me.Email)

	b.call(http.MethodPost, "/v1/login", object{"email": "ana@example.org", "password": "wrong wrong wrong"}).is(http.StatusUnauthorized)
	in := b.enter(http.StatusOK, "/v1/login", object{"email": " Ana@Example.org", "password": goodPassword})
	assert.Equal(t, me.ID, in.User.ID)
	b.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK)
	old := b.cookies["__Host-ocim"]
	b.enter(http.StatusOK, "/v1/refresh", nil)
	assert.NotEqual(t, old, b.cookies["__Host-ocim"])
	b.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK)
	out := b.call(http.MethodPost, "/v1/logout", nil).is(http.StatusNoContent)
	assert.Equal(t, `"cache", "storage"`, out.Header().Get("Clear-Site-Data"))
	assert.NotContains(t, b.cookies, "__Host-ocim")
	b.call(http.MethodGet, "/v1/me", nil).is(http.StatusUnauthorized)
	first.call(http.MethodGet, "/v1/me", nil).is(http.StatusOK)
}
