package notify_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/secret"
)

// mortal is the store as a replica sees it that dies: its last change happens, the
// answer is lost, and nothing works afterwards. Deliveries use it at once.
type mortal struct {
	kv.Store
	left atomic.Int64 // changes
}

func dyingAfter(store kv.Store, changes int) *mortal {
	m := &mortal{Store: store}
	m.left.Store(int64(changes))
	return m
}

var errKilled = fault.New(fault.Unavailable, "the replica died")

func (m *mortal) alive() error {
	if m.left.Load() <= 0 {
		return errKilled
	}
	return nil
}

func (m *mortal) changed(err error) error {
	if m.left.Add(-1) <= 0 {
		return errKilled
	}
	return err
}

func (m *mortal) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	if err := m.alive(); err != nil {
		return kv.Item{}, err
	}
	return m.Store.Get(ctx, key, opts...)
}

func (m *mortal) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	if err := m.alive(); err != nil {
		return kv.Page{}, err
	}
	return m.Store.Query(ctx, q)
}

func (m *mortal) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if err := m.alive(); err != nil {
		return kv.Item{}, err
	}
	put, err := m.Store.Put(ctx, item, cond)
	return put, m.changed(err)
}

func (m *mortal) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	if err := m.alive(); err != nil {
		return err
	}
	return m.changed(m.Store.Delete(ctx, key, cond))
}

// Whatever step a function dies at, everyone is notified, and twice only when it
// died between sending and noting that, with the same id.
func TestDeathBetweenAnyTwoStepsLosesNothing(t *testing.T) {
	for steps := 1; ; steps++ {
		w := newWorld(t)
		s := w.service(w.store)
		w.subscribe(s, "ada", notify.SubscriptionRequest{})
		w.subscribe(s, "ada", notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New(hook)})
		w.run(s)
		w.set("demo", fleet.Failed)
		w.pass(notify.Debounce)
		dying := dyingAfter(w.store, steps)
		err := w.service(dying).Run(t.Context())
		complete := err == nil && dying.left.Load() > 0
		before := len(w.sent)
		for range 5 {
			w.pass(time.Minute)
			w.run(w.service(w.store))
		}
		to := map[string]map[string]bool{}
		for i, sent := range w.sent {
			if to[sent] == nil {
				to[sent] = map[string]bool{}
			}
			to[sent][w.ids[i]] = true
		}
		assert.Len(t, to, 2, "dying after %d changes: %v", steps, w.sent)
		for sent, ids := range to {
			assert.Len(t, ids, 1, "dying after %d changes: %s", steps, sent)
		}
		assert.LessOrEqual(t, len(w.sent), 2+before, "dying after %d changes", steps)
		list := w.log(s, "ada")
		require.Len(t, list, 2, "dying after %d changes", steps)
		for _, d := range list {
			assert.Equal(t, notify.Sent, d.State, "dying after %d changes", steps)
		}
		if complete {
			assert.Equal(t, 2, before)
			assert.GreaterOrEqual(t, steps, 8, "it is not proven by dying at nothing")
			return
		}
	}
}
