package notify_test

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/limit"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/notify/message"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
)

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
