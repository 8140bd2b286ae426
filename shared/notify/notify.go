package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/limit"
	"github.com/open-craft/ocim/shared/notify/message"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/views"
)

// Mailer sends mail. fault.Invalid is an address that will never do.
type Mailer interface {
	Notify(ctx context.Context, to string, m message.Message) error
}

// Chat posts to a webhook.
type Chat interface {
	// Check refuses an address that must not be called, fault.Invalid.
	Check(u *url.URL) error
	// Post is fault.Upstream when trying again is of no use.
	Post(ctx context.Context, address secret.Value, m message.Message) error
}

// Person is whom a subscription belongs to.
type Person struct {
	Email string
	Sees  func(cluster string) bool
}

// People knows persons. One who is gone or disabled is fault.NotFound.
type People interface {
	Person(ctx context.Context, id string) (Person, error)
}

// Views are the saved views that a subscription may name.
type Views interface {
	View(ctx context.Context, user, id string) (views.View, error)
}

// Service notifies. It is safe for concurrent use, but Run is meant to run once at a
// time.
type Service struct {
	KV      kv.Store
	Views   Views
	Replica *fleetview.Replica
	Keys    *secret.Keyring
	People  People
	Mail    Mailer // nil: mail is not set up
	Chat    Chat
	Limits  *limit.Limiter
	BaseURL string // of the pages, without a slash at the end
	Now     func() time.Time
	NewID   func() string // sorts by time
	Log     *slog.Logger
	// Touch, unless nil, makes known that what is kept in a scope changed.
	Touch func(ctx context.Context, scope string) error
	// Tried, unless nil, receives the outcome of each attempt to deliver.
	Tried func(channel Channel, state State)
}

// Run makes notices of what happened since the last run, and sends what is due. What fails is
// tried again by the next run; the error is for the log only.
func (s *Service) Run(ctx context.Context) error {
	waiting, err := s.observe(ctx)
	if err != nil {
		return err
	}
	held, err := s.deliver(ctx, waiting)
	return errors.Join(err, s.sendDue(ctx, held))
}

// observe stores the new notices of each cluster, and returns the records with
// something that is not handed on yet.
func (s *Service) observe(ctx context.Context) ([]*clusterRecord, error) {
	snapshot, err := s.Replica.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]*clusterRecord{}
	err = each(ctx, s.KV, kv.Query{Partition: partRecord}, func(t *clusterRecord, item kv.Item) {
		t.version = item.Version
		known[item.Sort] = t
	})
	if err != nil {
		return nil, err
	}
	var waiting []*clusterRecord
	for _, chunk := range snapshot.Chunks {
		t := known[chunk.Cluster.ID]
		delete(known, chunk.Cluster.ID)
		t, err := s.observeOne(ctx, t, chunk)
		if err != nil {
			return nil, fmt.Errorf("saving the notices of %s: %w", chunk.Cluster.ID, err)
		}
		if t != nil && len(t.Outbox) > 0 {
			waiting = append(waiting, t)
		}
	}
	for cluster, t := range known { // those are gone
		if err := ignoreConflict(s.KV.Delete(ctx, recordKey(cluster), kv.IfVersion(t.version))); err != nil {
			return nil, err
		}
	}
	return waiting, nil
}

// observeOne compares one cluster with what was last notified. It returns nil when
// another writer was faster.
func (s *Service) observeOne(ctx context.Context, t *clusterRecord, chunk *fleet.Chunk) (*clusterRecord, error) {
	var before map[string]lastNotified
	next := &clusterRecord{Cluster: chunk.Cluster.ID}
	if t != nil {
		next.Outbox, next.version, before = t.Outbox, t.version, t.LastNotified
		if before == nil {
			before = map[string]lastNotified{}
		}
	}
	now := s.Now().UTC()
	after, notices := judge(before, chunk, now)
	if next.LastNotified = after; t != nil && len(notices) == 0 && sameLastNotified(before, after) {
		return t, nil
	}
	if len(notices) > 0 {
		next.Outbox = append(next.Outbox, batch{ID: s.NewID(), At: now, Notices: notices})
	}
	err := s.saveRecord(ctx, next)
	if fault.Is(err, fault.Conflict) {
		return nil, nil
	}
	return next, err
}

func sameLastNotified(a, b map[string]lastNotified) bool {
	return maps.EqualFunc(a, b, func(t, u lastNotified) bool {
		return t.State == u.State && t.Count == u.Count && t.Pipeline == u.Pipeline && t.At.Equal(u.At)
	})
}

// deliver turns notices into deliveries, then forgets them. It returns the
// batches that are not forgotten: what was made of them must wait, or it could be
// sent, and made and sent again.
func (s *Service) deliver(ctx context.Context, waiting []*clusterRecord) (held map[string]bool, err error) {
	held = map[string]bool{}
	if len(waiting) == 0 {
		return held, nil
	}
	var subscriptions []stored
	err = each(ctx, s.KV, kv.Query{Partition: partSubscription}, func(v stored, _ kv.Item) {
		if !v.Paused {
			v.Subscription = v.subscribed()
			subscriptions = append(subscriptions, v)
		}
	})
	r := &recipients{Service: s, people: map[string]*Person{}}
	snapshot, missing := s.Replica.Snapshot(ctx)
	err = errors.Join(err, missing)
	for _, t := range waiting {
		one := err
		if one == nil {
			one = r.deliver(ctx, t, subscriptions, contactsOf(snapshot.Chunk(t.Cluster)))
		}
		if one == nil {
			continue
		}
		for _, b := range t.Outbox {
			held[b.ID] = true
		}
		err = errors.Join(err, fmt.Errorf("making deliveries for %s: %w", t.Cluster, one))
	}
	return held, err
}

// recipients finds out which subscriptions concern which notices.
type recipients struct {
	*Service
	people map[string]*Person // nil is one who is gone
}

func (r *recipients) deliver(ctx context.Context, t *clusterRecord, subscriptions []stored, contacts map[string][]string) error {
	for _, b := range t.Outbox {
		for _, sub := range subscriptions {
			notices, err := r.concerning(ctx, sub.Subscription, t.Cluster, b.Notices)
			if err != nil {
				return err
			}
			if len(notices) == 0 {
				continue
			}
			d := due{Owner: sub.Owner, Cluster: t.Cluster, Batch: b.ID, Delivery: Delivery{
				ID: b.ID + "-" + sub.ID, Subscription: sub.ID, Name: sub.Name, Channel: sub.Channel, State: Waiting, Notices: notices, CreatedAt: b.At,
			}}
			_, err = r.put(ctx, dueKey(d), d, kv.IfAbsent(), r.Now().Add(dueLife))
			if err := ignoreConflict(err); err != nil {
				return err
			}
		}
		if err := r.deliverToContacts(ctx, t.Cluster, b, contacts); err != nil {
			return err
		}
	}
	handed := *t
	handed.Outbox = nil
	return r.saveRecord(ctx, &handed)
}

// concerning gives the notices of a cluster that a subscription wants and its owner
// may see.
func (r *recipients) concerning(ctx context.Context, sub Subscription, cluster string, notices []Notice) ([]Notice, error) {
	var wanted []Notice
	for _, n := range notices {
		if sub.wants(n.Event) {
			wanted = append(wanted, n)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	p, err := r.person(ctx, sub.Owner)
	if err != nil || p == nil || !p.Sees(cluster) {
		return nil, err
	}
	if sub.View == "" {
		return wanted, nil
	}
	inView, err := r.viewed(ctx, sub, cluster)
	if err != nil {
		return nil, err
	}
	var out []Notice
	for _, n := range wanted {
		// A cluster is in a view that has some of its instances.
		if inView[n.Instance] || n.Instance == clusterKey && len(inView) > 0 {
			out = append(out, n)
		}
	}
	return out, nil
}

func (sub Subscription) wants(e Event) bool {
	return slices.Contains(sub.Events, e)
}

func (r *recipients) person(ctx context.Context, id string) (*Person, error) {
	if p, known := r.people[id]; known {
		return p, nil
	}
	p, err := r.People.Person(ctx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		r.people[id] = nil
	case err != nil:
		return nil, err
	default:
		r.people[id] = &p
	}
	return r.people[id], nil
}

// viewed gives the instances of a cluster that are in a subscription's view. A view
// that is gone has none.
func (r *recipients) viewed(ctx context.Context, sub Subscription, cluster string) (map[string]bool, error) {
	view, err := r.Views.View(ctx, sub.Owner, sub.View)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	filter, err := view.Standing()
	if err != nil {
		return nil, nil // as the list shows nothing by it
	}
	snapshot, err := r.Replica.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	chunk := snapshot.Chunk(cluster)
	if chunk == nil {
		return nil, nil
	}
	filter.Visible = func(c string) bool { return c == cluster }
	filter.Sight = "cluster " + cluster
	page, err := snapshot.Find(filter, fleet.Order{}, "", max(len(chunk.Rows), 1))
	if err != nil {
		return nil, err
	}
	in := map[string]bool{}
	for _, i := range page.Instances {
		in[i.Name] = true
	}
	return in, nil
}
