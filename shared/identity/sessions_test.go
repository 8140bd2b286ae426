package identity_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

// atOnce calls f n times together and gives how many errors were nil.
func atOnce(n int, f func(i int) error) (succeeded int64, errs []error) {
	var wg sync.WaitGroup
	var ok atomic.Int64
	errs = make([]error, n)
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			if errs[i] = f(i); errs[i] == nil {
				ok.Add(1)
			}
		})
	}
	close(begin)
	wg.Wait()
	return ok.Load(), errs
}

func TestRefresh_OneOf64ConcurrentUsesSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	other, _, _ := w.replica(w.store) // two replicas
	var winner identity.SignedIn
	ok, errs := atOnce(64, func(i int) error {
		s := w.Service
		if i%2 == 1 {
			s = other
		}
		in, err := s.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
		if err == nil {
			winner = in
		}
		return err
	})
	assert.EqualValues(t, 1, ok)
	for _, err := range errs {
		if err != nil {
			w.isKind(fault.Conflict, err)
		}
	}
	// No one was logged out by it.
	_, err := w.auth.Authenticate(t.Context(), winner.AccessToken.Reveal())
	require.NoError(t, err)
	_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), winner.RefreshToken)
	require.NoError(t, err)
}

func TestRefresh_TwoTabsAtOnceStaySignedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var jar sync.Mutex
	changed := sync.NewCond(&jar)
	cookie := w.ana().RefreshToken
	// A tab sends the cookie the browser holds, and asks again when another tab
	// was first.
	tab := func(int) error {
		for {
			jar.Lock()
			sent := cookie
			jar.Unlock()
			in, err := w.Refresh(t.Context(), visitor("192.0.2.1"), sent)
			if fault.Is(err, fault.Conflict) {
				// The browser has the winner's cookie once that tab has its answer; asking
				// without a pause until then would only use up the session's limit.
				jar.Lock()
				for cookie.Reveal() == sent.Reveal() {
					changed.Wait()
				}
				jar.Unlock()
				continue
			}
			if err == nil {
				jar.Lock()
				cookie = in.RefreshToken
				changed.Broadcast()
				jar.Unlock()
			}
			return err
		}
	}
	for range 10 {
		ok, errs := atOnce(2, tab)
		require.EqualValues(t, 2, ok, "%v", errs)
		w.clock.Advance(9 * time.Minute)
	}
}

func TestRefresh_ReuseEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps  int // refreshes after the token that is used again
		wait   time.Duration
		kind   fault.Kind
		killed bool
	}{
		"at once":                   {1, 0, fault.Conflict, false},
		"just within the grace":     {1, identity.RefreshGrace - time.Second, fault.Conflict, false},
		"after the grace":           {1, identity.RefreshGrace, fault.Unauthenticated, true},
		"an older one, at once":     {2, 0, fault.Unauthenticated, true},
		"a much older one":          {5, time.Hour, fault.Unauthenticated, true},
		"an older one, after hours": {2, 20 * time.Hour, fault.Unauthenticated, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			bystander := w.ana()
			victim, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
			require.NoError(t, err)
			stolen, last := victim.RefreshToken, victim
			for range c.steps {
				last, err = w.Refresh(t.Context(), visitor("192.0.2.1"), last.RefreshToken)
				require.NoError(t, err)
			}
			w.clock.Advance(c.wait)
			_, err = w.Refresh(t.Context(), visitor("198.51.100.9"), stolen)
			w.isKind(c.kind, err)
			_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), last.RefreshToken)
			if !c.killed {
				require.NoError(t, err)
				return
			}
			w.isKind(fault.Unauthenticated, err)
			w.isOut(last)
			assert.Contains(t, w.actions(), "session.reused")
			_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), bystander.RefreshToken)
			require.NoError(t, err, "her other session goes on")
		})
	}
}

func TestRefresh_ForgedTokensDoNotEndASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	p := strings.Split(ana.RefreshToken.Reveal(), ".")
	zeros := func(n int) string { return strings.Repeat("A", n) }
	for name, forged := range map[string]string{
		"ids alone":             p[0] + "." + p[1] + "." + zeros(22) + "." + zeros(43),
		"right secret":          p[0] + "." + p[1] + "." + zeros(22) + "." + p[3],
		"session of nobody":     p[0] + "." + p[0] + "." + p[2] + "." + p[3],
		"nobody's session":      p[1] + "." + p[1] + "." + p[2] + "." + p[3],
		"nothing":               "",
		"too many parts":        ana.RefreshToken.Reveal() + ".x",
		"not an id":             "../../etc/passwd." + p[1] + "." + p[2] + "." + p[3],
		"access token":          ana.AccessToken.Reveal(),
		"something very long":   strings.Repeat("a", 100_000),
		"upper case of the ids": strings.ToUpper(p[0]) + "." + p[1] + "." + p[2] + "." + p[3],
	} {
		_, err := w.Refresh(t.Context(), visitor("198.51.100.9"), secret.New(forged))
		w.isKind(fault.Unauthenticated, err)
		require.NoError(t, w.LogOut(t.Context(), visitor("198.51.100.9"), secret.New(forged)), name)
	}
	_, err := w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
}

func TestSessions_ExpireWhenIdleAndInAnyCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	idle, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	last := ana
	for range 5 {
		w.clock.Advance(identity.SessionIdle - time.Hour)
		in, err := w.Refresh(t.Context(), visitor("192.0.2.1"), last.RefreshToken)
		if err != nil {
			w.isKind(fault.Unauthenticated, err)
			assert.GreaterOrEqual(t, w.clock.Now().Sub(kvtest.NewClock().Now()), identity.SessionMost)
			_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), idle.RefreshToken)
			w.isKind(fault.Unauthenticated, err)
			return
		}
		assert.False(t, in.RefreshExpires.After(kvtest.NewClock().Now().Add(identity.SessionMost)))
		last = in
	}
	assert.Fail(t, "a session lasts for ever")
}

func TestEndSession_EndsOnlyOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, benEmail, identity.Grants{Global: identity.Viewer})
	w.clock.Advance(time.Minute)
	phone := identity.Visitor{Address: "203.0.113.7", Agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"}
	second, err := w.LogIn(t.Context(), phone, anaEmail, good)
	require.NoError(t, err)
	list, err := w.Sessions(t.Context(), ana.User.ID, "")
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "Safari on iPhone", list[0].Device)
	assert.Equal(t, "203.0.113.7", list[0].Address)
	assert.Equal(t, w.clock.Now(), list[0].LastUsed)
	assert.Equal(t, "Firefox on Linux", list[1].Device)

	w.isKind(fault.NotFound, w.EndSession(t.Context(), w.by(ben), list[0].ID)) // not Ben's
	require.NoError(t, w.EndSession(t.Context(), w.by(ana), list[0].ID))
	w.isOut(second)
	w.isKind(fault.NotFound, w.EndSession(t.Context(), w.by(ana), list[0].ID))
	require.NoError(t, w.EndSessions(t.Context(), w.by(ana), ana.User.ID))
	w.isOut(ana)
	w.by(ben) // goes on
}

// The user's item decides: what is left of an ended session opens nothing.
func TestRefresh_RefusesAnEndedSessionWhoseItemIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	other, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	w.store.mu.Lock()
	w.store.keep = true
	w.store.mu.Unlock()
	require.NoError(t, w.EndSession(t.Context(), w.by(ana), w.by(other).SessionID))
	_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), other.RefreshToken)
	w.isKind(fault.Unauthenticated, err)
	list, err := w.Sessions(t.Context(), ana.User.ID, "")
	require.NoError(t, err)
	assert.Len(t, list, 1)
	_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
}

func TestLogIn_The21stSessionEndsTheFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ana()
	for range 19 {
		_, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
		require.NoError(t, err)
	}
	w.by(first)
	_, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	w.isOut(first)
}

// Nothing that lets anyone in can be found in what is stored or logged.
func TestService_NeitherStoresNorLogsSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	setup := w.setupToken()
	ana := w.ana()
	invitation := w.invite(ana, benEmail, identity.Grants{Global: identity.Viewer})
	ben, err := w.RedeemInvitation(t.Context(), visitor("192.0.2.2"), invitation, "Ben", good)
	require.NoError(t, err)
	require.NoError(t, w.RequestReset(t.Context(), visitor("192.0.2.2"), benEmail))
	reset := w.lastLink(benEmail, identity.MailPasswordReset)
	device, err := w.RedeemReset(t.Context(), visitor("192.0.2.2"), reset, next)
	require.NoError(t, err)
	_, token, err := w.CreateToken(t.Context(), w.by(ana), "CI", identity.Scope{Role: identity.Viewer}, w.clock.Now().Add(time.Hour))
	require.NoError(t, err)
	refreshed, err := w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
	_, err = w.Refresh(t.Context(), visitor("192.0.2.1"), secret.New(refreshed.RefreshToken.Reveal()[:60]))
	w.isKind(fault.Unauthenticated, err)
	require.NoError(t, w.Drain(t.Context()))

	for _, s := range []secret.Value{
		setup, good, next, invitation, reset, device, token, ana.AccessToken, ana.RefreshToken, ana.Device, ben.RefreshToken,
		refreshed.AccessToken, refreshed.RefreshToken, w.key,
	} {
		// The ids in front of a token are no secret; its last part is.
		text := s.Reveal()
		if i := strings.LastIndexByte(text, '.'); i >= 0 {
			text = text[i+1:]
		}
		if len(text) > 60 && strings.HasPrefix(text, "ocim_") {
			text = text[60:]
		}
		require.GreaterOrEqual(t, len(text), 15)
		for _, v := range w.store.values {
			require.NotContains(t, string(v), text)
		}
		require.NotContains(t, w.log.String(), text)
	}
	require.NotEmpty(t, w.store.values)
}
