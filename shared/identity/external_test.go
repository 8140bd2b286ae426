package identity_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

func google(email, subject string) identity.External {
	return identity.External{Issuer: "https://accounts.google.com", Subject: subject, Email: email, Verified: true, Name: "Goo Gle"}
}

func TestSignInExternal_AdmitsOnlyInvitedPeopleAndAllowedDomains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	enter := func(x identity.External) (identity.SignedIn, error) {
		return w.SignInExternal(t.Context(), visitor("192.0.2.3"), x)
	}
	_, err := enter(google("x@allowed.example", "0"))
	w.isKind(fault.Forbidden, err) // before there is an administrator
	ana := w.ana()
	inv := w.invite(ana, benEmail, identity.Grants{Global: identity.Operator})

	unverified := google(benEmail, "1")
	unverified.Verified = false
	hosted := google("dora@allowed.example", "2")
	hosted.Hosted = "allowed.example"
	nameless := hosted
	nameless.Email, nameless.Subject, nameless.Name = "emil@allowed.example", "3", ""
	for name, x := range map[string]identity.External{
		"a stranger":            google("eve@evil.example", "4"),
		"an unverified address": unverified,
		"an allowed domain, but anybody's account":  google("mallory@allowed.example", "5"),
		"an allowed domain of another organisation": {Issuer: "https://accounts.google.com", Subject: "6", Email: "m@allowed.example", Verified: true, Hosted: "evil.example"},
		"a domain that ends alike":                  {Issuer: "https://accounts.google.com", Subject: "7", Email: "m@notallowed.example", Verified: true, Hosted: "notallowed.example"},
		"no subject":                                google(benEmail, ""),
		"no address":                                google("", "8"),
		"an address that is none":                   google("ben@example.org\nx", "9"),
	} {
		_, err := enter(x)
		require.Error(t, err, name)
		assert.Equal(t, fault.Forbidden, fault.KindOf(err), name)
	}
	users, err := w.Users(t.Context())
	require.NoError(t, err)
	require.Len(t, users, 1, "nobody was let in")

	ben, err := enter(google("Ben@example.org", "1"))
	require.NoError(t, err)
	assert.Equal(t, identity.Operator, ben.User.Grants.Global)
	assert.True(t, ben.User.HasExternal)
	assert.False(t, ben.User.HasPassword)
	i, err := w.LookUpInvitation(t.Context(), visitor("192.0.2.3"), inv)
	require.NoError(t, err)
	assert.Equal(t, identity.InvitationUsed, i.State)
	dora, err := enter(hosted)
	require.NoError(t, err)
	assert.Equal(t, identity.Viewer, dora.User.Grants.Global)
	emil, err := enter(nameless)
	require.NoError(t, err)
	assert.Equal(t, "emil@allowed.example", emil.User.Name)
	again, err := enter(hosted)
	require.NoError(t, err)
	assert.Equal(t, dora.User.ID, again.User.ID)
	list, err := w.Sessions(t.Context(), dora.User.ID, "")
	require.NoError(t, err)
	assert.Equal(t, "google", list[0].Method)
}

func TestSignInExternal_LinksByVerifiedAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	enter := func(x identity.External) (identity.SignedIn, error) {
		return w.SignInExternal(t.Context(), visitor("192.0.2.3"), x)
	}
	hosted := google(anaEmail, "1")
	hosted.Hosted = "example.org"
	in, err := enter(hosted)
	require.NoError(t, err)
	assert.Equal(t, ana.User.ID, in.User.ID)
	assert.True(t, in.User.HasPassword)
	require.NoError(t, w.Drain(t.Context()))
	assert.Len(t, w.mail.to(anaEmail, identity.MailAccountLinked), 1)

	in, err = enter(google("ana.new@elsewhere.example", "1"))
	require.NoError(t, err, "the account counts, also when its address changes")
	assert.Equal(t, ana.User.ID, in.User.ID)
	_, err = enter(google(anaEmail, "2"))
	w.isKind(fault.Forbidden, err) // her address was given to someone else
	hosted = google("carla@example.org", "2")
	hosted.Hosted = "example.org"
	carla := w.join(ana, hosted.Email, asViewer)
	in, err = enter(hosted)
	require.NoError(t, err, "who was refused there is tied to nobody")
	assert.Equal(t, carla.User.ID, in.User.ID)
	other := google(anaEmail, "1")
	other.Issuer = "https://evil.example"
	_, err = enter(other)
	w.isKind(fault.Forbidden, err) // the same subject at another provider

	ben := w.join(ana, benEmail, asViewer)
	yes := true
	_, err = w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)
	_, err = enter(google(benEmail, "3"))
	w.isKind(fault.Forbidden, err)
}

// Anyone can have a Google account with any address, and a provider may verify
// addresses badly: only who is the authority for an address opens its account.
func TestSignInExternal_OthersLinkOnlyAfterThePassword(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		email, issuer, hosted string
		linked                bool
	}{
		"Google, gmail.com":           {"ana@gmail.com", "https://accounts.google.com", "", true},
		"Google, its domain":          {"ana@corp.example", "https://accounts.google.com", "Corp.Example", true},
		"Google, any address":         {"ana@corp.example", "https://accounts.google.com", "", false},
		"Google, another domain":      {"ana@corp.example", "https://accounts.google.com", "evil.example", false},
		"Google, a configured domain": {"ana@allowed.example", "https://accounts.google.com", "", false},
		"other, a configured domain":  {"ana@allowed.example", "https://id.example", "", true},
		"other, any address":          {"ana@corp.example", "https://id.example", "corp.example", false},
		"other, gmail.com":            {"ana@gmail.com", "https://id.example", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ana := w.ana()
			victim := w.join(ana, c.email, asViewer)
			x := identity.External{Issuer: c.issuer, Subject: "1", Email: c.email, Verified: true, Name: "X", Hosted: c.hosted, AuthTime: w.clock.Now()}
			in, err := w.SignInExternal(t.Context(), visitor("198.51.100.9"), x)
			if c.linked {
				require.NoError(t, err)
				assert.Equal(t, victim.User.ID, in.User.ID)
				return
			}
			var required *identity.LinkRequired
			require.ErrorAs(t, err, &required)
			w.isKind(fault.Forbidden, err)
			ways, err := w.WaysIn(t.Context(), victim.User.ID)
			require.NoError(t, err)
			assert.False(t, ways.Linked)

			_, err = w.Link(t.Context(), w.by(ana), required.Token)
			w.isKind(fault.NotFound, err) // it is for another account
			_, err = w.Link(t.Context(), w.by(victim), secret.New(required.Token.Reveal()[:60]))
			w.isKind(fault.NotFound, err)
			u, err := w.Link(t.Context(), w.by(victim), required.Token)
			require.NoError(t, err)
			assert.True(t, u.HasExternal)
			_, err = w.Link(t.Context(), w.by(victim), required.Token)
			w.isKind(fault.NotFound, err) // once
			in, err = w.SignInExternal(t.Context(), visitor("192.0.2.1"), x)
			require.NoError(t, err)
			assert.Equal(t, victim.User.ID, in.User.ID)
			require.NoError(t, w.Drain(t.Context()))
			assert.Len(t, w.mail.to(c.email, identity.MailAccountLinked), 1)
		})
	}
}

func TestLink_ExpiresAndNeedsARecentLogIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	var required *identity.LinkRequired
	_, err := w.SignInExternal(t.Context(), visitor("192.0.2.1"), google(anaEmail, "1"))
	require.ErrorAs(t, err, &required)
	w.clock.Advance(identity.ProofLifetime + time.Second)
	ana, err = w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
	_, err = w.Link(t.Context(), w.by(ana), required.Token)
	w.isKind(fault.Forbidden, err)
	require.NoError(t, w.Confirm(t.Context(), w.by(ana), good))
	_, err = w.Link(t.Context(), w.by(ana), required.Token)
	w.isKind(fault.NotFound, err)
}

func TestChangePassword_FirstPasswordNeedsARecentSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invite(w.ana(), benEmail, asViewer)
	in, err := w.SignInExternal(t.Context(), visitor("192.0.2.3"), google(benEmail, "1"))
	require.NoError(t, err)
	_, err = w.LogIn(t.Context(), visitor("192.0.2.3"), benEmail, good)
	w.isKind(fault.Unauthenticated, err)
	w.clock.Advance(11 * time.Minute)
	in, err = w.Refresh(t.Context(), visitor("192.0.2.3"), in.RefreshToken)
	require.NoError(t, err)
	w.isKind(fault.Forbidden, w.changePassword(w.by(in), good, next))
	in, err = w.SignInExternal(t.Context(), visitor("192.0.2.3"), google(benEmail, "1"))
	require.NoError(t, err)
	err = w.changePassword(w.by(in), next, next) // the provider did not say when Ben proved who he is
	w.isKind(fault.Forbidden, err)
	require.ErrorContains(t, err, "Sign in again", "there is nothing else to confirm by")
	recent := google(benEmail, "1")
	recent.AuthTime = w.clock.Now().Add(-time.Minute)
	in, err = w.SignInExternal(t.Context(), visitor("192.0.2.3"), recent)
	require.NoError(t, err)
	require.NoError(t, w.changePassword(w.by(in), next, next))
	_, err = w.LogIn(t.Context(), visitor("192.0.2.3"), benEmail, next)
	require.NoError(t, err)
	require.NoError(t, w.Drain(t.Context()))
}

func TestSignInExternal_ConcurrentSignInsCreateOneUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	x := google("dora@allowed.example", "1")
	x.Hosted = "allowed.example"
	ok, errs := atOnce(8, func(int) error {
		_, err := w.SignInExternal(t.Context(), visitor("192.0.2.3"), x)
		return err
	})
	assert.EqualValues(t, 8, ok, "%v", errs)
	users, err := w.Users(t.Context())
	require.NoError(t, err)
	assert.Len(t, users, 2)
}
