package vault_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// After a rotation everything is sealed with the new key, so that the old one can go; a
// project whose credentials can't be opened keeps no other from it.
func TestReseal_MakesTheOldKeyNeedless(t *testing.T) {
	t.Parallel()
	key := func(id string) string {
		line, err := secret.NewKey(id)
		require.NoError(t, err)
		return line.Reveal() + "\n"
	}
	ring := func(text string) *secret.Keyring {
		keys, err := secret.ParseKeyring(text)
		require.NoError(t, err)
		return keys
	}
	store := kvtest.Open(t)
	former, lost, next := key("former"), key("lost"), key("next")
	credentials := vault.Credentials{APIToken: secret.New("glpat-x"), TriggerToken: secret.New("glptt-x")}
	require.NoError(t, vault.New(store, ring(former)).Save(t.Context(), "campus", credentials))
	require.NoError(t, vault.New(store, ring(lost)).Save(t.Context(), "broken", vault.Credentials{APIToken: secret.New("y")}))
	require.NoError(t, vault.New(store, ring(former)).Save(t.Context(), "zeta", vault.Credentials{APIToken: secret.New("z")}))

	v := vault.New(store, ring(next+former))
	counts, err := v.Keys(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"former": 3, "lost": 1}, counts)
	n, err := v.Reseal(t.Context())
	require.ErrorContains(t, err, `project broken: apiToken: the secret is sealed with key "lost"`)
	assert.Equal(t, 3, n)

	v = vault.New(store, ring(next))
	got, err := v.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, credentials, got)
	counts, err = v.Keys(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"next": 3, "lost": 1}, counts)
	n, err = v.Reseal(t.Context())
	require.Error(t, err)
	assert.Zero(t, n)
}
