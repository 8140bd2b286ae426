package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/notify"
)

// An item that cannot be decoded keeps no other notice from its readers.
func TestRun_LeavesOutDamagedItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.service(w.store)
	w.subscribe(s, "ada", notify.SubscriptionRequest{Name: "all", Channel: notify.Email, Events: []notify.Event{notify.EventFailed}})
	w.run(s)
	for _, partition := range []string{"notify-told", "notify-subscription", "notify-due", "notify-log#ada"} {
		_, err := w.store.Put(t.Context(), kv.Item{Key: kv.Key{Partition: partition, Sort: "damaged"}, Value: []byte("nonsense")}, kv.Always)
		require.NoError(t, err)
	}
	w.set("demo", fleet.Failed)
	w.pass(notify.Debounce + time.Second)
	w.run(s)
	assert.Len(t, w.sent, 1)
	assert.Len(t, w.log(s, "ada"), 1)
	noted, err := kvjson.ListDamaged(t.Context(), w.store)
	require.NoError(t, err)
	assert.Len(t, noted, 4)
}
