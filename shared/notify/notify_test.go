package notify_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/views"
)

const hook = "https://hooks.example.org/services/canary"

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
