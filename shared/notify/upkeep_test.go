package notify_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/secret"
)

// After a rotation addresses of chats are sealed with the new key alone.
func TestReseal_KeepsAddressesOfChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.service(kvtest.Open(t))
	former, err := secret.NewKey("former")
	require.NoError(t, err)
	next, err := secret.NewKey("next")
	require.NoError(t, err)
	ring := func(text string) {
		s.Keys, err = secret.ParseKeyring(text)
		require.NoError(t, err)
	}
	ring(former.Reveal())
	sub, err := s.Subscribe(t.Context(), "ada", notify.SubscriptionRequest{
		Name: "chat", Channel: notify.Webhook, URL: secret.New("https://chat.example.org/x"), Events: []notify.Event{notify.EventFailed},
	})
	require.NoError(t, err)
	ring(next.Reveal() + "\n" + former.Reveal())
	n, err := s.Reseal(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	ring(next.Reveal())
	counts, err := s.SealedWith(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"next": 1}, counts)
	d, err := s.Test(t.Context(), "ada", sub.ID)
	require.NoError(t, err)
	assert.Equal(t, notify.Sent, d.State, d.Error)
}
