package vault_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

func TestVault_SealsAndBinds(t *testing.T) {
	store := kvtest.Open(t)
	key, err := secret.NewKey("k1")
	require.NoError(t, err)
	keys, err := secret.ParseKeyring(key.Reveal())
	require.NoError(t, err)
	v := vault.New(store, keys)
	ctx := t.Context()
	const canary = "glpat-canary-0123456789"
	require.NoError(t, v.Save(ctx, "a", vault.Credentials{APIToken: secret.New(canary), WebhookSecret: secret.New("hook")}))

	got, err := v.Credentials(ctx, "a")
	require.NoError(t, err)
	assert.Equal(t, canary, got.APIToken.Reveal())
	assert.True(t, got.TriggerToken.IsZero())

	item, err := store.Get(ctx, kv.Key{Partition: "credentials", Sort: "a"})
	require.NoError(t, err)
	assert.NotContains(t, string(item.Value), canary)

	item.Sort = "b" // a sealed value that is moved to another project does not open
	_, err = store.Put(ctx, item, kv.Always)
	require.NoError(t, err)
	_, err = v.Credentials(ctx, "b")
	assert.Error(t, err)

	_, err = v.Credentials(ctx, "none")
	assert.True(t, fault.Is(err, fault.NotFound))
}

func TestVault_ChangesAndForgets(t *testing.T) {
	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	keys, err := secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	c := kvtest.NewClock()
	store := kvtest.OpenWithClock(t, c.Now)
	v := vault.New(store, keys).By(c.Now)
	require.NoError(t, v.Save(t.Context(), "campus", vault.Credentials{APIToken: secret.New("a"), TriggerToken: secret.New("t")}))
	_, err = v.Change(t.Context(), "campus", nil, func(held *vault.Credentials) error {
		held.APIToken = secret.New("b")
		held.FormerWebhookSecret, held.RotatedAt = secret.New("old"), c.Now()
		return nil
	})
	require.NoError(t, err)
	held, err := v.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "t", "old"}, []string{held.APIToken.Reveal(), held.TriggerToken.Reveal(), held.FormerWebhookSecret.Reveal()})

	c.Advance(61 * time.Minute)
	held, err = v.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.True(t, held.FormerWebhookSecret.IsZero(), "a rotated secret ends")

	require.NoError(t, v.Forget(t.Context(), "campus"))
	require.NoError(t, v.Forget(t.Context(), "campus"))
	_, err = v.Credentials(t.Context(), "campus")
	assert.True(t, fault.Is(err, fault.NotFound))
}
