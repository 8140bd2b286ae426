package identity_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// A user's item that cannot be decoded keeps neither the function from starting nor an
// administrator from the other users.
func TestUsers_LeaveOutADamagedOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	ben := w.join(ana, "ben@example.org", identity.Grants{Global: identity.Viewer})
	key := kv.Key{Partition: "identity/user", Sort: ben.User.ID}
	item, err := w.store.Get(t.Context(), key)
	require.NoError(t, err)
	item.Value = []byte("nonsense")
	_, err = w.store.Put(t.Context(), item, kv.Always)
	require.NoError(t, err)

	require.NoError(t, w.ApplyPasskeyRule(t.Context()))
	users, err := w.Users(t.Context())
	require.NoError(t, err)
	require.Len(t, users, 1)
	assert.Equal(t, ana.User.ID, users[0].ID)
	_, err = w.auth.Authenticate(t.Context(), ben.AccessToken.Reveal())
	require.ErrorIs(t, err, kvjson.ErrDamaged, "who cannot be read has no access")
	noted, err := kvjson.ListDamaged(t.Context(), w.store)
	require.NoError(t, err)
	require.Len(t, noted, 1)
	assert.Equal(t, ben.User.ID, noted[0].Sort)
}
