package server

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/tokensetup"
)

func TestSecretsAreMadeOnceForTheOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "secrets")
	secrets, err := makeSecrets(dir, time.Now())
	require.NoError(t, err)
	ring, err := secrets.Keyring(fleetsetup.SecretSealKeys)
	require.NoError(t, err)
	sealed, err := ring.Seal([]byte("token"), "r")
	require.NoError(t, err)

	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3, "and no temporary file")
	before := map[string]string{}
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), e.Name())
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		before[e.Name()] = string(text)
	}
	private, err := secrets.Read(privateKeys)
	require.NoError(t, err)
	public, err := identity.PublicKeys(private)
	require.NoError(t, err)
	assert.Equal(t, public, before[tokensetup.SecretPublicKeys][:len(public)])

	// Again, the public key having been lost.
	require.NoError(t, os.Remove(filepath.Join(dir, tokensetup.SecretPublicKeys)))
	secrets, err = makeSecrets(dir, time.Now().Add(1000*time.Hour))
	require.NoError(t, err)
	for name, text := range before {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, text, string(got), name)
	}
	ring, err = secrets.Keyring(fleetsetup.SecretSealKeys)
	require.NoError(t, err)
	opened, err := ring.Open(sealed, "r")
	require.NoError(t, err)
	assert.Equal(t, "token", string(opened))
}

func TestSecretsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := makeSecrets(file, time.Now())
	require.Error(t, err)
}
