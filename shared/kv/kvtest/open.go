package kvtest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
)

// Open gives a test an empty store of its own, closed when the test ends. Nothing in it
// expires, since the clocks of tests stand still, on days that have passed.
func Open(t testing.TB) kv.Store {
	t.Helper()
	return OpenWithClock(t, func() time.Time { return time.Unix(0, 0) })
}

// OpenWithClock is Open with expiry running by the given clock.
func OpenWithClock(t testing.TB, now func() time.Time) kv.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "kv.db"), bolt.Options{Now: now, NoSync: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// OpenForExample gives a documented example an empty store, closed and removed by end.
// It panics where a test would fail.
func OpenForExample() (store kv.Store, end func()) {
	folder, err := os.MkdirTemp("", "ocim-example-")
	if err != nil {
		panic(err)
	}
	s, err := bolt.Open(filepath.Join(folder, "kv.db"), bolt.Options{NoSync: true})
	if err != nil {
		panic(err)
	}
	return s, func() {
		if err := errors.Join(s.Close(), os.RemoveAll(folder)); err != nil {
			panic(err)
		}
	}
}
