package identity_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

var asAdministrator = identity.Grants{Global: identity.Administrator}

// administrators returns the ids of enabled administrators of everything.
func (w *world) administrators() []string {
	w.t.Helper()
	users, err := w.Users(w.t.Context())
	require.NoError(w.t, err)
	var out []string
	for _, u := range users {
		if u.Grants.Global == identity.Administrator && !u.Disabled {
			out = append(out, u.ID)
		}
	}
	return out
}

func TestChangeUser_KeepsTheLastAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	yes, no := true, false
	for name, c := range map[string]identity.UserChange{
		"demoted":             {Grants: &identity.Grants{Global: identity.Operator}},
		"to certain clusters": {Grants: &identity.Grants{Clusters: map[string]identity.Role{"aws": identity.Administrator}}},
		"disabled":            {Disabled: &yes},
	} {
		_, err := w.ChangeUser(t.Context(), w.by(ana), ana.User.ID, c)
		require.Error(t, err, name)
		assert.Equal(t, fault.Conflict, fault.KindOf(err), name)
	}
	ben := w.join(ana, benEmail, asAdministrator)
	_, err := w.ChangeUser(t.Context(), w.by(ben), ana.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)
	_, err = w.ChangeUser(t.Context(), w.by(ben), ben.User.ID, identity.UserChange{Grants: &asViewer})
	w.isKind(fault.Conflict, err) // the disabled one does not count
	_, err = w.ChangeUser(t.Context(), w.by(ben), ana.User.ID, identity.UserChange{Disabled: &no})
	require.NoError(t, err)
	_, err = w.ChangeUser(t.Context(), w.by(ben), ben.User.ID, identity.UserChange{Grants: &asViewer})
	require.NoError(t, err)
	assert.Equal(t, []string{ana.User.ID}, w.administrators())
}

// Everyone takes the role from someone else at once, again and again, with
// promotions in between: one administrator remains at every moment.
func TestChangeUser_KeepsTheLastAdministratorUnderRaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	by := w.by(w.join(ana, "carla@example.org", asViewer)) // whose session goes on; roles are checked at the edge
	ids := []string{ana.User.ID}
	for i := range 3 {
		ids = append(ids, w.join(ana, fmt.Sprintf("admin%d@example.org", i), asAdministrator).User.ID)
	}
	other, _, _ := w.replica(w.store)
	yes, no := true, false
	for round := range 6 {
		atOnce(12, func(i int) error {
			s := w.Service
			if i%2 == 0 {
				s = other
			}
			c := identity.UserChange{Grants: &asViewer}
			switch {
			case i >= 8 && round%2 == 0:
				c = identity.UserChange{Grants: &asAdministrator, Disabled: &no}
			case i%3 == 0:
				c = identity.UserChange{Disabled: &yes}
			}
			_, err := s.ChangeUser(t.Context(), by, ids[i%4], c)
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("round %d: %v", round, err)
			}
			return err
		})
		require.NotEmpty(t, w.administrators(), "round %d", round)
	}
	// And the roster says what the users say: the last one is protected.
	left := w.administrators()
	for _, id := range left[1:] {
		_, err := w.ChangeUser(t.Context(), by, id, identity.UserChange{Grants: &asViewer})
		require.NoError(t, err)
	}
	_, err := w.ChangeUser(t.Context(), by, left[0], identity.UserChange{Grants: &asViewer})
	w.isKind(fault.Conflict, err)
	_, err = w.audit.Verify(t.Context())
	require.NoError(t, err)
}

// Whatever spans several items is finished by the next caller, wherever the
// function died.
func TestService_SurvivesACrashAtEveryWrite(t *testing.T) {
	t.Parallel()
	type act struct {
		name string
		do   func(w *world, ana identity.SignedIn, token secret.Value) error
		// after a death, trying once more either works or says it was done
		accept func(err error) bool
		check  func(w *world)
	}
	logsIn := func(email string) func(w *world) {
		return func(w *world) {
			_, err := w.LogIn(w.t.Context(), visitor("192.0.2.50"), email, good)
			require.NoError(w.t, err)
		}
	}
	done := func(err error) bool { return err == nil || fault.Is(err, fault.Conflict) }
	register := func(w *world, _ identity.SignedIn, token secret.Value) error {
		_, err := w.RedeemInvitation(w.t.Context(), visitor("192.0.2.2"), token, "Ben", good)
		return err
	}
	for _, a := range []act{
		{"a viewer registers", register, done, logsIn(benEmail)},
		{"an administrator registers", register, done, func(w *world) {
			logsIn(benEmail)(w)
			assert.Len(w.t, w.administrators(), 2)
		}},
		{"an administrator is demoted", func(w *world, ana identity.SignedIn, _ secret.Value) error {
			_, err := w.ChangeUser(w.t.Context(), w.by(ana), ana.User.ID, identity.UserChange{Grants: &asViewer})
			return err
		}, done, func(w *world) { assert.Len(w.t, w.administrators(), 1) }},
		{"somebody comes from an allowed domain", func(w *world, _ identity.SignedIn, _ secret.Value) error {
			_, err := w.SignInExternal(w.t.Context(), visitor("192.0.2.2"), identity.External{
				Issuer: "https://id.example", Subject: "7", Email: "dora@allowed.example", Verified: true, Name: "Dora",
			})
			return err
		}, func(err error) bool { return err == nil }, func(*world) {}},
		{"somebody links an account", func(w *world, _ identity.SignedIn, _ secret.Value) error {
			_, err := w.SignInExternal(w.t.Context(), visitor("192.0.2.2"), identity.External{
				Issuer: "https://accounts.google.com", Subject: "8", Email: anaEmail, Verified: true, Hosted: "example.org",
			})
			return err
		}, func(err error) bool { return err == nil }, func(*world) {}},
	} {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			for deaths := 1; ; deaths++ {
				require.Less(t, deaths, 60)
				w := newWorld(t)
				ana := w.ana()
				g := asViewer
				if a.name != "a viewer registers" {
					g = asAdministrator
				}
				var token secret.Value
				if a.name == "an administrator is demoted" {
					w.join(ana, "carla@example.org", asAdministrator)
				} else {
					token = w.invite(ana, benEmail, g)
				}
				w.store.mu.Lock()
				w.store.writes = deaths
				w.store.mu.Unlock()
				err := a.do(w, ana, token)
				w.restart()
				if err != nil {
					require.ErrorIs(t, err, errDead)
					err = a.do(w, ana, token)
					require.True(t, a.accept(err), "death %d: %v", deaths, err)
				} else {
					err = errors.New("nothing died")
				}
				a.check(w)
				w.settled(deaths)
				if err != nil && err.Error() == "nothing died" {
					t.Logf("dies between any two of %d writes", deaths-1)
					return
				}
			}
		})
	}
}

// settled says that after Repair the log is whole and each user was created once.
func (w *world) settled(deaths int) {
	w.t.Helper()
	w.clock.Advance(audit.MarkerAge + time.Second)
	_, err := w.audit.Repair(w.t.Context())
	require.NoError(w.t, err)
	_, err = w.audit.Verify(w.t.Context())
	require.NoError(w.t, err)
	made := 0
	for _, a := range w.actions() {
		if a == "user.created" {
			made++
		}
	}
	users, err := w.Users(w.t.Context())
	require.NoError(w.t, err)
	assert.Equal(w.t, len(users), made, "after %d writes", deaths)
	emails := map[string]bool{}
	for _, u := range users {
		assert.False(w.t, emails[u.Email], "two users with one address")
		emails[u.Email] = true
	}
}

// Who registered just before the function died logs in, the first time.
func TestLogIn_CompletesARegistrationThatWasInterrupted(t *testing.T) {
	t.Parallel()
	for role, g := range map[string]identity.Grants{"viewer": asViewer, "administrator": asAdministrator} {
		completed := 0
		for deaths, died := 1, true; died; deaths++ {
			w := newWorld(t)
			token := w.invite(w.ana(), benEmail, g)
			w.store.mu.Lock()
			w.store.writes = deaths
			w.store.mu.Unlock()
			_, err := w.RedeemInvitation(t.Context(), visitor("192.0.2.2"), token, "Ben", good)
			died = err != nil
			w.restart()
			in, err := w.LogIn(t.Context(), visitor("192.0.2.50"), benEmail, good)
			i, lerr := w.LookUpInvitation(t.Context(), visitor("192.0.2.2"), token)
			require.NoError(t, lerr)
			if i.State == identity.InvitationValid {
				w.isKind(fault.Unauthenticated, err)
				continue
			}
			require.NoError(t, err, "%s, after %d writes", role, deaths)
			assert.Equal(t, g, in.User.Grants)
			completed++
		}
		assert.Greater(t, completed, 2, role)
	}
}

// A promotion that was cut short must not come true after a later change.
func TestChangeUser_LaterChangeWinsOverAnInterruptedOne(t *testing.T) {
	t.Parallel()
	operator := identity.Grants{Global: identity.Operator}
	for deaths := 1; ; deaths++ {
		require.Less(t, deaths, 40)
		w := newWorld(t)
		ana := w.ana()
		ben := w.join(ana, benEmail, asViewer)
		w.store.mu.Lock()
		w.store.writes = deaths
		w.store.mu.Unlock()
		_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &asAdministrator})
		w.restart()
		after, lerr := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &operator})
		require.NoError(t, lerr)
		assert.Equal(t, operator, after.Grants)
		_, lerr = w.IsSetUp(t.Context())
		require.NoError(t, lerr)
		p, lerr := w.auth.Authenticate(t.Context(), ben.AccessToken.Reveal())
		require.NoError(t, lerr)
		assert.Equal(t, operator, p.Grants, "after %d writes", deaths)
		assert.Equal(t, []string{ana.User.ID}, w.administrators())
		w.settled(deaths)
		if err == nil {
			return
		}
	}
}

func TestSetUp_SurvivesACrashAtEveryWrite(t *testing.T) {
	t.Parallel()
	for deaths := 1; ; deaths++ {
		require.Less(t, deaths, 40)
		w := newWorld(t)
		token := w.setupToken()
		w.store.mu.Lock()
		w.store.writes = deaths
		w.store.mu.Unlock()
		_, err := w.SetUp(t.Context(), visitor("192.0.2.1"), token, anaEmail, "Ana", good)
		w.restart()
		if err == nil {
			return
		}
		require.ErrorIs(t, err, errDead)
		if _, err = w.SetUp(t.Context(), visitor("192.0.2.1"), token, anaEmail, "Ana", good); err != nil {
			w.isKind(fault.Conflict, err) // it was decided before
		}
		_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
		require.NoError(t, err, "death %d", deaths)
		assert.Len(t, w.administrators(), 1)
		w.settled(deaths)
	}
}
