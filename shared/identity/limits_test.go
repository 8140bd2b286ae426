package identity_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

// guess tries wrong passwords from ever other addresses until the account is
// limited, and gives how many tries that took.
func (w *world) guess(email string) int {
	w.t.Helper()
	for i := range 100 {
		_, err := w.LogIn(w.t.Context(), visitor(fmt.Sprintf("198.51.100.%d", i)), email, next)
		if fault.Is(err, fault.Limited) {
			return i
		}
		w.isKind(fault.Unauthenticated, err)
	}
	return -1
}

func TestLogIn_LimitsFailuresPerAccountWhetherOrNotItExists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	assert.Equal(t, 10, w.guess(anaEmail))
	assert.Equal(t, 10, w.guess("nobody@example.org"))
	_, err := w.LogIn(t.Context(), visitor("198.51.100.200"), anaEmail, good)
	w.isKind(fault.Limited, err) // the right password reveals nothing to a guesser
	w.clock.Advance(30 * time.Second)
	_, err = w.LogIn(t.Context(), visitor("198.51.100.200"), anaEmail, good)
	require.NoError(t, err)
}

func TestLogIn_LimitsFailuresPerAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	n := 0
	for ; n < 100; n++ {
		_, err := w.LogIn(t.Context(), visitor("198.51.100.1"), fmt.Sprintf("u%d@example.org", n), next)
		if fault.Is(err, fault.Limited) {
			break
		}
	}
	assert.Equal(t, 30, n)
	_, err := w.LogIn(t.Context(), visitor("198.51.100.2"), anaEmail, good)
	require.NoError(t, err, "other addresses are not concerned")
}

// Failures of others at the same address, such as an office's, do not keep a
// browser out that the owner logged in with before.
func TestLogIn_KnownBrowserIsNotLimitedByItsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	office := visitor("198.51.100.1")
	for i := range 40 {
		_, _ = w.LogIn(t.Context(), office, fmt.Sprintf("u%d@example.org", i), next)
	}
	_, err := w.LogIn(t.Context(), office, anaEmail, good)
	w.isKind(fault.Limited, err)
	office.Device = ana.Device
	_, err = w.LogIn(t.Context(), office, anaEmail, good)
	require.NoError(t, err)
	_, err = w.LogIn(t.Context(), office, benEmail, next)
	w.isKind(fault.Limited, err) // her browser is known for her account alone
}

// A customer of IPv6 has 2^64 addresses; they count as one.
func TestLogIn_LimitsIPv6ByNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	n := 0
	for ; n < 100; n++ {
		address := fmt.Sprintf("2001:db8:1:2:%x:%x::%x", n*7919%65536, n, n)
		if _, err := w.LogIn(t.Context(), visitor(address), fmt.Sprintf("u%d@example.org", n), next); fault.Is(err, fault.Limited) {
			break
		}
	}
	assert.Equal(t, 30, n)
	_, err := w.LogIn(t.Context(), visitor("2001:db8:1:3::1"), "v@example.org", next)
	w.isKind(fault.Unauthenticated, err) // the neighbor
	_, err = w.LogIn(t.Context(), visitor("::ffff:192.0.2.1"), "v@example.org", next)
	w.isKind(fault.Unauthenticated, err)
}

func TestLogIn_SuccessUsesNoPermits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	for range 40 {
		_, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
		require.NoError(t, err)
	}
	assert.NotContains(t, w.log.String(), "was not given back")
}

func TestLogIn_StrangersCannotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	require.Equal(t, 10, w.guess(anaEmail))

	// In a browser that knows her she goes in.
	known := visitor("192.0.2.1")
	known.Device = ana.Device
	in, err := w.LogIn(t.Context(), known, anaEmail, good)
	require.NoError(t, err)
	assert.Equal(t, ana.Device.Reveal(), in.Device.Reveal())
	guessed := known
	guessed.Device = secret.New("AAAAAAAAAAAAAAAAAAAAAA")
	_, err = w.LogIn(t.Context(), guessed, anaEmail, good)
	w.isKind(fault.Limited, err)

	// With any other she goes in by the reset link, also while the stranger asks
	// for links and keeps guessing.
	for i := range 20 {
		require.NoError(t, w.RequestReset(t.Context(), visitor(fmt.Sprintf("198.51.100.%d", i)), anaEmail))
	}
	require.NoError(t, w.Drain(t.Context()))
	assert.Len(t, w.mail.to(anaEmail, identity.MailPasswordReset), 3, "her mailbox is not flooded")
	require.NoError(t, w.RequestReset(t.Context(), visitor("203.0.113.5"), anaEmail), "the answer reveals nothing")
	elsewhere := visitor("203.0.113.5")
	elsewhere.Device, err = w.RedeemReset(t.Context(), elsewhere, w.lastLink(anaEmail, identity.MailPasswordReset), next)
	require.NoError(t, err)
	_, err = w.LogIn(t.Context(), elsewhere, anaEmail, next)
	require.NoError(t, err)

	// A browser that was known may not guess without end either.
	tries := 0
	for ; tries < 50; tries++ {
		if _, err = w.LogIn(t.Context(), elsewhere, anaEmail, good); fault.Is(err, fault.Limited) {
			break
		}
	}
	assert.Equal(t, 10, tries)
	require.NoError(t, w.Drain(t.Context()))
}

func TestPublicCalls_AreLimitedPerAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	until := func(f func() error) int {
		for i := range 2000 {
			if err := f(); fault.Is(err, fault.Limited) {
				return i
			}
		}
		return -1
	}
	stranger := visitor("198.51.100.1")
	assert.Equal(t, 10, until(func() error { return w.RequestReset(t.Context(), stranger, "nobody@example.org") }))
	links := until(func() error {
		_, err := w.LookUpInvitation(t.Context(), stranger, secret.New("x"))
		return err
	})
	assert.Equal(t, 30, links)
	refreshes := until(func() error {
		_, err := w.Refresh(t.Context(), stranger, ana.RefreshToken)
		return err
	})
	assert.Positive(t, refreshes)
	by := w.by(w.again(good))
	invitations := until(func() error {
		_, err := w.Invite(t.Context(), by, benEmail, asViewer)
		return err
	})
	assert.Equal(t, 50, invitations)
	require.NoError(t, w.Drain(t.Context()))
}

// However many guesses are made at once, no more of them learn whether they are right than
// the limit allows; the right password is refused beyond it, too.
func TestLogIn_GuessesAtOnceGetNoMoreAnswersThanTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	var wrong, right atomic.Int64
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			password := next
			if i == 63 {
				password = good
			}
			_, err := w.LogIn(t.Context(), visitor(fmt.Sprintf("198.51.100.%d", i)), anaEmail, password)
			switch {
			case err == nil:
				right.Add(1)
			case fault.Is(err, fault.Unauthenticated):
				wrong.Add(1)
			case !fault.Is(err, fault.Limited):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, wrong.Load(), int64(10))
	assert.LessOrEqual(t, right.Load(), int64(1))
	_, err := w.LogIn(t.Context(), visitor("198.51.100.200"), anaEmail, good)
	w.isKind(fault.Limited, err)
}

// A right password that was checked while others used up the limit is refused.
func TestLogIn_RightPasswordIsRefusedOnceOthersUsedUpTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ana()
	guessed := false
	identity.RecordComparisons(w.Service, func(password, _ string) {
		if password == goodWords && !guessed {
			guessed = true
			w.guess(anaEmail)
		}
	})
	_, err := w.LogIn(t.Context(), visitor("198.51.100.200"), anaEmail, good)
	w.isKind(fault.Limited, err)
}
