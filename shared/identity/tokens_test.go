package identity_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

func (w *world) mint(by identity.By, scope identity.Scope, life time.Duration) (identity.Token, secret.Value) {
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
}

// What a token could do before must not come back with a later promotion, and
// what it still may do goes on.
func TestChangeUser_DemotionRevokesTokensForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	grants := identity.Grants{Global: identity.Viewer, Clusters: map[string]identity.Role{"aws": identity.Administrator, "do": identity.Operator}}
	for name, owner := range map[string]identity.Grants{"of some clusters": grants, "of all": asAdministrator} {
		email := strings.ReplaceAll(name, " ", ".") + "@example.org"
		ben := w.join(ana, email, owner)
		admin, view := identity.Scope{Role: identity.Administrator, Clusters: []string{"aws"}}, identity.Scope{Role: identity.Viewer}
		lost, lostText := w.mint(w.by(ben), admin, time.Hour)
		_, keptText := w.mint(w.by(ben), view, time.Hour)
		_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &identity.Grants{
			Global: identity.Viewer, Clusters: map[string]identity.Role{"aws": identity.Operator},
		}})
		require.NoError(t, err)
		_, err = w.auth.Authenticate(t.Context(), lostText.Reveal())
		w.isKind(fault.Unauthenticated, err)
		_, err = w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &owner})
		require.NoError(t, err)
		_, err = w.auth.Authenticate(t.Context(), lostText.Reveal())
		w.isKind(fault.Unauthenticated, err)
		_, err = w.auth.Authenticate(t.Context(), keptText.Reveal())
		require.NoError(t, err, name)
		ways, err := w.WaysIn(t.Context(), ben.User.ID)
		require.NoError(t, err)
		require.Len(t, ways.Tokens, 1)
		page, err := w.audit.List(t.Context(), audit.Filter{Action: "user.role", Target: "user/" + ben.User.ID})
		require.NoError(t, err)
		assert.Contains(t, string(page.Entries[1].After), lost.ID, "the log says which tokens ended")
	}
}

func TestRevokeWaysIn_OnResetPasswordChangeAndDisabling(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, c := range map[string]struct {
		do    func(w *world, ana, ben identity.SignedIn) error
		kept  bool
		known bool // the browser that did it is remembered
	}{
		"reset": {func(w *world, _, _ identity.SignedIn) error {
			require.NoError(w.t, w.RequestReset(w.t.Context(), visitor("192.0.2.1"), benEmail))
			_, err := w.RedeemReset(w.t.Context(), visitor("192.0.2.1"), w.lastLink(benEmail, identity.MailPasswordReset), next)
			return err
		}, false, true},
		"password change": {func(w *world, _, ben identity.SignedIn) error { return w.changePassword(w.by(ben), good, next) }, false, true},
		"password change that keeps them": {func(w *world, _, ben identity.SignedIn) error {
			_, err := w.ChangePassword(w.t.Context(), w.by(ben), good, next, true)
			return err
		}, true, true},
		"disabling and enabling": {func(w *world, ana, ben identity.SignedIn) error {
			_, err := w.ChangeUser(w.t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
			require.NoError(w.t, err)
			_, err = w.ChangeUser(w.t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &no})
			return err
		}, false, false},
	} {
		for _, g := range []identity.Grants{asViewer, asAdministrator} {
			t.Run(name+" as "+string(g.Global), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				ana := w.ana()
				ben := w.join(ana, benEmail, g)
				_, text := w.mint(w.by(ben), identity.Scope{Role: identity.Viewer}, time.Hour)
				hosted := google(benEmail, "1")
				hosted.Hosted = "example.org"
				_, err := w.SignInExternal(t.Context(), visitor("192.0.2.1"), hosted)
				require.NoError(t, err)
				require.NoError(t, c.do(w, ana, ben))
				_, err = w.auth.Authenticate(t.Context(), text.Reveal())
				ways, werr := w.WaysIn(t.Context(), ben.User.ID)
				require.NoError(t, werr)
				if c.kept {
					require.NoError(t, err)
					assert.Len(t, ways.Tokens, 1)
					assert.True(t, ways.Linked)
				} else {
					w.isKind(fault.Unauthenticated, err)
					assert.Empty(t, ways.Tokens)
					assert.False(t, ways.Linked)
					assert.Equal(t, b2i(c.known), ways.RememberedBrowsers)
				}
				require.NoError(t, w.Drain(t.Context()))
			})
		}
	}
}

func TestCreateToken_ChecksTheGrantsOfTheMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{Global: identity.Operator})
	by := w.by(ben) // admitted, then demoted
	_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &asViewer})
	require.NoError(t, err)
	_, _, err = w.CreateToken(t.Context(), by, "CI", identity.Scope{Role: identity.Operator}, w.clock.Now().Add(time.Hour))
	w.isKind(fault.Forbidden, err)
	require.NoError(t, w.Drain(t.Context()))
	assert.Empty(t, w.mail.to(benEmail, identity.MailTokenCreated))
}

func TestCreateToken_AtMost366DaysAndTwenty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	by := identity.By{Principal: w.principal(ana), Address: "192.0.2.1"}
	create := func(lifetime time.Duration) error {
		w.clock.Advance(time.Minute)
		require.NoError(t, w.Confirm(t.Context(), by, good))
		_, _, err := w.CreateToken(t.Context(), by, "CI", identity.Scope{Role: identity.Viewer}, w.clock.Now().Add(lifetime))
		return err
	}
	const most = 366 * 24 * time.Hour
	for _, wrong := range []time.Duration{-time.Second, 0, most + time.Second} {
		w.isKind(fault.Invalid, create(wrong))
	}
	for range 20 {
		require.NoError(t, create(most))
	}
	w.isKind(fault.Conflict, create(most))
	require.NoError(t, w.RevokeTokens(t.Context(), by, ana.User.ID, ""))
	require.NoError(t, create(time.Second))
	require.NoError(t, w.Drain(t.Context()))
}

func TestCreateToken_NotifiesTheOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	w.mint(w.by(ana), identity.Scope{Role: identity.Operator, Clusters: []string{"aws", "do"}}, time.Hour)
	require.NoError(t, w.Drain(t.Context()))
	sent := w.mail.to(anaEmail, identity.MailTokenCreated)
	require.Len(t, sent, 1)
	assert.Equal(t, "CI", sent[0].Name)
	assert.Equal(t, "operator of 2 clusters", sent[0].Role)
	assert.Equal(t, "192.0.2.1", sent[0].Address)
}

func TestRequireProof_WithinTenMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, asViewer)
	no := false
	acts := map[string]func(by identity.By) error{
		"create a token": func(by identity.By) error {
			_, _, err := w.CreateToken(t.Context(), by, "CI", identity.Scope{Role: identity.Viewer}, w.clock.Now().Add(time.Hour))
			return err
		},
		"grant a role": func(by identity.By) error {
			_, err := w.ChangeUser(t.Context(), by, ben.User.ID, identity.UserChange{Grants: &asViewer})
			return err
		},
		"enable": func(by identity.By) error {
			_, err := w.ChangeUser(t.Context(), by, ben.User.ID, identity.UserChange{Disabled: &no})
			return err
		},
		"invite": func(by identity.By) error {
			_, err := w.Invite(t.Context(), by, "carla@example.org", asViewer)
			return err
		},
		"resend an invitation": func(by identity.By) error {
			list, err := w.Invitations(t.Context())
			require.NoError(t, err)
			_, err = w.ResendInvitation(t.Context(), by, list[0].ID)
			return err
		},
	}
	by := func() identity.By { return identity.By{Principal: w.principal(ana), Address: "192.0.2.1"} }
	w.invite(ana, "dora@example.org", asViewer)
	_, text := w.mint(w.by(ana), identity.Scope{Role: identity.Administrator}, 24*time.Hour)
	w.clock.Advance(identity.ProofLifetime)
	for name, do := range acts {
		require.NoError(t, do(by()), "%s, just in time", name)
	}
	w.clock.Advance(time.Second)
	ana, err := w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
	program, err := w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	for name, do := range acts {
		err := do(by())
		var f *fault.Error
		require.ErrorAs(t, err, &f, name)
		assert.Equal(t, fault.Forbidden, f.Kind, name)
		assert.Equal(t, "confirmation", f.Field, name)
		w.isKind(fault.Forbidden, do(identity.By{Principal: program}))
	}
	w.isKind(fault.Invalid, w.Confirm(t.Context(), by(), next))
	require.NoError(t, w.Confirm(t.Context(), by(), good))
	for name, do := range acts {
		require.NoError(t, do(by()), name)
	}
	for range 20 {
		if err = w.Confirm(t.Context(), by(), next); fault.Is(err, fault.Limited) {
			break
		}
	}
	w.isKind(fault.Limited, err)
	// A clock that was ahead for a moment proves nothing for later.
	w.clock.Advance(24 * time.Hour)
	require.NoError(t, w.Confirm(t.Context(), by(), good))
	w.clock.Advance(-5 * time.Second)
	require.NoError(t, acts["grant a role"](by()), "clocks of replicas differ by so much")
	w.clock.Advance(-time.Second)
	w.isKind(fault.Forbidden, acts["grant a role"](by()))
	w.clock.Advance(6*time.Second - 24*time.Hour)
	w.isKind(fault.Forbidden, acts["create a token"](by()))
	require.NoError(t, w.Drain(t.Context()))
}

// principal is who the tokens belong to, whatever the time.
func (w *world) principal(in identity.SignedIn) identity.Principal {
	list, err := w.Sessions(w.t.Context(), in.User.ID, "")
	require.NoError(w.t, err)
	return identity.Principal{UserID: in.User.ID, Email: in.User.Email, SessionID: list[0].ID, Grants: in.User.Grants}
}

func TestUnlink_KeepsOnesOnlyWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	w.invite(ana, benEmail, asViewer)
	ben, err := w.SignInExternal(t.Context(), visitor("192.0.2.3"), google(benEmail, "1"))
	require.NoError(t, err)
	w.isKind(fault.Conflict, w.Unlink(t.Context(), w.by(ben), ben.User.ID))
	require.NoError(t, w.Unlink(t.Context(), w.by(ana), ben.User.ID))
	ways, err := w.WaysIn(t.Context(), ben.User.ID)
	require.NoError(t, err)
	assert.False(t, ways.Linked)
	require.NoError(t, w.ForgetBrowsers(t.Context(), w.by(ana), ben.User.ID))
	ways, err = w.WaysIn(t.Context(), ben.User.ID)
	require.NoError(t, err)
	assert.Zero(t, ways.RememberedBrowsers)
	_, err = w.WaysIn(t.Context(), "nonsense")
	w.isKind(fault.NotFound, err)
	require.NoError(t, w.Drain(t.Context()))
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
	w.isKind(fault.NotFound, w.RevokeTokens(t.Context(), w.by(ana), ana.User.ID, revoked.ID)) // not Ana's
	require.NoError(t, w.RevokeTokens(t.Context(), w.by(ben), ben.User.ID, revoked.ID))
	w.isKind(fault.Unauthenticated, authenticate(text.Reveal()))
	w.isKind(fault.NotFound, w.RevokeTokens(t.Context(), w.by(ben), ben.User.ID, revoked.ID))

	_, text = w.mint(w.by(ben), viewer, time.Hour)
	yes, no := true, false
	_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)
	w.isKind(fault.Unauthenticated, authenticate(text.Reveal()))
	_, err = w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &no})
	require.NoError(t, err)
	w.isKind(fault.Unauthenticated, authenticate(text.Reveal()))
	_, text = w.mint(w.by(ana), viewer, time.Hour)
	require.NoError(t, authenticate(text.Reveal()))
	w.clock.Advance(time.Hour)
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
	w.clock.Advance(9 * time.Minute)
	w.store.forget()
	_, err := w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, first, lastUsed(), "to within ten minutes, which saves writes")
	w.clock.Advance(time.Minute)
	_, err = w.auth.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, w.clock.Now(), lastUsed())

	from := func(address string) context.Context {
		return access.WithClient(t.Context(), netip.MustParseAddr(address))
	}
	lastFrom := func() string {
		list, err := w.Tokens(t.Context(), ana.User.ID)
		require.NoError(t, err)
		return list[0].LastFrom
	}
	w.clock.Advance(time.Minute)
	_, err = w.auth.Authenticate(from("192.0.2.77"), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, "192.0.2.77", lastFrom(), "another address shows soon")
	_, err = w.auth.Authenticate(from("192.0.2.78"), text.Reveal())
	require.NoError(t, err)
	assert.Equal(t, "192.0.2.77", lastFrom(), "but does not cost a write for each use")

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
	w.clock.Advance(time.Second)
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
