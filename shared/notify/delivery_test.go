package notify_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/secret"
)

// A delivery that fails is tried less and less often, and given up in the end. It
// keeps no other from arriving.
func TestDeliveriesAreTriedAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		err      error
		attempts int
	}{
		"does not answer": {fault.New(fault.Unavailable, "The webhook answered 503."), notify.MaxAttempts},
		"refuses":         {fault.New(fault.Upstream, "The webhook answered 404."), 1},
		"a defect":        {errors.New("canary"), notify.MaxAttempts},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.service(w.store)
			w.subscribe(s, "ada", notify.SubscriptionRequest{})
			w.run(s)
			w.set("demo", fleet.Failed)
			w.pass(notify.Debounce)
			w.fails = tt.err
			var at []time.Time
			for range 24 * 60 {
				before := attempts(w.log(s, "ada"))
				w.run(s)
				if attempts(w.log(s, "ada")) != before {
					at = append(at, w.clock())
				}
				w.pass(time.Minute)
			}
			require.Len(t, at, tt.attempts)
			for i := 2; i < len(at); i++ {
				assert.GreaterOrEqual(t, at[i].Sub(at[i-1]), at[i-1].Sub(at[i-2]))
			}
			list := w.log(s, "ada")
			require.Len(t, list, 1)
			assert.Equal(t, notify.GivenUp, list[0].State)
			assert.NotEmpty(t, list[0].Error)
			assert.NotContains(t, list[0].Error, "canary")
			w.fails = nil
			w.pass(24 * time.Hour)
			w.run(s)
			assert.Empty(t, w.sent, "what was given up stays so")
		})
	}
}

// A webhook that hangs costs each run at most one attempt, less and less often, and
// keeps no other notice from arriving meanwhile; what waits for it comes in order.
func TestAWebhookThatHangsHoldsUpNoOther(t *testing.T) {
	const dead = "https://dead.example.org/hook"
	w := newWorld(t)
	s := w.service(w.store)
	w.subscribe(s, "ada", notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New(dead)})
	w.subscribe(s, "ada", notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New(hook)})
	w.subscribe(s, "ada", notify.SubscriptionRequest{})
	w.run(s)

	var tried int
	w.sentTo = make(chan string, 2)
	w.down = map[string]func(context.Context) error{dead: func(ctx context.Context) error {
		tried++
		for range 2 { // it hangs until the others have theirs
			select {
			case <-w.sentTo:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return fault.New(fault.Unavailable, "The webhook did not answer in time.")
	}}
	for i, instance := range []string{"demo", "other", "third"} {
		w.set(instance, fleet.Healthy)
		w.run(s)
		w.set(instance, fleet.Failed)
		w.pass(notify.Debounce)
		w.run(s)
		assert.Len(t, w.sent, 2*(i+1), "the others are notified at once")
	}
	assert.Equal(t, 3, tried, "after 0, 2 and 4 minutes, though three notices are due")
	w.run(s)
	assert.Equal(t, 3, tried, "it is left alone for a while")

	w.down, w.sent, w.sentTo = nil, nil, nil
	w.pass(4 * time.Minute)
	w.run(s)
	assert.Equal(t, []string{dead + ": demo on campus failed", dead + ": other on campus failed", dead + ": third on campus failed"}, w.sent)
	for _, d := range w.log(s, "ada") {
		assert.Equal(t, notify.Sent, d.State)
	}
}

// With more webhooks that hang than are called at once, those that answered are
// called before them.
func TestWhatHungBeforeIsCalledLast(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	var hang func(ctx context.Context) error
	w.down = map[string]func(context.Context) error{}
	for i := range 20 {
		dead := fmt.Sprintf("https://dead.example.org/%d", i)
		w.subscribe(s, "ada", notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New(dead)})
		w.down[dead] = func(ctx context.Context) error {
			if err := hang(ctx); err != nil {
				return err
			}
			return fault.New(fault.Unavailable, "The webhook did not answer in time.")
		}
	}
	w.people["zoe"] = notify.Person{Email: "zoe@example.org", Sees: func(string) bool { return true }}
	w.run(s)
	hang = func(context.Context) error { return nil }
	w.set("demo", fleet.Failed)
	w.pass(notify.Debounce)
	w.run(s)

	w.subscribe(s, "zoe", notify.SubscriptionRequest{}) // the last by name
	w.sentTo = make(chan string, 1)
	seen := make(chan struct{})
	go func() { <-w.sentTo; close(seen) }()
	var late atomic.Int32
	hang = func(ctx context.Context) error {
		select {
		case <-seen:
			return nil
		case <-ctx.Done():
			late.Add(1)
			return ctx.Err()
		}
	}
	w.set("other", fleet.Failed)
	w.pass(notify.Debounce)
	w.run(s)
	assert.Equal(t, []string{"zoe@example.org: other on campus failed"}, w.sent)
	assert.Zero(t, late.Load(), "she is notified while they hang")
}

func attempts(list []notify.Delivery) int {
	if len(list) == 0 {
		return 0
	}
	return list[0].Attempts
}
