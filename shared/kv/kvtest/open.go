package kvtest

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
)

// Open gives a test an empty store of its own, closed when the test ends.
func Open(t testing.TB) kv.Store {
	t.Helper()
	return OpenWithClock(t, time.Now)
}

// OpenWithClock is Open with expiry running by the given clock.
func OpenWithClock(t testing.TB, now func() time.Time) kv.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "kv.db"), bolt.Options{Now: now, NoSync: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}
