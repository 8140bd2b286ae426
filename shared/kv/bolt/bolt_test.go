package bolt_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func open(t testing.TB, path string, opts bolt.Options) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(path, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestContract(t *testing.T) {
	kvtest.Run(t, func(t *testing.T, now func() time.Time) kv.Store {
		return open(t, filepath.Join(t.TempDir(), "kv.db"), bolt.Options{Now: now, NoSync: true})
	}, kvtest.Effort{Increments: 1000, Operations: 200})
}

var key = kv.Key{Partition: "p", Sort: "s"}

func TestOneProcessOwnsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kv.db")
	first := open(t, path, bolt.Options{})
	began := time.Now()
	_, err := bolt.Open(path, bolt.Options{})
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.ErrorContains(t, err, "another process has the store "+path+" open")
	require.Less(t, time.Since(began), 5*time.Second)
	require.NoError(t, first.Close())
	open(t, path, bolt.Options{})
}

func TestOpenWhatIsNoStore(t *testing.T) {
	folder := t.TempDir()
	_, err := bolt.Open(folder, bolt.Options{})
	require.Equal(t, fault.Internal, fault.KindOf(err))
	text := filepath.Join(folder, "text")
	require.NoError(t, os.WriteFile(text, bytes.Repeat([]byte("not a store\n"), 4096), 0o600))
	_, err = bolt.Open(text, bolt.Options{})
	require.Equal(t, fault.Internal, fault.KindOf(err))
	_, err = bolt.Open(filepath.Join(text, "kv.db"), bolt.Options{})
	require.Equal(t, fault.Internal, fault.KindOf(err))
}

func TestItemsOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "kv.db")
	s := open(t, path, bolt.Options{})
	it, err := s.Put(t.Context(), kv.Item{Key: key, Value: []byte("v"), Expires: time.Now().Add(time.Hour)}, kv.Always)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	got, err := open(t, path, bolt.Options{}).Get(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, it, got)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode(), "others may not read it")
}

func TestAClosedStoreIsUnavailable(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "kv.db"), bolt.Options{NoSync: true})
	require.NoError(t, s.Close())
	_, getErr := s.Get(t.Context(), key)
	_, putErr := s.Put(t.Context(), kv.Item{Key: key}, kv.Always)
	_, queryErr := s.Query(t.Context(), kv.Query{Partition: "p"})
	for _, err := range []error{getErr, putErr, queryErr, s.Delete(t.Context(), key, kv.Always)} {
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	}
	require.NoError(t, s.Close(), "closing twice is harmless")
}

// The race detector judges this one.
func TestReadsBesideACloseAreAnsweredOrUnavailable(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "kv.db"), bolt.Options{NoSync: true})
	_, err := s.Put(t.Context(), kv.Item{Key: key}, kv.Always)
	require.NoError(t, err)
	var reads sync.WaitGroup
	started := make(chan struct{}, 4)
	for range cap(started) {
		reads.Go(func() {
			for err := error(nil); err == nil; {
				if _, err = s.Get(t.Context(), key); err != nil {
					assert.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
				}
				select {
				case started <- struct{}{}:
				default:
				}
			}
		})
	}
	<-started
	require.NoError(t, s.Close())
	reads.Wait()
}

func TestExpiredItemsLeaveTheFile(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	path := filepath.Join(t.TempDir(), "kv.db")
	s := open(t, path, bolt.Options{NoSync: true, Now: func() time.Time { return now }})
	sweep := func(limit, want int) {
		t.Helper()
		n, err := s.Sweep(t.Context(), limit)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	for i := range 300 {
		it := kv.Item{Key: kv.Key{Partition: "p", Sort: strconv.Itoa(i)}, Expires: now.Add(time.Minute)}
		for range 1 + i%3 { // moved, so that it was listed under other seconds
			_, err := s.Put(t.Context(), it, kv.Always)
			require.NoError(t, err)
			it.Expires = it.Expires.Add(-time.Second)
		}
	}
	sweep(1000, 0)
	now = now.Add(time.Minute)
	sweep(1000, 0) // the clock may be ahead for a moment
	now = now.Add(45 * 24 * time.Hour)
	sweep(10, 10)
	sweep(1000, 300-10-64) // the commit before took 64 more along
	sweep(1000, 0)
	require.NoError(t, s.Close())

	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			require.Zero(t, b.Stats().KeyN, "%s", name)
			return nil
		})
	}))
}
