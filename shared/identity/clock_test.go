package identity_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
)

// What was signed in, refreshed or created while the clock was wrong lets nobody in for
// longer than its rule, and keeps nobody out once the clock is right.
func TestClock_WrongForOneStep(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{-40 * 24 * time.Hour, -20 * time.Minute, -2 * time.Minute, 2 * time.Minute, 20 * time.Minute, 40 * 24 * time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			before := w.ana()
			w.clock.Advance(off)
			during := w.again(good)
			refreshed, err := w.Refresh(t.Context(), visitor("192.0.2.1"), before.RefreshToken)
			if err != nil {
				w.isKind(fault.Unauthenticated, err)
			}
			w.clock.Advance(-off)

			for _, in := range []identity.SignedIn{during, refreshed} {
				if in.AccessToken.IsZero() {
					continue
				}
				_, err := w.auth.Authenticate(t.Context(), in.AccessToken.Reveal())
				if off < -10*time.Minute || off > time.Minute {
					w.isKind(fault.Unauthenticated, err) // it expired, or is from the future
				} else {
					assert.NoError(t, err)
				}
			}
			// A limit that was counted in a time to come is exhausted for as long as its rule says.
			within := func(step func() error) {
				err := step()
				for limits := 3; fault.Is(err, fault.Limited) && limits > 0; limits-- { // of the address, of the account
					w.clock.Advance(time.Minute)
					err = step()
				}
				require.NoError(t, err)
			}
			var now identity.SignedIn
			within(func() (err error) {
				now, err = w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
				return err
			})
			_, err = w.auth.Authenticate(t.Context(), now.AccessToken.Reveal())
			require.NoError(t, err, "who logs in once the clock is right is in")
			within(func() error {
				_, err := w.Refresh(t.Context(), visitor("192.0.2.1"), now.RefreshToken)
				return err
			})
		})
	}
}
