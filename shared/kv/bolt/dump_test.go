package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
)

// filled makes a store with many items and returns its file's content.
func filled(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kv.db")
	s, err := bolt.Open(path, bolt.Options{NoSync: true})
	require.NoError(t, err)
	for n := range 300 {
		_, err := s.Put(t.Context(), kv.Item{Key: kv.Key{Partition: fmt.Sprint("p", n%7), Sort: fmt.Sprintf("%04d", n)}, Value: make([]byte, 700)}, kv.Always)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}

// A damaged file is an error that says so: never a panic, and never an empty store.
func TestOpen_ReportsDamage(t *testing.T) {
	t.Parallel()
	whole := filled(t)
	damage := map[string][]byte{
		"not a store": []byte("this is a text file\n"),
		"zeros":       make([]byte, len(whole)),
	}
	for _, share := range []int{1, 10, 30, 50, 70, 90, 99} {
		damage[fmt.Sprintf("cut off at %d%%", share)] = whole[:len(whole)*share/100]
	}
	for page := 2; page < len(whole)/4096; page++ {
		broken := append([]byte{}, whole...)
		for i := page * 4096; i < (page+1)*4096; i++ {
			broken[i] ^= 0xa5
		}
		damage[fmt.Sprintf("page %d", page)] = broken
	}
	found := 0
	for name, content := range damage {
		path := filepath.Join(t.TempDir(), "kv.db")
		require.NoError(t, os.WriteFile(path, content, 0o600))
		items, err := bolt.Check(path)
		if err == nil {
			assert.Equal(t, 300, items, "%s: a page that is not used", name)
			continue
		}
		found++
		assert.Equal(t, fault.Internal, fault.KindOf(err), "%s: %v", name, err)
		assert.Contains(t, err.Error(), "damaged", name)
	}
	assert.Greater(t, found, 20)
	path := filepath.Join(t.TempDir(), "kv.db")
	require.NoError(t, os.WriteFile(path, whole[:len(whole)/2], 0o600))
	_, err := bolt.Open(path, bolt.Options{})
	require.ErrorContains(t, err, "damaged")
}

func TestCheck_CountsTheItemsOfAGoodStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kv.db")
	require.NoError(t, os.WriteFile(path, filled(t), 0o600))
	items, err := bolt.Check(path)
	require.NoError(t, err)
	assert.Equal(t, 300, items)
	_, err = bolt.Check(filepath.Join(t.TempDir(), "none.db"))
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestBackup_IsAStoreOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := bolt.Open(filepath.Join(dir, "kv.db"), bolt.Options{NoSync: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	key := kv.Key{Partition: "p", Sort: "s"}
	_, err = s.Put(t.Context(), kv.Item{Key: key, Value: []byte("then")}, kv.Always)
	require.NoError(t, err)
	copied := filepath.Join(dir, "copy.db")
	require.NoError(t, s.Backup(copied))
	_, err = s.Put(t.Context(), kv.Item{Key: key, Value: []byte("now")}, kv.Always)
	require.NoError(t, err)

	info, err := os.Stat(copied)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	items, err := bolt.Check(copied)
	require.NoError(t, err)
	assert.Equal(t, 1, items)
	restored, err := bolt.Open(copied, bolt.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, restored.Close()) }()
	it, err := restored.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Equal(t, "then", string(it.Value))
	require.Error(t, s.Backup(filepath.Join(dir, "none", "copy.db")))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 2, "nothing half-written is left")
}
