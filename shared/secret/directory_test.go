package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestDirectory_Read(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "plain", "abc")
	write(t, dir, "newline", "abc\r\n\n")
	write(t, dir, "pem", "-----BEGIN\nabc\n-----END\n")
	write(t, dir, "empty", "\n")
	write(t, dir, "full", strings.Repeat("x", secret.MaxFile))
	write(t, dir, "large", strings.Repeat("x", secret.MaxFile+1))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))

	d := secret.NewDirectory(dir)
	for name, want := range map[string]string{
		"plain": "abc", "newline": "abc", "pem": "-----BEGIN\nabc\n-----END",
		"full": strings.Repeat("x", secret.MaxFile),
	} {
		v, err := d.Read(name)
		require.NoError(t, err, name)
		assert.Equal(t, want, v.Reveal(), name)
	}
	for name, says := range map[string]string{
		"missing": filepath.Join(dir, "missing"), "empty": "is empty", "large": "larger than", "folder": "folder",
		"../plain": "not the name", "": "not the name", "UPPER": "not the name", "..": "not the name", "a/b": "not the name",
	} {
		_, err := d.Read(name)
		require.ErrorContains(t, err, says, name)
		require.ErrorContains(t, err, name)
		assert.Equal(t, fault.Internal, fault.KindOf(err))
	}
}

func TestDirectory_SeesRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "token", "one")
	d := secret.NewDirectory(dir)
	read := func() string {
		v, err := d.Read("token")
		require.NoError(t, err)
		return v.Reveal()
	}
	require.Equal(t, "one", read())

	info, err := os.Stat(path)
	require.NoError(t, err)
	write(t, dir, "token", "two")
	require.NoError(t, os.Chtimes(path, time.Time{}, info.ModTime().Add(time.Second)))
	assert.Equal(t, "two", read())

	// Kubernetes swaps a link; the new file may even have the old one's time.
	other := write(t, dir, "other", "six")
	require.NoError(t, os.Chtimes(other, time.Time{}, info.ModTime().Add(time.Second)))
	require.NoError(t, os.Rename(other, path))
	assert.Equal(t, "six", read())

	require.NoError(t, os.Remove(path))
	_, err = d.Read("token")
	require.Error(t, err, "a secret that was taken away is not served from memory")
}

func TestDirectory_KeyringRotates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "keys", line("old", 1)+"\n")
	d := secret.NewDirectory(dir)
	k, err := d.Keyring("keys")
	require.NoError(t, err)
	sealed, err := k.Seal([]byte(canary), "r")
	require.NoError(t, err)
	assert.False(t, k.NeedsReseal(sealed))

	write(t, dir, "keys", line("new", 2)+"\n"+line("old", 1)+"\n")
	assert.True(t, k.NeedsReseal(sealed))
	opened, err := k.Open(sealed, "r")
	require.NoError(t, err)
	assert.Equal(t, canary, string(opened))

	write(t, dir, "keys", "broken")
	_, err = k.Seal([]byte("x"), "r")
	require.ErrorContains(t, err, `"keys"`)
	require.NoError(t, os.Remove(path))
	_, err = k.Open(sealed, "r")
	require.ErrorContains(t, err, path)
	_, err = d.Keyring("keys")
	require.Error(t, err)
}
