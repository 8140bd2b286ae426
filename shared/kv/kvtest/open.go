package kvtest

import (
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
