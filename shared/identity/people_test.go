package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

var asViewer = identity.Grants{Global: identity.Viewer}

func TestSetUp_HasOneWinner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.setupToken()
	again, _, _ := w.replica(w.store)
	link, err := again.SetupLink(t.Context())
	require.NoError(t, err)
	assert.Equal(t, baseURL+"/setup#"+token.Reveal(), link.Reveal(), "every replica prints the same link")

	_, err = w.SetUp(t.Context(), visitor("198.51.100.9"), secret.New("guess"), anaEmail, "Ana", good)
	w.isKind(fault.Forbidden, err)
	_, err = w.SetUp(t.Context(), visitor("198.51.100.9"), secret.Value{}, anaEmail, "Ana", good)
	w.isKind(fault.Forbidden, err)
	_, err = w.SetUp(t.Context(), visitor("192.0.2.1"), token, anaEmail, "Ana", secret.New("short"))
	w.isKind(fault.Invalid, err)

	ok, errs := atOnce(16, func(i int) error {
		_, err := w.SetUp(t.Context(), visitor("192.0.2.1"), token, string(rune('a'+i))+"@example.org", "First", good)
		return err
	})
	assert.EqualValues(t, 1, ok)
	for _, err := range errs {
		if err != nil {
			w.isKind(fault.Conflict, err)
		}
	}
	users, err := w.Users(t.Context())
	require.NoError(t, err)
	require.Len(t, users, 1)
	assert.Equal(t, identity.Administrator, users[0].Grants.Global)
	_, err = w.SetUp(t.Context(), visitor("192.0.2.1"), token, "late@example.org", "Late", good)
	w.isKind(fault.Conflict, err)
}

func TestRedeemInvitation_WorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	grants := identity.Grants{Global: identity.Viewer, Clusters: map[string]identity.Role{"aws": identity.Administrator}}
	_, err := w.Invite(t.Context(), w.by(ana), " Ben@Example.org ", grants)
	require.NoError(t, err)
	token := w.lastLink(benEmail, identity.MailInvitation)
	i, err := w.LookUpInvitation(t.Context(), visitor("192.0.2.2"), token)
	require.NoError(t, err)
	assert.Equal(t, benEmail, i.Email)
	assert.Equal(t, grants, i.Grants)
	assert.Equal(t, identity.InvitationValid, i.State)
	assert.Equal(t, w.clock.Now().Add(7*24*time.Hour), i.Expires)

	_, err = w.RedeemInvitation(t.Context(), visitor("192.0.2.2"), token, "Ben", secret.New("short"))
	w.isKind(fault.Invalid, err) // and is not used up by it
	ok, errs := atOnce(16, func(int) error {
		_, err := w.RedeemInvitation(t.Context(), visitor("192.0.2.2"), token, "Ben", good)
		return err
	})
	assert.EqualValues(t, 1, ok, "%v", errs)
	for _, err := range errs {
		if err != nil {
			w.isKind(fault.Conflict, err)
		}
	}
	i, err = w.LookUpInvitation(t.Context(), visitor("192.0.2.2"), token)
	require.NoError(t, err)
	assert.Equal(t, identity.InvitationUsed, i.State)
	ben, err := w.LogIn(t.Context(), visitor("192.0.2.2"), benEmail, good)
	require.NoError(t, err)
	assert.Equal(t, grants, ben.User.Grants)
	w.isKind(fault.Conflict, w.RevokeInvitation(t.Context(), w.by(ana), i.ID))
	_, err = w.ResendInvitation(t.Context(), w.by(ana), i.ID)
	w.isKind(fault.Conflict, err)

	// Who has an account is not registered again.
	_, err = w.Invite(t.Context(), w.by(ana), benEmail, identity.Grants{Global: identity.Administrator})
	require.NoError(t, err)
	users, err := w.Users(t.Context())
	require.NoError(t, err)
	assert.Len(t, users, 2)
}

func TestRedeemInvitation_RefusesExpiredUsedAndRevokedLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	redeem := func(token secret.Value) error {
		_, err := w.RedeemInvitation(t.Context(), visitor("192.0.2.2"), token, "Ben", good)
		return err
	}
	state := func(token secret.Value) identity.InvitationState {
		i, err := w.LookUpInvitation(t.Context(), visitor("192.0.2.2"), token)
		require.NoError(t, err)
		return i.State
	}
	first := w.invite(ana, benEmail, asViewer)
	list, err := w.Invitations(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = w.ResendInvitation(t.Context(), w.by(ana), list[0].ID)
	require.NoError(t, err)
	second := w.lastLink(benEmail, identity.MailInvitation)
	require.NotEqual(t, first.Reveal(), second.Reveal())
	assert.Contains(t, w.actions(), "invitation.resent")
	assert.Equal(t, "Ana", w.mail.to(benEmail, identity.MailInvitation)[1].By)
	assert.Equal(t, identity.InvitationRevoked, state(first), "a newer link replaced it")
	w.isKind(fault.Conflict, redeem(first))

	w.clock.Advance(7 * 24 * time.Hour)
	assert.Equal(t, identity.InvitationExpired, state(second))
	w.isKind(fault.Conflict, redeem(second))
	ana, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	_, err = w.ResendInvitation(t.Context(), w.by(ana), list[0].ID)
	require.NoError(t, err, "an expired one can be sent again")
	third := w.lastLink(benEmail, identity.MailInvitation)
	assert.Equal(t, identity.InvitationValid, state(third))

	require.NoError(t, w.RevokeInvitation(t.Context(), w.by(ana), list[0].ID))
	assert.Equal(t, identity.InvitationRevoked, state(third))
	w.isKind(fault.Conflict, redeem(third))
	require.NoError(t, w.RevokeInvitation(t.Context(), w.by(ana), list[0].ID), "twice is no error")
	_, err = w.ResendInvitation(t.Context(), w.by(ana), list[0].ID)
	w.isKind(fault.Conflict, err)

	// A token for one address is no good for another, nor for another purpose.
	carla := w.invite(ana, "carla@example.org", asViewer)
	forBen := list[0].ID + carla.Reveal()[26:]
	w.isKind(fault.NotFound, redeem(secret.New(forBen)))
	_, err = w.RedeemReset(t.Context(), visitor("192.0.2.2"), carla, next)
	w.isKind(fault.NotFound, err)
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
	w.isKind(fault.NotFound, redeem(w.lastLink(anaEmail, identity.MailPasswordReset)))
	for _, nonsense := range []string{"", ".", "x.y", list[0].ID + ".", "../../identity." + carla.Reveal()[27:]} {
		w.isKind(fault.NotFound, redeem(secret.New(nonsense)))
	}
	for _, id := range []string{"", "x", list[0].ID[:25] + "!", "abcdefghijklmnopqrstuvwxyz"} {
		w.isKind(fault.NotFound, w.RevokeInvitation(t.Context(), w.by(ana), id))
	}
}

func TestInvite_KeepsTheInvitationWhenTheMailFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	w.mail.err = errors.New("no such server")
	_, err := w.Invite(t.Context(), w.by(ana), benEmail, asViewer)
	w.isKind(fault.Unavailable, err)
	w.mail.err = nil
	list, err := w.Invitations(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = w.ResendInvitation(t.Context(), w.by(ana), list[0].ID)
	require.NoError(t, err)
	_, err = w.RedeemInvitation(t.Context(), visitor("192.0.2.2"), w.lastLink(benEmail, identity.MailInvitation), "Ben", good)
	require.NoError(t, err)
}

func TestInvite_RefusesInvalidInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.by(w.ana())
	for name, g := range map[string]identity.Grants{
		"nothing":                {},
		"an unknown role":        {Global: "owner"},
		"an unknown role of one": {Clusters: map[string]identity.Role{"aws": "owner"}},
		"no cluster's id":        {Clusters: map[string]identity.Role{"../aws": identity.Viewer}},
		"an empty id":            {Clusters: map[string]identity.Role{"": identity.Viewer}},
	} {
		_, err := w.Invite(t.Context(), by, benEmail, g)
		require.Error(t, err, name)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
	for _, email := range []string{
		"", "ben", "ben@", "@example.org", "ben@example", "Ben <ben@example.org>", "ben@example.org, ana@example.org",
		"ben@example.org\nBcc: x@example.org", "ben\x00@example.org", "bén@example.org", `"b n"@example.org`, "ben@[192.0.2.1]",
	} {
		_, err := w.Invite(t.Context(), by, email, asViewer)
		require.Error(t, err, email)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), email)
	}
	assert.Empty(t, w.mail.sent)
}

func TestRedeemReset_WorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), "ANA@example.org"))
	token := w.lastLink(anaEmail, identity.MailPasswordReset)
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
	second := w.lastLink(anaEmail, identity.MailPasswordReset)

	_, err := w.RedeemReset(t.Context(), visitor("192.0.2.1"), token, secret.New("ana@example.org1"))
	w.isKind(fault.Invalid, err) // and is not used up by it
	ok, errs := atOnce(16, func(int) error {
		_, err := w.RedeemReset(t.Context(), visitor("192.0.2.1"), token, next)
		return err
	})
	assert.EqualValues(t, 1, ok, "%v", errs)
	for _, err := range errs {
		if err != nil {
			w.isKind(fault.NotFound, err)
		}
	}
	_, err = w.RedeemReset(t.Context(), visitor("192.0.2.1"), second, good)
	w.isKind(fault.NotFound, err) // it was for the password before
	w.isOut(ana)                  // all sessions ended
	_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	w.isKind(fault.Unauthenticated, err)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	w.isKind(fault.Unauthenticated, err)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, next)
	require.NoError(t, err)
	require.NoError(t, w.Drain(t.Context()))
	assert.Len(t, w.mail.to(anaEmail, identity.MailPasswordChanged), 1, "the owner is notified")
}

func TestRedeemReset_RefusesExpiredLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
	token := w.lastLink(anaEmail, identity.MailPasswordReset)
	w.clock.Advance(identity.ResetLifetime)
	_, err := w.RedeemReset(t.Context(), visitor("192.0.2.1"), token, next)
	w.isKind(fault.NotFound, err)
}

func TestChangePassword_NeedsTheCurrentOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	other, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	by := w.by(ana)
	w.isKind(fault.Invalid, w.changePassword(by, next, next))
	w.isKind(fault.Invalid, w.changePassword(by, good, secret.New("too short")))
	require.NoError(t, w.changePassword(by, good, next))
	w.by(ana) // this session goes on
	w.isOut(other)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, next)
	require.NoError(t, err)
	require.NoError(t, w.Drain(t.Context()))
}

// A log-in whose password was right a moment ago must not outlive a reset that
// happened while it was checked.
func TestRedeemReset_EndsEverySession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	for range 3 {
		require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
		token := w.lastLink(anaEmail, identity.MailPasswordReset)
		old, fresh := good, next
		var sessions []identity.SignedIn
		results := make(chan identity.SignedIn, 4)
		atOnce(4, func(i int) error {
			if i == 3 {
				_, err := w.RedeemReset(t.Context(), visitor("192.0.2.1"), token, fresh)
				return err
			}
			in, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, old)
			if err == nil {
				results <- in
			}
			return err
		})
		close(results)
		for in := range results {
			sessions = append(sessions, in)
		}
		for _, in := range sessions {
			w.isOut(in)
		}
		w.isOut(ana)
		require.NoError(t, w.changePassword(w.by(w.again(fresh)), fresh, old))
		w.clock.Advance(6 * time.Minute)
	}
	require.NoError(t, w.Drain(t.Context()))
}

func (w *world) again(password secret.Value) identity.SignedIn {
	w.t.Helper()
	in, err := w.LogIn(context.WithoutCancel(w.t.Context()), visitor("192.0.2.1"), anaEmail, password)
	require.NoError(w.t, err)
	return in
}
