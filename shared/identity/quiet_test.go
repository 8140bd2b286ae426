package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/identity"
)

// A warning is for the administrator to look at, so what goes well, or is a person's
// mistake, makes none.
func TestService_WarnsOfNothingThatGoesWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	by := w.by(ana)
	_, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, next)
	require.Error(t, err)
	ben := w.join(ana, benEmail, asViewer)
	d, _, _ := w.addPasskey(ben)
	w.mustEnter(d)
	passkeys, err := w.Passkeys(t.Context(), ben.User.ID)
	require.NoError(t, err)
	require.NoError(t, w.RemovePasskeys(t.Context(), w.by(ben), ben.User.ID, passkeys.Passkeys[0].ID))
	token, _ := w.mint(by, identity.Scope{Role: identity.Viewer}, time.Hour)
	require.NoError(t, w.RevokeTokens(t.Context(), by, ana.User.ID, token.ID))

	var required *identity.LinkRequired
	_, err = w.SignInExternal(t.Context(), visitor("192.0.2.2"), google(benEmail, "1"))
	require.ErrorAs(t, err, &required)
	_, err = w.Link(t.Context(), w.by(ben), required.Token)
	require.NoError(t, err)
	require.NoError(t, w.changePassword(w.by(ben), good, next))
	seen := w.store.seen()
	w.store.forget()
	require.NoError(t, w.EndSessions(t.Context(), by, ben.User.ID))
	assert.Contains(t, w.store.seen(), "delete identity/session", "what ended is not left in the store")
	require.NoError(t, w.LogOut(t.Context(), visitor("192.0.2.1"), ana.RefreshToken))
	require.NoError(t, w.Drain(t.Context()))
	for _, what := range []string{"session", "token", "passkey", "link"} {
		assert.Contains(t, seen, "delete identity/"+what)
	}
	assert.NotContains(t, w.log.String(), "level=WARN")
	assert.NotContains(t, w.log.String(), "level=ERROR")
}

// A mail that follows an answer and is not sent is in the log, as nobody else learns of it.
func TestService_LogsMailThatIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	w.mail.err = errors.New("no such server")
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.1"), anaEmail))
	require.NoError(t, w.Drain(t.Context()))
	assert.Contains(t, w.log.String(), "a mail was not sent")
}

func TestRename(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.by(w.ana())
	for _, name := range []string{"Ana Maria", " Ana  Maria "} {
		u, err := w.Rename(t.Context(), by, name)
		require.NoError(t, err)
		assert.Equal(t, "Ana Maria", u.Name)
	}
	renamed := 0
	for _, a := range w.actions() {
		if a == "user.renamed" {
			renamed++
		}
	}
	assert.Equal(t, 1, renamed, "the second time it was her name")
	_, err := w.Rename(t.Context(), by, "\x00")
	require.Error(t, err)
}
