package server

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// folderWith makes a folder with a store that holds one item.
func folderWith(t *testing.T, key kv.Key, value string) string {
	t.Helper()
	dir := t.TempDir()
	store, err := bolt.Open(storeFile(dir), bolt.Options{NoSync: true})
	require.NoError(t, err)
	_, err = store.Put(t.Context(), kv.Item{Key: key, Value: []byte(value)}, kv.Always)
	require.NoError(t, err)
	require.NoError(t, store.Close())
	return dir
}

func valueIn(t *testing.T, dir string, key kv.Key) string {
	t.Helper()
	store, err := bolt.Open(storeFile(dir), bolt.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	it, err := store.Get(t.Context(), key)
	require.NoError(t, err)
	return string(it.Value)
}

// ocim runs a command on the store of a folder.
func ocim(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	t.Setenv("OCIM_DIR", dir)
	var out bytes.Buffer
	err := Run(t.Context(), append([]string{"store"}, args...), &out, &out)
	return out.String(), err
}

func TestStore_BackupAndRestore(t *testing.T) {
	key := kv.Key{Partition: "p", Sort: "s"}
	dir := folderWith(t, key, "first")
	copied := filepath.Join(t.TempDir(), "copy.db")
	out, err := ocim(t, dir, "backup", copied)
	require.NoError(t, err)
	assert.Contains(t, out, "secrets")
	_, err = ocim(t, dir, "backup", copied)
	require.ErrorContains(t, err, "exists already")

	store, err := bolt.Open(storeFile(dir), bolt.Options{})
	require.NoError(t, err)
	_, err = store.Put(t.Context(), kv.Item{Key: key, Value: []byte("second")}, kv.Always)
	require.NoError(t, err)
	for _, command := range []string{"check", "backup", "restore", "export", "import"} {
		args := []string{command}
		if command != "check" {
			args = append(args, map[bool]string{true: copied, false: filepath.Join(t.TempDir(), "new")}[command == "restore" || command == "import"])
		}
		_, err = ocim(t, dir, args...)
		require.Error(t, err, "%s while Ocim runs", command)
	}
	require.NoError(t, store.Close())

	out, err = ocim(t, dir, "restore", copied)
	require.NoError(t, err)
	assert.Contains(t, out, "Restored 1 items")
	assert.Equal(t, "first", valueIn(t, dir, key))
	former, err := filepath.Glob(storeFile(dir) + ".replaced-*")
	require.NoError(t, err)
	assert.Len(t, former, 1, "nothing is thrown away")
	out, err = ocim(t, dir, "check")
	require.NoError(t, err)
	assert.Contains(t, out, "is intact: 1 items")
}

func TestStore_DamageNamesTheWayBack(t *testing.T) {
	dir := folderWith(t, kv.Key{Partition: "p", Sort: "s"}, "v")
	damage := func() {
		content, err := os.ReadFile(storeFile(dir))
		require.NoError(t, err)
		// A new file: bbolt keeps the lock of one that it cannot open until its process ends.
		require.NoError(t, os.Remove(storeFile(dir)))
		require.NoError(t, os.WriteFile(storeFile(dir), content[:min(len(content), 16<<10)], 0o600))
	}
	store, err := openStore(dir)
	require.NoError(t, err)
	require.NoError(t, backUp(store, dir, time.Now()))
	require.NoError(t, store.Close())
	damage()
	_, err = ocim(t, dir, "check")
	require.ErrorContains(t, err, "is damaged")
	require.ErrorContains(t, err, "store restore "+newestBackup(dir))
	assert.NotContains(t, err.Error(), "\n", "no stack")
	damage()
	err = Serve(t.Context(), Config{Dir: dir, Listen: "127.0.0.1:0", Stack: filepath.Join(root, "stack.yml")}, new(bytes.Buffer), slog.New(slog.DiscardHandler), nil)
	require.ErrorContains(t, err, "store restore "+newestBackup(dir))

	damage()
	_, err = ocim(t, dir, "restore", newestBackup(dir))
	require.NoError(t, err)
	assert.Equal(t, "v", valueIn(t, dir, kv.Key{Partition: "p", Sort: "s"}))
	damage()
	require.NoError(t, os.RemoveAll(backupFolder(dir)))
	_, err = ocim(t, dir, "check")
	require.ErrorContains(t, err, "There is no backup")
}

func TestStore_MovesToDynamoDBAndBack(t *testing.T) {
	t.Setenv("OCIM_DYNAMODB_URL", kvtest.Dynalite(t))
	key := kv.Key{Partition: "p", Sort: "s"}
	dir := folderWith(t, key, "moved")
	file, second := filepath.Join(t.TempDir(), "ocim.export"), filepath.Join(t.TempDir(), "second.export")
	exported, err := ocim(t, dir, "export", file)
	require.NoError(t, err)
	_, err = ocim(t, dir, "export", file)
	require.Error(t, err, "nothing is overwritten")
	client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: os.Getenv("OCIM_DYNAMODB_URL")})
	require.NoError(t, err)
	_, err = dynamo.CreateTable(t.Context(), client, "moved")
	require.NoError(t, err)
	imported, err := ocim(t, dir, "import", "-table", "moved", file)
	require.NoError(t, err)
	assert.Contains(t, imported, exported[len("Exported "):bytes.IndexByte([]byte(exported), '.')], "same number and digest")

	_, err = ocim(t, dir, "export", "-table", "moved", second)
	require.NoError(t, err)
	back := t.TempDir()
	_, err = ocim(t, back, "import", second)
	require.NoError(t, err)
	assert.Equal(t, "moved", valueIn(t, back, key))
	for _, wrong := range [][]string{{}, {"what"}, {"check", "x"}, {"backup"}, {"export", "-nothing", "x"}, {"import", "a", "b"}} {
		_, err = ocim(t, dir, wrong...)
		require.ErrorContains(t, err, "usage", wrong)
	}
}

func TestBackUp_KeepsABoundedNumber(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, kv.Key{Partition: "p", Sort: "s"}, "v")
	store, err := openStore(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	assert.GreaterOrEqual(t, backupAge(dir, now), backupEvery, "the first is due at once")
	for day := range maxBackups + 3 {
		require.NoError(t, backUp(store, dir, now.AddDate(0, 0, day)))
	}
	all := backups(dir)
	require.Len(t, all, maxBackups)
	assert.Contains(t, all[0], "ocim-20261125-120000.db", "the oldest are removed")
	last := now.AddDate(0, 0, maxBackups+2)
	assert.Equal(t, time.Hour, backupAge(dir, last.Add(time.Hour)))
	assert.GreaterOrEqual(t, backupAge(dir, last.AddDate(0, 0, -1)), backupEvery, "a backup of the future was made by a wrong clock")
	_, err = bolt.Check(newestBackup(dir))
	require.NoError(t, err)
}

func TestServe_RefusesToReplaceLostSealKeys(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, kv.Key{Partition: "credentials", Sort: "campus"}, "{}")
	err := Serve(t.Context(), Config{Dir: dir, Listen: "127.0.0.1:0", Stack: filepath.Join(root, "stack.yml")}, new(bytes.Buffer), slog.New(slog.DiscardHandler), nil)
	require.ErrorContains(t, err, "ocim-seal-keys")
	require.ErrorContains(t, err, "backup")
	_, err = os.Stat(filepath.Join(dir, "secrets", "ocim-seal-keys"))
	assert.True(t, errors.Is(err, os.ErrNotExist), "no new key is made")
}
