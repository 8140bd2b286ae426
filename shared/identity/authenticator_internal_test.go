package identity

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

// refusing is a store that refuses what is written to one partition.
type refusing struct {
	kv.Store
	partition string
}

func (r refusing) Put(ctx context.Context, it kv.Item, c kv.Condition) (kv.Item, error) {
	if strings.HasPrefix(it.Partition, r.partition) {
		return kv.Item{}, errors.New("the store refuses")
	}
	return r.Store.Put(ctx, it, c)
}

func newTestAuthenticator(t *testing.T, store kv.Store, log *strings.Builder) *Authenticator {
	t.Helper()
	key, err := GenerateKey()
	require.NoError(t, err)
	a, err := NewAuthenticator(AuthenticatorConfig{Store: store, Keys: func() (secret.Value, error) { return key, nil }, Logger: slog.New(slog.NewTextHandler(log, nil))})
	require.NoError(t, err)
	return a
}

// What an Authenticator remembers of tokens and users is bounded.
func TestAuthenticator_RemembersSoMany(t *testing.T) {
	t.Parallel()
	a := newTestAuthenticator(t, kvtest.Open(t), new(strings.Builder))
	for i := range maxLeases - 1 {
		a.leases[strconv.Itoa(i)] = usePermits{}
	}
	require.NoError(t, a.takeUse(t.Context(), "the last that fits"))
	assert.Len(t, a.leases, maxLeases)
	require.NoError(t, a.takeUse(t.Context(), "one too many"))
	assert.Len(t, a.leases, 1)

	for i := range maxKnown {
		a.known.keep(knownUser{user: user{ID: strconv.Itoa(i)}})
	}
	assert.Len(t, a.known.users, maxKnown)
	a.known.keep(knownUser{user: user{ID: "one too many"}})
	assert.Len(t, a.known.users, 1)
}

// Noting the use of a token is worth a warning when it fails, and no failure of the request.
func TestAuthenticator_WarnsWhenAUseIsNotNoted(t *testing.T) {
	t.Parallel()
	for partition, warns := range map[string]bool{"identity/": true, "elsewhere": false} {
		var log strings.Builder
		a := newTestAuthenticator(t, refusing{kvtest.Open(t), partition}, &log)
		a.recordUse(t.Context(), tokenKey("u", "t"), apiToken{ID: "t", Expires: time.Now().Add(time.Hour)}, 0)
		assert.Equal(t, warns, strings.Contains(log.String(), "was not noted"), log.String())
	}
}

func TestDirectory_FindsPeople(t *testing.T) {
	t.Parallel()
	store := kvtest.Open(t)
	d := NewDirectory(store)
	_, err := d.User(t.Context(), "nobody")
	require.ErrorIs(t, err, errNoSuchUser)
	for _, stored := range []user{{ID: "a", Password: "x"}, {ID: "b", Subject: "x"}, {ID: "c", Passkeys: []string{"x"}}} {
		require.NoError(t, kvjson.Put(t.Context(), store, userKey(stored.ID), stored, kv.Always, kvjson.NoExpiry))
		u, err := d.User(t.Context(), stored.ID)
		require.NoError(t, err)
		assert.Equal(t, User{ID: stored.ID, HasPassword: stored.ID == "a", HasExternal: stored.ID == "b", HasPasskey: stored.ID == "c"}, u)
	}
}
