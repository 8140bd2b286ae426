package identity_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/standing"
)

// reads authenticates as a request that only reads.
func reads(t testing.TB, a *identity.Authenticator, bearer secret.Value) (access.Principal, error) {
	t.Helper()
	return a.Authenticate(a.ForReading(t.Context()), bearer.Reveal())
}

// accessChanges reduce what Ben, an operator, may do.
var accessChanges = map[string]struct {
	change  func(w *world, ana, ben identity.SignedIn) error
	refused bool // else he becomes a viewer
}{
	"disabled": {func(w *world, ana, ben identity.SignedIn) error {
		yes := true
		_, err := w.ChangeUser(w.t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
		return err
	}, true},
	"role taken": {func(w *world, ana, ben identity.SignedIn) error {
		_, err := w.ChangeUser(w.t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &asViewer})
		return err
	}, false},
	"role of an administrator taken": {func(w *world, ana, ben identity.SignedIn) error {
		admin := identity.Grants{Global: identity.Administrator}
		if _, err := w.ChangeUser(w.t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &admin}); err != nil {
			return err
		}
		p, err := reads(w.t, w.auth, ben.AccessToken)
		require.NoError(w.t, err)
		require.Equal(w.t, identity.Administrator, p.Grants.Global)
		_, err = w.ChangeUser(w.t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &asViewer})
		return err
	}, false},
	"password reset": {func(w *world, _, _ identity.SignedIn) error {
		if err := w.RequestReset(w.t.Context(), visitor("192.0.2.9"), benEmail); err != nil {
			return err
		}
		_, err := w.RedeemReset(w.t.Context(), visitor("192.0.2.9"), w.lastLink(benEmail, identity.MailPasswordReset), next)
		return err
	}, true},
	"logged out": {func(w *world, _, ben identity.SignedIn) error {
		return w.LogOut(w.t.Context(), visitor("192.0.2.2"), ben.RefreshToken)
	}, true},
	"sessions ended": {func(w *world, ana, ben identity.SignedIn) error {
		return w.EndSessions(w.t.Context(), w.by(ana), ben.User.ID)
	}, true},
}

// A function that answers polls from what it knows of users learns of each change that
// another one made before its next answer.
func TestAuthenticate_MemoryIsNotOlderThanAnyChangeOfAccess(t *testing.T) {
	t.Parallel()
	for name, c := range accessChanges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ana := w.ana()
			ben := w.join(ana, benEmail, identity.Grants{Global: identity.Operator})
			_, other, _ := w.replica(w.store) // another function, with a memory of its own
			both := []*identity.Authenticator{w.auth, other}
			for _, a := range append(both, both...) {
				p, err := reads(t, a, ben.AccessToken)
				require.NoError(t, err)
				require.Equal(t, identity.Operator, p.Grants.Global)
			}
			require.NoError(t, c.change(w, ana, ben))
			for _, a := range both {
				p, err := reads(t, a, ben.AccessToken)
				if c.refused {
					w.isKind(fault.Unauthenticated, err)
					continue
				}
				require.NoError(t, err)
				assert.Equal(t, asViewer, p.Grants)
			}
			require.NoError(t, w.Drain(t.Context()))
		})
	}
}

// An API token that was revoked counts no more either, and a session or token that is new
// counts at once.
func TestAuthenticate_MemoryKnowsNewAndRevokedTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	_, other, _ := w.replica(w.store)
	admitted := func(bearer secret.Value) {
		t.Helper()
		_, err := reads(t, other, bearer)
		require.NoError(t, err)
	}
	admitted(ana.AccessToken)
	token, text := w.mint(w.by(ana), identity.Scope{Role: identity.Viewer}, time.Hour)
	admitted(text)
	again, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	admitted(again.AccessToken)
	require.NoError(t, w.RevokeTokens(t.Context(), w.by(ana), ana.User.ID, token.ID))
	_, err = reads(t, other, text)
	w.isKind(fault.Unauthenticated, err)
	require.NoError(t, w.Drain(t.Context()))
}

// A request that only reads costs half a unit, that of the fleet's head, which is not read
// again. One that changes something reads the user as they are now.
func TestAuthenticate_CostsHalfAUnitToRead(t *testing.T) {
	t.Parallel()
	c := kvtest.NewClock()
	units := kvtest.NewUnits(kvtest.OpenWithClock(t, c.Now))
	w := newWorldOn(t, c, units)
	ana := w.ana()
	require.NoError(t, standing.Revoke(t.Context(), units, c.Now())) // there is a head
	cost := func(ctx context.Context) kvtest.Cost {
		t.Helper()
		units.Take()
		_, err := w.auth.Authenticate(ctx, ana.AccessToken.Reveal())
		require.NoError(t, err)
		total, _, _ := units.Take()
		return total
	}
	assert.Equal(t, kvtest.Cost{Calls: 2, Read: 1.5}, cost(w.auth.ForReading(t.Context())), "the first time, just after someone lost access")
	reading := w.auth.ForReading(t.Context())
	assert.Equal(t, kvtest.Cost{Calls: 1, Read: 0.5}, cost(reading))
	_, err := kv.GetAhead(reading, units, standing.HeadKey)
	require.NoError(t, err)
	total, _, _ := units.Take()
	assert.Zero(t, total, "what authentication has read")
	_, err = kv.GetAhead(reading, units, standing.HeadKey)
	require.NoError(t, err)
	total, _, _ = units.Take()
	assert.Equal(t, kvtest.Cost{Calls: 1, Read: 0.5}, total, "later it is read again")
	assert.Equal(t, kvtest.Cost{Calls: 1, Read: 1}, cost(t.Context()), "a request that changes something")
	c.Advance(time.Minute)
	assert.Equal(t, kvtest.Cost{Calls: 2, Read: 1}, cost(w.auth.ForReading(t.Context())), "after a minute")
	require.NoError(t, w.Drain(t.Context()))
}

// behind is a store whose eventual reads of users miss what was written since it was made.
type behind struct {
	kv.Store
	former map[kv.Key]kv.Item
}

func (b behind) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	if former, ok := b.former[key]; ok && kv.Options(opts).Eventual {
		return former, nil
	}
	return b.Store.Get(ctx, key, opts...)
}

// A replica of the store that is behind admits nobody who lost access, and refuses nobody who
// just logged in.
func TestAuthenticate_IsNotMisledByAReplicaThatIsBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, asViewer)
	w.clock.Advance(5 * time.Minute)
	key := standing.UserKey(ben.User.ID)
	before, err := w.store.Get(t.Context(), key)
	require.NoError(t, err)
	_, other, _ := w.replica(behind{w.store, map[kv.Key]kv.Item{key: before}})
	_, err = reads(t, other, ben.AccessToken)
	require.NoError(t, err)
	again, err := w.LogIn(t.Context(), visitor("192.0.2.2"), benEmail, good)
	require.NoError(t, err)
	_, err = reads(t, other, again.AccessToken)
	require.NoError(t, err)
	yes := true
	by := w.by(ana)
	_, err = w.ChangeUser(t.Context(), by, ben.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)
	for range 2 {
		_, err = reads(t, other, ben.AccessToken)
		w.isKind(fault.Unauthenticated, err)
	}
	require.NoError(t, w.Drain(t.Context()))
}

// When a function dies between a change and making it known, the change takes effect
// within a minute.
func TestAuthenticate_MemoryEndsAfterAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, asViewer)
	by, yes := w.by(ana), true
	died := 0
	for writes := 1; ; writes++ {
		_, err := reads(t, w.auth, ben.AccessToken)
		require.NoError(t, err)
		w.mayWrite(writes)
		_, changed := w.ChangeUser(t.Context(), by, ben.User.ID, identity.UserChange{Disabled: &yes})
		w.mayWrite(-1)
		u, err := w.Me(t.Context(), ben.User.ID)
		require.NoError(t, err)
		if !u.Disabled {
			require.Error(t, changed)
			continue
		}
		if changed != nil {
			died++
			w.clock.Advance(time.Minute)
		}
		_, err = reads(t, w.auth, ben.AccessToken)
		w.isKind(fault.Unauthenticated, err)
		break
	}
	assert.Equal(t, 1, died)
	require.NoError(t, w.Drain(t.Context()))
}

func (w *world) mayWrite(times int) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.writes = times
}
