package identity_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func BenchmarkAuthenticate(b *testing.B) {
	w := newWorld(b)
	ana := w.ana()
	for b.Loop() {
		_, err := w.auth.Authenticate(b.Context(), ana.AccessToken.Reveal())
		require.NoError(b, err)
	}
}

func BenchmarkLogIn(b *testing.B) {
	w := newWorld(b)
	w.strong = true
	w.restart()
	w.ana()
	for b.Loop() {
		_, err := w.LogIn(b.Context(), visitor("192.0.2.1"), anaEmail, good)
		require.NoError(b, err)
	}
}

func BenchmarkRefresh(b *testing.B) {
	w := newWorld(b)
	in := w.ana()
	for b.Loop() {
		w.clock.Advance(2 * time.Second)
		var err error
		in, err = w.Refresh(b.Context(), visitor("192.0.2.1"), in.RefreshToken)
		require.NoError(b, err)
	}
}
