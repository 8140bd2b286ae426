package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

func (w *world) mint(by identity.By, scope identity.Scope, life time.Duration) (identity.APIToken, secret.Value) {
	w.t.Helper()
	token, text, err := w.CreateToken(w.t.Context(), by, "CI", scope, w.clock.Now().Add(life))
	require.NoError(w.t, err)
	return token, text
}

func TestCreateToken_ScopeLimitsTheToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{
		Global: identity.Viewer, Clusters: map[string]identity.Role{"aws": identity.Administrator, "do": identity.Operator},
	})
	for name, c := range map[string]struct {
		scope identity.Scope
		want  identity.Grants
	}{
		"operator wherever Ben is": {
			identity.Scope{Role: identity.Operator},
			identity.Grants{Global: identity.Viewer, Clusters: map[string]identity.Role{"aws": identity.Operator, "do": identity.Operator}},
		},
		"viewer": {
			identity.Scope{Role: identity.Viewer},
			identity.Grants{Global: identity.Viewer, Clusters: map[string]identity.Role{"aws": identity.Viewer, "do": identity.Viewer}},
		},
		"operator of one": {
			identity.Scope{Role: identity.Operator, Clusters: []string{"aws"}},
			identity.Grants{Clusters: map[string]identity.Role{"aws": identity.Operator}},
		},
		"viewer of one that is only seen": {
			identity.Scope{Role: identity.Viewer, Clusters: []string{"minikube"}},
			identity.Grants{Clusters: map[string]identity.Role{"minikube": identity.Viewer}},
		},
	} {
		_, text := w.mint(w.by(ben), c.scope, time.Hour)
		p, err := w.auth.Authenticate(t.Context(), text.Reveal())
		require.NoError(t, err, name)
		assert.Equal(t, c.want, p.Grants, name)
		assert.Equal(t, ben.User.ID, p.UserID)
		assert.NotEmpty(t, p.TokenID)
		assert.Empty(t, p.SessionID)
	}
	for name, scope := range map[string]identity.Scope{
		"more than Ben anywhere": {Role: identity.Administrator, Clusters: []string{"do"}},
		"one too many":           {Role: identity.Operator, Clusters: []string{"aws", "minikube"}},
	} {
		_, _, err := w.CreateToken(t.Context(), w.by(ben), "CI", scope, w.clock.Now().Add(time.Hour))
		require.Error(t, err, name)
		assert.Equal(t, fault.Forbidden, fault.KindOf(err), name)
	}
	for name, life := range map[string]time.Duration{"none": 0, "past": -time.Hour, "too long": 367 * 24 * time.Hour} {
		_, _, err := w.CreateToken(t.Context(), w.by(ben), "CI", identity.Scope{Role: identity.Viewer}, w.clock.Now().Add(life))
		require.Error(t, err, name)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}

	// When the owner may less, so may the token that was made before.
	_, text := w.mint(w.by(ben), identity.Scope{Role: identity.Administrator, Clusters: []string{"aws"}}, time.Hour)
	_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &asViewer})
	require.NoError(t, err)
	p, err := w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, map[string]identity.Role{"aws": identity.Viewer}, p.Grants.Clusters)
}

func TestAPIToken_EndsWhenRevokedOrExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, asViewer)
	viewer := identity.Scope{Role: identity.Viewer}
	revoked, text := w.mint(w.by(ben), viewer, time.Hour)
	authenticate := func(s string) error {
		_, err := w.auth.Authenticate(t.Context(), s)
		return err
	}
	require.NoError(t, authenticate(text.Reveal()))
	w.isKind(fault.NotFound, w.RevokeToken(t.Context(), w.by(ana), revoked.ID)) // not Ana's
	require.NoError(t, w.RevokeToken(t.Context(), w.by(ben), revoked.ID))
	w.isKind(fault.Unauthenticated, authenticate(text.Reveal()))
	w.isKind(fault.NotFound, w.RevokeToken(t.Context(), w.by(ben), revoked.ID))

	_, text = w.mint(w.by(ben), viewer, time.Hour)
	yes, no := true, false
	_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)
	w.isKind(fault.Unauthenticated, authenticate(text.Reveal()))
	_, err = w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &no})
	require.NoError(t, err)
	require.NoError(t, authenticate(text.Reveal()))
	w.clock.add(time.Hour)
	w.isKind(fault.Unauthenticated, authenticate(text.Reveal()))
}

func TestAPIToken_RecordsItsLastUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	_, text := w.mint(w.by(ana), identity.Scope{Role: identity.Viewer}, 24*time.Hour)
	lastUsed := func() time.Time {
		list, err := w.Tokens(t.Context(), ana.User.ID)
		require.NoError(t, err)
		require.Len(t, list, 1)
		return list[0].LastUsed
	}
	assert.Zero(t, lastUsed())
	first := w.clock.Now()
	for range 50 {
		_, err := w.auth.Authenticate(t.Context(), text.Reveal())
		require.NoError(t, err)
	}
	assert.Equal(t, first, lastUsed())
	w.clock.add(9 * time.Minute)
	w.store.forget()
	_, err := w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, first, lastUsed(), "to within ten minutes, which saves writes")
	w.clock.add(time.Minute)
	_, err = w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, w.clock.Now(), lastUsed())

	w.store.forget()
	_, err = w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, []string{"get identity/token", "get identity/user"}, w.store.seen(), "no write for each use")
}

func TestAPIToken_IsRateLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	_, text := w.mint(w.by(ana), identity.Scope{Role: identity.Viewer}, time.Hour)
	used := 0
	for ; used < 2000; used++ {
		if _, err := w.auth.Authenticate(t.Context(), text.Reveal()); err != nil {
			w.isKind(fault.Limited, err)
			break
		}
	}
	assert.Equal(t, 600, used)
	w.clock.add(time.Second)
	_, err := w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
}

func TestAuthenticate_RefusesForgedAPITokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	_, one := w.mint(w.by(ana), identity.Scope{Role: identity.Viewer}, time.Hour)
	_, two := w.mint(w.by(ana), identity.Scope{Role: identity.Viewer}, time.Hour)
	a, b := one.Reveal(), two.Reveal()
	require.True(t, strings.HasPrefix(a, "ocim_"))
	require.Regexp(t, `^ocim_[0-9a-z]{111}$`, a)
	w.store.forget()
	for name, forged := range map[string]string{
		"prefix alone":       "ocim_",
		"cut":                a[:len(a)-1],
		"longer":             a + "0",
		"one character":      a[:60] + string("01"[b2i(a[60] == '0')]) + a[61:],
		"wrong checksum":     a[:len(a)-1] + string("01"[b2i(a[len(a)-1] == '0')]),
		"upper case":         "ocim_" + strings.ToUpper(a[5:]),
		"another's checksum": a[:109] + b[109:],
	} {
		_, err := w.auth.Authenticate(t.Context(), forged)
		require.Error(t, err, name)
		assert.Equal(t, fault.Unauthenticated, fault.KindOf(err), name)
	}
	assert.Empty(t, w.store.seen(), "a mistyped token costs no read")
	swapped := a[:57] + b[57:109]
	_, err := w.auth.Authenticate(t.Context(), swapped+identity.Checksum(swapped))
	w.isKind(fault.Unauthenticated, err)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
