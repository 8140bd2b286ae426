package identity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

func TestLogIn_AnswersTheSameWhateverIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{Global: identity.Viewer})
	yes := true
	_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)

	var answers []string
	var traces [][]string
	for i, who := range []struct{ email, password string }{
		{anaEmail, "not her password"},    // an account
		{"nobody@example.org", goodWords}, // none
		{benEmail, goodWords},             // disabled
		{"not an address", goodWords},     // nonsense
		{"", ""},
		{strings.Repeat("a", 5000) + "@example.org", strings.Repeat("b", 5000)},
	} {
		w.store.forget()
		_, err := w.LogIn(t.Context(), visitor("192.0.2."+string(rune('1'+i))), who.email, secret.New(who.password))
		w.isKind(fault.Unauthenticated, err)
		answers = append(answers, err.Error())
		traces = append(traces, w.store.seen())
	}
	for i := range answers {
		assert.Equal(t, answers[0], answers[i])
		assert.Equal(t, traces[0], traces[i], "the work differs for case %d", i)
	}
}

func TestLogIn_RecordsFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	for _, email := range []string{anaEmail, "nobody@example.org", goodWords} {
		_, err := w.LogIn(t.Context(), visitor("198.51.100.9"), email, next)
		w.isKind(fault.Unauthenticated, err)
	}
	page, err := w.audit.List(t.Context(), audit.Filter{Action: "session.refused"})
	require.NoError(t, err)
	var emails []string
	for _, e := range page.Entries {
		emails = append(emails, e.Actor.Email)
		assert.Equal(t, "198.51.100.9", e.Actor.Address)
	}
	assert.Equal(t, []string{"", "nobody@example.org", anaEmail}, emails, "what is no address may be a password")

	// An attack fills neither the log nor the store.
	for i := range 400 {
		_, _ = w.LogIn(t.Context(), visitor(fmt.Sprintf("198.51.%d.%d", 101+i/250, i%250)), fmt.Sprintf("u%d@example.org", i), next)
	}
	assert.Less(t, len(w.actions()), 320)
}

// The store traces are equal by the test above. What is left of the time is
// hashing: one comparison with the same parameters, whatever is wrong.
func TestLogIn_HashesTheSameWhetherOrNotTheAccountExists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{Global: identity.Viewer})
	yes := true
	_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &yes})
	require.NoError(t, err)
	var costs []string // "$argon2id$v=19$m=…,t=…,p=…" and the lengths of salt and key
	var lengths []int
	identity.RecordComparisons(w.Service, func(password, hash string) {
		parts := strings.Split(hash, "$")
		require.Len(t, parts, 6)
		costs = append(costs, fmt.Sprint(parts[:4], len(parts[4]), len(parts[5])))
		lengths = append(lengths, len(password))
	})
	for name, c := range map[string]struct{ email, password string }{
		"wrong password":   {anaEmail, newWords},
		"no account":       {"nobody@example.org", newWords},
		"disabled account": {benEmail, newWords},
		"not an address":   {"nonsense", newWords},
	} {
		costs, lengths = nil, nil
		_, err := w.LogIn(t.Context(), visitor("192.0.2.1"), c.email, secret.New(c.password))
		w.isKind(fault.Unauthenticated, err)
		assert.Equal(t, []string{"[ argon2id v=19 m=64,t=1,p=1] 22 43"}, costs, name)
		assert.Equal(t, []int{len(newWords)}, lengths, name)
	}
}

func TestResetAndInvite_DoTheSameWorkWithoutAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	w.join(ana, benEmail, identity.Grants{Global: identity.Viewer})
	var traces [][]string
	for _, email := range []string{benEmail, "nobody@example.org"} {
		w.store.forget()
		require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.7"), email))
		traces = append(traces, w.store.seen())
	}
	assert.Equal(t, traces[0], traces[1])
	require.NoError(t, w.Drain(t.Context()))
	assert.Len(t, w.mail.to(benEmail, identity.MailPasswordReset), 1)
	assert.Empty(t, w.mail.to("nobody@example.org", identity.MailPasswordReset))

	by := w.by(ana)
	_, err := w.Invite(t.Context(), by, "carla@example.org", identity.Grants{Global: identity.Viewer}) // no account, and an invitation like Ben's
	require.NoError(t, err)
	traces = nil
	var answers []identity.Invitation
	for _, email := range []string{benEmail, "carla@example.org"} {
		w.store.forget()
		i, err := w.Invite(t.Context(), by, email, identity.Grants{Global: identity.Operator})
		require.NoError(t, err)
		i.ID, i.Email = "", ""
		answers = append(answers, i)
		traces = append(traces, w.store.seen())
	}
	assert.Equal(t, answers[0], answers[1])
	assert.Equal(t, traces[0], traces[1])
	assert.Len(t, w.mail.to(benEmail, identity.MailAlreadyMember), 1, "who has an account gets a mail that says so")
}

func TestAuthenticate_RoleChangesTakeEffectAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{Clusters: map[string]identity.Role{"aws": identity.Operator}})
	authenticate := func() (identity.Principal, error) {
		return w.auth.Authenticate(t.Context(), ben.AccessToken.Reveal())
	}
	p, err := authenticate()
	require.NoError(t, err)
	assert.True(t, p.Allowed(identity.Operator, "aws"))
	assert.False(t, p.Sees("minikube"))

	w.store.forget()
	_, err = authenticate()
	require.NoError(t, err)
	assert.Equal(t, []string{"get identity/user"}, w.store.seen(), "one read")

	change := func(c identity.UserChange) {
		_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, c)
		require.NoError(t, err)
	}
	change(identity.UserChange{Grants: &identity.Grants{Global: identity.Viewer}})
	p, err = authenticate()
	require.NoError(t, err)
	assert.False(t, p.Allowed(identity.Operator, "aws"), "the same token may less")
	assert.True(t, p.Sees("minikube"))

	yes, no := true, false
	change(identity.UserChange{Disabled: &yes})
	w.isOut(ben)
	_, err = w.Refresh(t.Context(), visitor("192.0.2.2"), ben.RefreshToken)
	w.isKind(fault.Unauthenticated, err)
	change(identity.UserChange{Disabled: &no})
	w.isOut(ben)
	again, err := w.LogIn(t.Context(), visitor("192.0.2.2"), benEmail, good)
	require.NoError(t, err)
	require.NoError(t, w.EndSessions(t.Context(), w.by(ana), ben.User.ID))
	w.isOut(again)
	assert.Equal(t, []string{
		"user.created", "session.started", "invitation.created", "invitation.used", "user.created", "session.started",
		"user.role", "user.disabled", "user.enabled", "session.started", "session.ended",
	}, w.actions())
}

func TestUserItem_FitsOneReadUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	g := identity.Grants{Clusters: map[string]identity.Role{}}
	for _, c := range []string{"production-aws-eu", "production-aws-us", "production-do-fra", "staging-aws", "staging-do", "minikube", "sandbox-1", "sandbox-2"} {
		g.Clusters[c] = identity.Administrator
	}
	email := strings.Repeat("b", 40) + "@" + strings.Repeat("example.", 10) + "org"
	ben := w.join(ana, email, g)
	for range 25 {
		in, err := w.LogIn(t.Context(), visitor("192.0.2.2"), email, good)
		require.NoError(t, err)
		_, _, err = w.CreateToken(t.Context(), w.by(in), "CI", identity.Scope{Role: identity.Viewer}, w.clock.Now().Add(20*time.Minute))
		require.NoError(t, err)
		w.clock.Advance(time.Minute)
	}
	it, err := w.store.Get(t.Context(), userItem(ben.User.ID))
	require.NoError(t, err)
	assert.Less(t, len(it.Value), 4000, "more than 4 KiB costs every request another read unit")
}
