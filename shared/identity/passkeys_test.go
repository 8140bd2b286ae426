package identity_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/passkey/passkeytest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/standing"
)

// addPasskey gives someone a device with a passkey, and the recovery codes that came with it.
func (w *world) addPasskey(s identity.SignedIn) (*passkeytest.Device, identity.Passkey, []secret.Value) {
	w.t.Helper()
	d := passkeytest.New(w.t, baseURL)
	c, err := w.BeginPasskey(w.t.Context(), w.by(s))
	require.NoError(w.t, err)
	p, codes, err := w.AddPasskey(w.t.Context(), w.by(s), "Laptop", identity.PasskeyAnswer{Ceremony: c.Ceremony, Response: d.Create(c.Options)})
	require.NoError(w.t, err)
	return d, p, codes
}

// answer answers a new challenge with the device.
func (w *world) answer(d *passkeytest.Device) identity.PasskeyAnswer {
	w.t.Helper()
	c, err := w.ChallengePasskey(w.t.Context(), visitor("192.0.2.1"))
	require.NoError(w.t, err)
	return identity.PasskeyAnswer{Ceremony: c.Ceremony, Response: d.Get(c.Options)}
}

func (w *world) enter(d *passkeytest.Device) (identity.SignedIn, error) {
	w.t.Helper()
	return w.LogInWithPasskey(w.t.Context(), visitor("192.0.2.1"), w.answer(d))
}

func needPasskeys(c *identity.Config) { c.AdministratorsNeedPasskey = true }

func TestLogInWithPasskey_NeedsNoPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	d, p, codes := w.addPasskey(ana)
	assert.Len(t, codes, identity.RecoveryCodes)
	require.NoError(t, w.Drain(t.Context()))
	assert.Len(t, w.mail.to(anaEmail, identity.MailPasskeyCreated), 1)
	w.clock.Advance(time.Hour)
	in, err := w.enter(d)
	require.NoError(t, err)
	assert.Equal(t, anaEmail, in.User.Email)
	assert.True(t, in.User.HasPasskey)
	state, err := w.Passkeys(t.Context(), in.User.ID)
	require.NoError(t, err)
	assert.Equal(t, identity.PasskeyState{
		Passkeys: []identity.Passkey{{ID: p.ID, Name: "Laptop", Created: p.Created, LastUsed: w.clock.Now()}}, Codes: identity.RecoveryCodes,
	}, state)
	sessions, err := w.Sessions(t.Context(), in.User.ID, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"passkey", "password"}, []string{sessions[0].Method, sessions[1].Method})
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err, "a passkey is beside the password unless it is demanded")
	_, codes, err = func() (identity.Passkey, []secret.Value, error) {
		_, p, c := w.addPasskey(in)
		return p, c, nil
	}()
	require.NoError(t, err)
	assert.Empty(t, codes, "a second passkey leaves the codes as they are")
	assert.Subset(t, w.actions(), []string{"passkey.created", "session.started"})
}

func TestLogInWithPasskey_RefusesWhatProvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	d, _, _ := w.addPasskey(ana)
	enter := func(a identity.PasskeyAnswer) error {
		_, err := w.LogInWithPasskey(t.Context(), visitor("192.0.2.1"), a)
		return err
	}
	a := w.answer(d)
	require.NoError(t, enter(a))
	w.isKind(fault.Conflict, enter(a)) // twice
	a = w.answer(d)
	w.clock.Advance(identity.CeremonyLifetime)
	w.isKind(fault.Conflict, enter(a)) // late
	for _, ceremony := range []string{"", "x", ana.User.ID} {
		w.isKind(fault.Conflict, enter(identity.PasskeyAnswer{Ceremony: ceremony, Response: a.Response}))
	}
	other := w.answer(d)
	w.isKind(fault.Unauthenticated, enter(identity.PasskeyAnswer{Ceremony: other.Ceremony, Response: a.Response}))
	for _, owner := range []string{"", "x", "01h2nobody0000000000000000"} {
		stranger := passkeytest.New(t, baseURL)
		stranger.Owner = owner
		w.isKind(fault.Unauthenticated, enter(w.answer(stranger)))
	}
	thief := passkeytest.New(t, baseURL)
	thief.Owner = ana.User.ID
	w.isKind(fault.Unauthenticated, enter(w.answer(thief)))
	assert.Contains(t, w.actions(), "session.refused")
	// What was begun to add a passkey does not log in.
	begun, err := w.BeginPasskey(t.Context(), w.by(w.mustEnter(d)))
	require.NoError(t, err)
	w.isKind(fault.Conflict, enter(identity.PasskeyAnswer{Ceremony: begun.Ceremony, Response: a.Response}))
}

// A copied passkey is noticed by its counter, which is kept from one use to the next.
func TestLogInWithPasskey_NoticesACopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, _, _ := w.addPasskey(w.ana())
	w.mustEnter(d)
	w.mustEnter(d)
	d.Counter = 1 // the next use would have been the first
	_, err := w.enter(d)
	w.isKind(fault.Unauthenticated, err)
	d.Counter = 10
	w.mustEnter(d)
}

func (w *world) mustEnter(d *passkeytest.Device) identity.SignedIn {
	w.t.Helper()
	in, err := w.enter(d)
	require.NoError(w.t, err)
	return in
}

func TestLogInWithPasskey_IsLimitedByAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, _, _ := w.addPasskey(w.ana())
	thief := passkeytest.New(t, baseURL)
	thief.Owner = d.Owner
	var err error
	for range 31 {
		_, err = w.enter(thief)
	}
	w.isKind(fault.Limited, err)
	_, err = w.LogInWithPasskey(t.Context(), visitor("192.0.2.99"), w.answer(d))
	require.NoError(t, err, "the owner elsewhere is not")
	for range 60 {
		_, err = w.ChallengePasskey(t.Context(), visitor("192.0.2.1"))
	}
	w.isKind(fault.Limited, err)
}

func TestLogInWithPasskey_OneOf16ConcurrentAnswersSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, _, _ := w.addPasskey(w.ana())
	a := w.answer(d)
	var in atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := w.LogInWithPasskey(t.Context(), visitor("192.0.2.1"), a); err == nil {
				in.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, in.Load())
}

func TestAddPasskey_NeedsARecentProofAndIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{Global: identity.Viewer})
	c, err := w.BeginPasskey(t.Context(), w.by(ana))
	require.NoError(t, err)
	a := identity.PasskeyAnswer{Ceremony: c.Ceremony, Response: passkeytest.New(t, baseURL).Create(c.Options)}
	_, _, err = w.AddPasskey(t.Context(), w.by(ben), "Laptop", a)
	w.isKind(fault.Conflict, err) // begun by someone else
	_, _, err = w.AddPasskey(t.Context(), w.by(ana), "", a)
	w.isKind(fault.Invalid, err)
	c, err = w.BeginPasskey(t.Context(), w.by(ben))
	require.NoError(t, err)
	_, _, err = w.AddPasskey(t.Context(), w.by(ben), "Laptop", identity.PasskeyAnswer{Ceremony: c.Ceremony, Response: a.Response})
	w.isKind(fault.Invalid, err) // Ana's device answered
	for range 8 {
		w.clock.Advance(2 * time.Minute)
		require.NoError(t, w.Confirm(t.Context(), w.by(ana), good))
		ana, err = w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
		require.NoError(t, err)
		w.addPasskey(ana)
	}
	c, err = w.BeginPasskey(t.Context(), w.by(ana))
	require.NoError(t, err)
	_, _, err = w.AddPasskey(t.Context(), w.by(ana), "Laptop", identity.PasskeyAnswer{Ceremony: c.Ceremony, Response: passkeytest.New(t, baseURL).Create(c.Options)})
	w.isKind(fault.Conflict, err)
	assert.Contains(t, fault.Message(err), "8 passkeys")

	w.clock.Advance(9 * time.Minute)
	ana, err = w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
	w.clock.Advance(2 * time.Minute) // eleven since the password
	by := w.by(ana)
	_, err = w.BeginPasskey(t.Context(), by)
	w.isKind(fault.Forbidden, err)
	_, _, err = w.AddPasskey(t.Context(), by, "Laptop", a)
	w.isKind(fault.Forbidden, err)
	_, err = w.NewRecoveryCodes(t.Context(), by)
	w.isKind(fault.Forbidden, err)
	w.isKind(fault.Forbidden, w.SetPasskeyOnly(t.Context(), by, true))
	w.isKind(fault.Forbidden, w.RemovePasskeys(t.Context(), by, by.UserID, ""))
}

func TestConfirmWithPasskey_ProvesWhoTheCallerIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	d, _, _ := w.addPasskey(ana)
	ben := w.join(ana, benEmail, identity.Grants{Global: identity.Viewer})
	w.clock.Advance(9 * time.Minute)
	var err error
	ana, err = w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
	ben, err = w.Refresh(t.Context(), visitor("192.0.2.1"), ben.RefreshToken)
	require.NoError(t, err)
	w.clock.Advance(2 * time.Minute)
	err = w.ConfirmWithPasskey(t.Context(), w.by(ben), w.answer(d))
	w.isKind(fault.Invalid, err) // Ana's
	_, err = w.NewRecoveryCodes(t.Context(), w.by(ana))
	w.isKind(fault.Forbidden, err)
	require.NoError(t, w.ConfirmWithPasskey(t.Context(), w.by(ana), w.answer(d)))
	codes, err := w.NewRecoveryCodes(t.Context(), w.by(ana))
	require.NoError(t, err)
	assert.Len(t, codes, identity.RecoveryCodes)
	_, err = w.NewRecoveryCodes(t.Context(), w.by(ben))
	w.isKind(fault.Forbidden, err)
}

func TestSetPasskeyOnly_ShutsOtherWaysIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	w.isKind(fault.Conflict, w.SetPasskeyOnly(t.Context(), w.by(ana), true)) // there is none yet
	_, err := w.NewRecoveryCodes(t.Context(), w.by(ana))
	w.isKind(fault.Conflict, err)
	d, p, codes := w.addPasskey(ana)
	require.NoError(t, w.SetPasskeyOnly(t.Context(), w.by(ana), true))

	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.ErrorIs(t, err, identity.ErrPasskeyDemanded)
	w.isKind(fault.Forbidden, err)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, next)
	w.isKind(fault.Unauthenticated, err) // a wrong password says nothing about passkeys
	_, err = w.SignInExternal(t.Context(), visitor("192.0.2.1"), identity.External{
		Issuer: "https://accounts.google.com", Subject: "1", Email: anaEmail, Verified: true, Hosted: "example.org", AuthTime: w.clock.Now(),
	})
	require.ErrorIs(t, err, identity.ErrPasskeyDemanded)
	w.mustEnter(d)

	withCode := func(code string) error {
		_, err := w.LogInWithCode(t.Context(), visitor("192.0.2.1"), anaEmail, good, secret.New(code))
		return err
	}
	written := codes[3].Reveal()
	require.NoError(t, withCode(strings.ToUpper(strings.ReplaceAll(written, "-", " "))))
	w.isKind(fault.Invalid, withCode(written)) // once
	w.isKind(fault.Invalid, withCode("0000-0000-0000-0000"))
	_, err = w.LogInWithCode(t.Context(), visitor("192.0.2.1"), anaEmail, next, codes[4])
	w.isKind(fault.Unauthenticated, err)
	require.NoError(t, withCode(codes[4].Reveal()))
	state, err := w.Passkeys(t.Context(), ana.User.ID)
	require.NoError(t, err)
	assert.Equal(t, identity.RecoveryCodes-2, state.Codes)
	require.NoError(t, w.Drain(t.Context()))
	assert.Len(t, w.mail.to(anaEmail, identity.MailRecoveryUsed), 2)

	fresh, err := w.NewRecoveryCodes(t.Context(), w.by(ana))
	require.NoError(t, err)
	w.isKind(fault.Invalid, withCode(codes[5].Reveal()))
	require.NoError(t, withCode(fresh[5].Reveal()))

	// A reader of the owner's mail does not get past the passkey.
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
	_, err = w.RedeemReset(t.Context(), visitor("192.0.2.1"), w.lastLink(anaEmail, identity.MailPasswordReset), next)
	require.NoError(t, err)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, next)
	require.ErrorIs(t, err, identity.ErrPasskeyDemanded)

	in := w.mustEnter(d)
	require.NoError(t, w.RemovePasskeys(t.Context(), w.by(in), ana.User.ID, p.ID))
	_, err = w.enter(d)
	w.isKind(fault.Unauthenticated, err)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, next)
	require.NoError(t, err, "without a passkey nothing demands one")
	state, err = w.Passkeys(t.Context(), ana.User.ID)
	require.NoError(t, err)
	assert.Equal(t, identity.PasskeyState{Passkeys: []identity.Passkey{}}, state, "codes are for passkeys")
}

func TestRecoveryCode_OneOf16ConcurrentUsesSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	_, _, codes := w.addPasskey(ana)
	require.NoError(t, w.SetPasskeyOnly(t.Context(), w.by(ana), true))
	var in atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := w.LogInWithCode(t.Context(), visitor("192.0.2.1"), anaEmail, good, codes[0]); err == nil {
				in.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, in.Load())
}

func TestAdministratorsNeedPasskey_SuspendsUntilTheyHaveOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	here := identity.Grants{Global: identity.Viewer, Clusters: map[string]identity.Role{"here": identity.Administrator, "there": identity.Operator}}
	ben := w.join(ana, benEmail, here)
	carla := w.join(ana, "carla@example.org", identity.Grants{Global: identity.Operator})
	tokens := map[string]secret.Value{}
	for name, s := range map[string]identity.SignedIn{"ana": ana, "ben": ben} {
		scope := identity.Scope{Role: identity.Administrator}
		if name == "ben" {
			scope.Clusters = []string{"here"}
		}
		_, text, err := w.CreateToken(t.Context(), w.by(s), "CI", scope, w.clock.Now().Add(time.Hour))
		require.NoError(t, err)
		tokens[name] = text
	}
	// The rule is switched on: it holds from the start on, for sessions and tokens.
	w.rules = needPasskeys
	w.restart()
	require.NoError(t, w.ApplyPasskeyRule(t.Context()))
	assert.Equal(t, identity.Operator, w.by(ana).Grants.Global)
	assert.Equal(t, map[string]identity.Role{"here": identity.Operator, "there": identity.Operator}, w.by(ben).Grants.Clusters)
	assert.Equal(t, identity.Operator, w.by(carla).Grants.Global)
	for name, cluster := range map[string]string{"ana": "", "ben": "here"} {
		p, err := w.auth.Authenticate(t.Context(), tokens[name].Reveal())
		require.NoError(t, err)
		assert.False(t, p.Allowed(identity.Administrator, cluster), name)
		assert.True(t, p.Allowed(identity.Operator, cluster), name)
	}
	grants, err := standing.Of(t.Context(), w.store, ana.User.ID, "", w.clock.Now())
	require.NoError(t, err)
	assert.Equal(t, identity.Operator, grants.Global, "what was requested before waits, too")
	in, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	assert.Equal(t, identity.Operator, in.User.Grants.Global)
	assert.True(t, in.User.NeedsPasskey)
	stored, err := w.Me(t.Context(), ana.User.ID)
	require.NoError(t, err)
	assert.Equal(t, identity.Administrator, stored.Grants.Global, "the role itself stays")

	d, p, _ := w.addPasskey(in)
	assert.Equal(t, identity.Administrator, w.by(in).Grants.Global)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.ErrorIs(t, err, identity.ErrPasskeyDemanded)
	w.isKind(fault.Conflict, w.RemovePasskeys(t.Context(), w.by(in), ana.User.ID, p.ID)) // it is demanded
	in = w.mustEnter(d)
	assert.Equal(t, identity.Administrator, in.User.Grants.Global)
	state, err := w.Passkeys(t.Context(), ana.User.ID)
	require.NoError(t, err)
	assert.True(t, state.Demanded)

	// A new administrator falls under the rule at once.
	admin := identity.Grants{Global: identity.Administrator}
	_, err = w.ChangeUser(t.Context(), w.by(in), carla.User.ID, identity.UserChange{Grants: &admin})
	require.NoError(t, err)
	assert.Equal(t, identity.Operator, w.by(carla).Grants.Global)
	// An administrator helps one who lost all passkeys; their rights wait again.
	w.addPasskey(carla)
	assert.Equal(t, identity.Administrator, w.by(carla).Grants.Global)
	require.NoError(t, w.RemovePasskeys(t.Context(), w.by(in), carla.User.ID, ""))
	assert.Equal(t, identity.Operator, w.by(carla).Grants.Global)

	// The rule is switched off again: a refresh is enough.
	w.rules = nil
	w.restart()
	carla, err = w.Refresh(t.Context(), visitor("192.0.2.1"), carla.RefreshToken)
	require.NoError(t, err)
	assert.Equal(t, identity.Administrator, carla.User.Grants.Global)
	assert.Equal(t, identity.Administrator, w.by(carla).Grants.Global)
}

func TestNew_RefusesToDemandWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keys := func() (secret.Value, error) { return w.key, nil }
	_, err := identity.New(identity.Config{Store: w.store, Mailer: w.mail, Keys: keys, BaseURL: baseURL, AdministratorsNeedPasskey: true})
	require.ErrorContains(t, err, "https")
	s, err := identity.New(identity.Config{Store: w.store, Mailer: w.mail, Keys: keys, BaseURL: baseURL})
	require.NoError(t, err)
	assert.False(t, s.HasPasskeys())
	_, err = s.ChallengePasskey(t.Context(), visitor("192.0.2.1"))
	w.isKind(fault.NotFound, err)
	_, err = s.BeginPasskey(t.Context(), w.by(w.ana()))
	w.isKind(fault.NotFound, err)
	_, err = s.LogInWithPasskey(t.Context(), visitor("192.0.2.1"), identity.PasskeyAnswer{})
	w.isKind(fault.NotFound, err)
}

func TestPasswordsOff_RefusesWhatNeedsAPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules = func(c *identity.Config) { c.PasswordsOff = true }
	w.restart()
	_, err := w.SetUp(t.Context(), visitor("192.0.2.1"), w.setupToken(), anaEmail, "Ana", good)
	w.isKind(fault.Forbidden, err)
	w.rules = nil
	w.restart()
	ana := w.ana()
	d, p, _ := w.addPasskey(ana)
	token := w.invite(ana, benEmail, identity.Grants{Global: identity.Viewer})
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
	reset := w.lastLink(anaEmail, identity.MailPasswordReset)
	w.rules = func(c *identity.Config) { c.PasswordsOff = true }
	w.restart()
	by := w.by(ana)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	w.isKind(fault.Forbidden, err)
	w.isKind(fault.Forbidden, w.Confirm(t.Context(), by, good))
	_, err = w.ChangePassword(t.Context(), by, good, next, false)
	w.isKind(fault.Forbidden, err)
	w.isKind(fault.Forbidden, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
	_, err = w.RedeemReset(t.Context(), visitor("192.0.2.1"), reset, next)
	w.isKind(fault.Forbidden, err)
	_, err = w.RedeemInvitation(t.Context(), visitor("192.0.2.1"), token, "Ben", good)
	w.isKind(fault.Forbidden, err)
	_, err = w.SignInExternal(t.Context(), visitor("192.0.2.1"), identity.External{
		Issuer: "https://accounts.google.com", Subject: "2", Email: benEmail, Verified: true, Hosted: "example.org", AuthTime: w.clock.Now(),
	})
	require.NoError(t, err, "who was invited signs in by the provider")
	in := w.mustEnter(d)
	assert.False(t, in.User.HasPassword)
	w.isKind(fault.Conflict, w.RemovePasskeys(t.Context(), w.by(in), by.UserID, p.ID)) // a password is no way in
	w.clock.Advance(9 * time.Minute)
	in, err = w.Refresh(t.Context(), visitor("192.0.2.1"), in.RefreshToken)
	require.NoError(t, err)
	w.clock.Advance(2 * time.Minute)
	_, err = w.NewRecoveryCodes(t.Context(), w.by(in))
	assert.Contains(t, fault.Message(err), "passkey")
}

func TestPasskeys_EndWithDisabling(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{Global: identity.Viewer})
	d, _, _ := w.addPasskey(ben)
	asBen := w.by(ben)
	begun, err := w.BeginPasskey(t.Context(), asBen)
	require.NoError(t, err)
	yes, no := true, false
	_, err = w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)
	_, err = w.enter(d)
	w.isKind(fault.Unauthenticated, err)
	// What was begun before does not come to an end.
	_, _, err = w.AddPasskey(t.Context(), asBen, "Late", identity.PasskeyAnswer{
		Ceremony: begun.Ceremony, Response: passkeytest.New(t, baseURL).Create(begun.Options),
	})
	w.isKind(fault.Forbidden, err)
	_, err = w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &no})
	require.NoError(t, err)
	_, err = w.enter(d)
	w.isKind(fault.Unauthenticated, err)
	ways, err := w.WaysIn(t.Context(), ben.User.ID)
	require.NoError(t, err)
	assert.Empty(t, ways.Passkeys)
}

func TestPasskeys_KeepNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	d, _, codes := w.addPasskey(ana)
	w.mustEnter(d)
	for _, value := range w.store.values {
		for _, c := range codes {
			plain := strings.ReplaceAll(c.Reveal(), "-", "")
			assert.NotContains(t, strings.ReplaceAll(string(value), "-", ""), plain)
		}
	}
	seen := map[string]bool{}
	for _, c := range codes {
		seen[c.Reveal()] = true
	}
	assert.Len(t, seen, identity.RecoveryCodes)
	assert.False(t, slices.ContainsFunc(codes, func(c secret.Value) bool { return len(c.Reveal()) != 19 }))
}
