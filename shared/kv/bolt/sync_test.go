//go:build linux

package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
)

// unsynced gives how many pages of a file a power failure would lose.
func unsynced(t *testing.T, path string) uint64 {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var pages unix.Cachestat_t
	err = unix.Cachestat(uint(f.Fd()), &unix.CachestatRange{}, &pages, 0)
	if errors.Is(err, unix.ENOSYS) {
		t.Skip("this kernel does not say what is not on disk yet")
	}
	require.NoError(t, err)
	return pages.Dirty + pages.Writeback
}

// What was acknowledged is on disk, not only in the memory of the machine.
func TestPut_IsOnDiskOnceItIsAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kv.db")
	require.NoError(t, os.WriteFile(path+".probe", make([]byte, 1<<16), 0o600))
	if unsynced(t, path+".probe") == 0 {
		t.Skip("this file system keeps nothing in memory")
	}
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	defer s.Close()
	for i := range 20 {
		put := func() {
			key := kv.Key{Partition: "p", Sort: fmt.Sprint(i)}
			_, err := s.Put(t.Context(), kv.Item{Key: key, Value: make([]byte, 1000*i)}, kv.Always)
			require.NoError(t, err)
			require.Zero(t, unsynced(t, path), "put")
		}
		put()
		put()
		require.NoError(t, s.Delete(t.Context(), kv.Key{Partition: "p", Sort: fmt.Sprint(i)}, kv.Always))
		require.Zero(t, unsynced(t, path), "delete")
	}
}
