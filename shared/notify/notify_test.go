package notify_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/limit"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/notify/message"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/views"
)

const hook = "https://hooks.example.org/services/canary"

// world is a fleet of one cluster, its people, and what was sent to them.
type world struct {
	*testing.T
	store kv.Store
	keys  *secret.Keyring
	fleet *fleetstore.Store

	mu     sync.Mutex
	now    time.Time
	people map[string]notify.Person
	fails  error                                      // of every sending
	down   map[string]func(ctx context.Context) error // instead of sending there
	sentTo chan string                                // who was sent something; nil signals no one
	sent   []string
	ids    []string
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	return w.on(kvtest.OpenWithClock(t, w.clock))
}

func (w *world) on(store kv.Store) *world {
	line, err := secret.NewKey("k1")
	require.NoError(w, err)
	w.keys, err = secret.ParseKeyring(line.Reveal())
	require.NoError(w, err)
	w.store, w.fleet = store, fleetstore.New(store, w.clock)
	everything := func(string) bool { return true }
	w.people = map[string]notify.Person{
		"ada": {Email: "ada@example.org", Sees: everything},
		"bob": {Email: "bob@example.org", Sees: func(c string) bool { return c != "campus" }},
	}
	w.set("demo", fleet.Healthy)
	w.set("other", fleet.Healthy)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// set gives an instance a health from now on.
func (w *world) set(instance string, health fleet.Health) {
	w.Helper()
	require.NoError(w, w.fleet.ChangeChunk(w.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		if c == nil {
			c = &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus"}}
		}
		c.SetRow(fleet.Row{Instance: fleet.Instance{
			Cluster: "campus", Name: instance, Lifecycle: fleet.Active, Release: "teak." + instance,
			Health: fleet.HealthState{State: health, At: w.clock(), Reason: "it is " + string(health)},
		}})
		return c, nil
	}))
}

// service is a replica over a store.
func (w *world) service(store kv.Store) *notify.Service {
	records := fleetstore.New(store, w.clock)
	return &notify.Service{
		KV: store, Views: records, Replica: fleetview.NewReplica(records.Segments), Keys: w.keys, People: w, Mail: w, Chat: w,
		Limits: limit.New(store, w.clock), BaseURL: "https://ocim.example.org", Now: w.clock, NewID: setup.NewID, Log: slog.New(slog.DiscardHandler),
	}
}

func (w *world) Person(_ context.Context, id string) (notify.Person, error) {
	p, ok := w.people[id]
	if !ok {
		return p, fault.New(fault.NotFound, "There is no such user.")
	}
	return p, nil
}

func (w *world) Notify(ctx context.Context, to string, m message.Message) error {
	return w.deliver(ctx, to, m)
}

func (w *world) Check(u *url.URL) error {
	if u.Scheme != "https" {
		return fault.New(fault.Invalid, "the address must start with https://")
	}
	return nil
}

func (w *world) Post(ctx context.Context, address secret.Value, m message.Message) error {
	return w.deliver(ctx, address.Reveal(), m)
}

func (w *world) deliver(ctx context.Context, to string, m message.Message) error {
	if fail := w.down[to]; fail != nil {
		return fail(ctx)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails != nil {
		return w.fails
	}
	w.sent = append(w.sent, to+": "+m.Subject)
	w.ids = append(w.ids, m.ID)
	if w.sentTo != nil {
		w.sentTo <- to
	}
	return nil
}

func (w *world) subscribe(s *notify.Service, owner string, req notify.SubscriptionRequest) notify.Subscription {
	w.Helper()
	if req.Events == nil {
		req.Events = notify.Events()
	}
	if req.Channel == "" {
		req.Channel = notify.Email
	}
	req.Name = "mine"
	sub, err := s.Subscribe(w.Context(), owner, req)
	require.NoError(w, err)
	return sub
}

func (w *world) run(s *notify.Service) {
	w.Helper()
	require.NoError(w, s.Run(w.Context()))
}

func (w *world) log(s *notify.Service, owner string) []notify.Delivery {
	w.Helper()
	list, _, err := s.Deliveries(w.Context(), owner, "", 50)
	require.NoError(w, err)
	return list
}

func testNotifies(w *world) {
	s := w.service(w.store)
	w.subscribe(s, "ada", notify.SubscriptionRequest{})
	w.subscribe(s, "ada", notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New(hook), Events: []notify.Event{notify.EventRecovered}})
	w.subscribe(s, "bob", notify.SubscriptionRequest{})
	w.subscribe(s, "gone", notify.SubscriptionRequest{})
	w.run(s)
	w.set("demo", fleet.Failed)
	w.set("other", fleet.Degraded)
	w.run(s)
	assert.Empty(w, w.sent, "it has to hold")
	w.pass(2 * time.Minute)
	for range 3 {
		w.run(s)
	}
	assert.Equal(w, []string{"ada@example.org: campus: 1 failed, 1 degraded"}, w.sent, "in one mail, to whom may see it")
	w.set("demo", fleet.Healthy)
	w.pass(20 * time.Minute)
	w.run(s)
	assert.ElementsMatch(w, []string{"ada@example.org: demo on campus is healthy again", hook + ": demo on campus is healthy again"}, w.sent[1:])

	list := w.log(s, "ada")
	require.Len(w, list, 3)
	assert.Equal(w, notify.Sent, list[2].State)
	assert.Equal(w, 1, list[2].Attempts)
	assert.Len(w, list[2].Notices, 2)
	assert.Empty(w, w.log(s, "bob"))
}

func TestRun_Notifies(t *testing.T) { testNotifies(newWorld(t)) }

func TestRun_NotifiesOnDynamoDB(t *testing.T) {
	t.Parallel()
	w := &world{T: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: kvtest.Dynalite(t)})
	require.NoError(t, err)
	table := "ocim-test-" + strings.ToLower(rand.Text())
	_, err = dynamo.CreateTable(t.Context(), client, table)
	require.NoError(t, err)
	testNotifies(w.on(dynamo.New(client, table, dynamo.Options{Now: w.clock})))
}

func TestAViewChoosesWhateverTheHealth(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	view := views.View{ID: "v1", Name: "failing", Owner: "ada", Query: "release=teak.other&health=healthy&pipeline=none&problems=true"}
	require.NoError(t, w.fleet.SaveView(t.Context(), view))
	w.subscribe(s, "ada", notify.SubscriptionRequest{View: "v1"})
	w.run(s)
	w.set("demo", fleet.Failed)
	w.set("other", fleet.Failed)
	w.pass(2 * time.Minute)
	w.run(s)
	assert.Equal(t, []string{"ada@example.org: other on campus failed"}, w.sent)
	require.NoError(t, w.fleet.RemoveView(t.Context(), view))
	w.set("other", fleet.Healthy)
	w.pass(time.Hour)
	w.run(s)
	assert.Len(t, w.sent, 1, "without its view it is about nothing")
}

// What was paused, or whose owner sees less by now, is not sent.
func TestRun_SkipsWhoMayNotSee(t *testing.T) {
	for name, change := range map[string]func(w *world, s *notify.Service, sub notify.Subscription){
		"paused": func(w *world, s *notify.Service, sub notify.Subscription) {
			_, err := s.Change(w.Context(), "ada", sub.ID, notify.SubscriptionRequest{Channel: notify.Email, Events: notify.Events(), Paused: true})
			require.NoError(w, err)
		},
		"removed": func(w *world, s *notify.Service, sub notify.Subscription) {
			require.NoError(w, s.Unsubscribe(w.Context(), "ada", sub.ID))
		},
		"other events": func(w *world, s *notify.Service, sub notify.Subscription) {
			_, err := s.Change(w.Context(), "ada", sub.ID, notify.SubscriptionRequest{Channel: notify.Email, Events: []notify.Event{notify.EventOffline}})
			require.NoError(w, err)
		},
		"disabled": func(w *world, _ *notify.Service, _ notify.Subscription) { delete(w.people, "ada") },
		"blind":    func(w *world, _ *notify.Service, _ notify.Subscription) { w.people["ada"] = w.people["bob"] },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.service(w.store)
			sub := w.subscribe(s, "ada", notify.SubscriptionRequest{})
			w.run(s)
			change(w, s, sub)
			w.set("demo", fleet.Failed)
			w.pass(time.Hour)
			w.run(s)
			assert.Empty(t, w.sent)
			assert.Empty(t, w.log(s, "ada"))
		})
	}
}

// A notice waits; a user who may not see the cluster any more when it is sent does
// not get it.
func TestSend_RefusesNoticesOfAClusterThatIsHiddenByNow(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	w.subscribe(s, "ada", notify.SubscriptionRequest{})
	w.run(s)
	w.fails = fault.New(fault.Unavailable, "The mail server is down.")
	w.set("demo", fleet.Failed)
	w.pass(notify.Debounce)
	w.run(s)
	require.Empty(t, w.sent)
	w.people["ada"] = notify.Person{Email: "ada@example.org", Sees: func(c string) bool { return c != "campus" }}
	w.fails = nil
	w.pass(time.Hour)
	w.run(s)
	assert.Empty(t, w.sent)
	list, _, err := s.Deliveries(t.Context(), "ada", "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, notify.GivenUp, list[0].State)
}

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

func TestWebhookAddressesAreSecret(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	sub := w.subscribe(s, "ada", notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New(hook)})
	assert.Equal(t, "hooks.example.org", sub.Host)
	page, err := w.store.Query(t.Context(), kv.Query{Partition: "notify-subscription"})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	assert.NotContains(t, string(page.Items[0].Value), "canary")

	renamed, err := s.Change(t.Context(), "ada", sub.ID, notify.SubscriptionRequest{Name: "other", Channel: notify.Webhook, Events: notify.Events()})
	require.NoError(t, err)
	assert.Equal(t, "other", renamed.Name)
	d, err := s.Test(t.Context(), "ada", sub.ID)
	require.NoError(t, err)
	assert.Equal(t, notify.Sent, d.State)
	assert.Equal(t, []string{hook + ": This is a test"}, w.sent, "without another address it keeps its own")
	assert.NotContains(t, fmt.Sprintf("%+v", w.log(s, "ada")), "canary")

	_, err = s.Change(t.Context(), "bob", sub.ID, notify.SubscriptionRequest{Channel: notify.Email, Events: notify.Events()})
	assert.True(t, fault.Is(err, fault.NotFound), "it is somebody else's")
	_, err = s.Test(t.Context(), "bob", sub.ID)
	assert.True(t, fault.Is(err, fault.NotFound))
	assert.True(t, fault.Is(s.Unsubscribe(t.Context(), "bob", sub.ID), fault.NotFound))
}

func TestTestsTellHowItWent(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	sub := w.subscribe(s, "ada", notify.SubscriptionRequest{})
	w.fails = fault.New(fault.Unavailable, "The mail server did not take the mail.")
	d, err := s.Test(t.Context(), "ada", sub.ID)
	require.NoError(t, err)
	assert.Equal(t, notify.GivenUp, d.State)
	assert.Equal(t, "The mail server did not take the mail.", d.Error)
	assert.Len(t, w.log(s, "ada"), 1)
	s.Mail = nil
	d, err = s.Test(t.Context(), "ada", sub.ID)
	require.NoError(t, err)
	assert.Contains(t, d.Error, "not set up")
	for range 3 {
		_, err = s.Test(t.Context(), "ada", sub.ID)
		require.NoError(t, err)
	}
	_, err = s.Test(t.Context(), "ada", sub.ID)
	assert.True(t, fault.Is(err, fault.Limited))
}

func TestSubscribe_ChecksRequests(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	for name, tt := range map[string]struct {
		req   notify.SubscriptionRequest
		field string
	}{
		"no events":       {notify.SubscriptionRequest{Channel: notify.Email}, "events"},
		"other events":    {notify.SubscriptionRequest{Channel: notify.Email, Events: []notify.Event{"test"}}, "events"},
		"no channel":      {notify.SubscriptionRequest{Events: notify.Events()}, "channel"},
		"no address":      {notify.SubscriptionRequest{Channel: notify.Webhook, Events: notify.Events()}, "url"},
		"not an address":  {notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New("hooks"), Events: notify.Events()}, "url"},
		"without TLS":     {notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New("http://hooks.example.org/x"), Events: notify.Events()}, "url"},
		"mail elsewhere":  {notify.SubscriptionRequest{Channel: notify.Email, URL: secret.New(hook), Events: notify.Events()}, "url"},
		"no such view":    {notify.SubscriptionRequest{Channel: notify.Email, View: "v9", Events: notify.Events()}, "view"},
		"a long address":  {notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New(hook + strings.Repeat("x", 1000)), Events: notify.Events()}, "url"},
		"broken encoding": {notify.SubscriptionRequest{Channel: notify.Webhook, URL: secret.New("https://a b/%zz"), Events: notify.Events()}, "url"},
	} {
		_, err := s.Subscribe(t.Context(), "ada", tt.req)
		var f *fault.Error
		require.ErrorAs(t, err, &f, name)
		assert.Equal(t, fault.Invalid, f.Kind, name)
		assert.Equal(t, tt.field, f.Field, name)
	}
	for range 20 {
		w.subscribe(s, "ada", notify.SubscriptionRequest{})
	}
	_, err := s.Subscribe(t.Context(), "ada", notify.SubscriptionRequest{Channel: notify.Email, Events: notify.Events()})
	assert.True(t, fault.Is(err, fault.Conflict))
}

// TestSubscriptions_FormerOnesIncludeSites reads a subscription from before sites were checked.
func TestSubscriptions_FormerOnesIncludeSites(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	for id, events := range map[string]string{"1": `["failed","offline"]`, "2": `["pipeline"]`} {
		_, err := w.store.Put(t.Context(), kv.Item{
			Key:   kv.Key{Partition: "notify-subscription", Sort: "ada#" + id},
			Value: []byte(`{"id":"` + id + `","owner":"ada","name":"former","channel":"email","events":` + events + `}`),
		}, kv.Always)
		require.NoError(t, err)
	}
	events := func() (out [][]notify.Event) {
		list, err := s.Subscriptions(t.Context(), "ada")
		require.NoError(t, err)
		for _, v := range list {
			out = append(out, v.Events)
		}
		return out
	}
	assert.Equal(t, [][]notify.Event{{notify.EventFailed, notify.EventOffline, notify.EventSite}, {notify.EventPipeline}}, events())
	w.run(s)
	w.set("demo", fleet.Healthy)
	w.setSite("demo", fleet.SiteUp)
	w.run(s)
	w.setSite("demo", fleet.SiteDown)
	w.run(s)
	w.pass(2 * time.Minute)
	w.run(s)
	require.Len(t, w.sent, 1)
	assert.Contains(t, w.sent[0], "ada@example.org")

	_, err := s.Change(t.Context(), "ada", "1", notify.SubscriptionRequest{Channel: notify.Email, Events: []notify.Event{notify.EventFailed}})
	require.NoError(t, err)
	assert.Equal(t, [][]notify.Event{{notify.EventFailed}, {notify.EventPipeline}}, events(), "the owner chose without sites")
}
