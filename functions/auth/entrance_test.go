package function_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
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

// Logging in costs at most eight calls of the store, with the audit log, in a browser that
// is known and in one that is not, and one more in a function that has not written to the
// audit log yet.
func TestLogIn_CostsFewStoreCalls(t *testing.T) {
	t.Parallel()
	var units *kvtest.Units
	s := newSystemOn(t, func(store kv.Store) kv.Store {
		units = kvtest.NewUnits(store)
		return units
	})
	admin := s.admin()
	admin.call(http.MethodPost, "/v1/logout", nil).is(http.StatusNoContent)
	for name, b := range map[string]*browser{"a known browser": admin, "a new browser": s.browser()} {
		for range 2 {
			units.Take()
			b.enter(http.StatusOK, "/v1/login", object{"email": "ana@example.org", "password": goodPassword})
			cost, _, _ := units.Take()
			assert.LessOrEqual(t, cost.Calls, 8, name)
			t.Log(name, cost)
		}
	}
}
