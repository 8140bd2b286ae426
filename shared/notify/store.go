package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// Partitions of the store.
const (
	partRecord       = "notify-told"         // sort: cluster
	partSubscription = "notify-subscription" // sort: owner + "#" + subscription
	partDue          = "notify-due"          // sort: owner + "#" + delivery
	partLog          = "notify-log#"         // + owner; sort: delivery
)

// How long things are kept.
const (
	dueLife = 3 * 24 * time.Hour
	logLife = 30 * 24 * time.Hour
)

// clusterRecord is what was last notified about a cluster, with the notices that are
// not deliveries yet.
type clusterRecord struct {
	kvjson.Rest
	Cluster      string                  `json:"cluster"`
	LastNotified map[string]lastNotified `json:"told"`
	Outbox       []batch                 `json:"outbox,omitempty"`
	version      int64
}

// batch is notices of one run.
type batch struct {
	ID      string    `json:"id"` // sorts by time
	At      time.Time `json:"at"`
	Notices []Notice  `json:"notices"`
}

// stored is a subscription as the store has it.
type stored struct {
	kvjson.Rest
	Subscription
	Sealed []byte `json:"sealed,omitempty"` // the webhook's address
	Sites  bool   `json:"sites,omitempty"`  // whether EventSite existed when its owner chose the events
}

// subscribed gives a subscription as it counts: who was notified of failures before there
// was EventSite is notified of sites, too, until the owner chooses the events again.
func (v stored) subscribed() Subscription {
	out := v.Subscription
	if !v.Sites && slices.Contains(out.Events, EventFailed) && !slices.Contains(out.Events, EventSite) {
		out.Events = append(slices.Clone(out.Events), EventSite)
	}
	return out
}

// due is a delivery as the store has it until it has arrived.
type due struct {
	kvjson.Rest
	Delivery
	Owner   string `json:"owner"`
	Cluster string `json:"cluster,omitempty"`
	Batch   string `json:"batch,omitempty"`
	Contact string `json:"contact,omitempty"` // mail address of an instance's own people; Owner is empty then
	version int64
}

func recordKey(cluster string) kv.Key { return kv.Key{Partition: partRecord, Sort: cluster} }

func subscriptionKey(owner, id string) kv.Key {
	return kv.Key{Partition: partSubscription, Sort: owner + "#" + id}
}

func dueKey(d due) kv.Key { return kv.Key{Partition: partDue, Sort: d.Owner + "#" + d.ID} }

func logKey(owner, delivery string) kv.Key {
	return kv.Key{Partition: partLog + owner, Sort: delivery}
}

// each reads a range of a partition, in pages, and leaves out what can't be decoded.
func each[T any](ctx context.Context, store kv.Store, q kv.Query, take func(T, kv.Item)) error {
	for item, err := range kv.Items(ctx, store, q) {
		if err != nil {
			return fmt.Errorf("reading %s: %w", q.Partition, err)
		}
		v, err := kvjson.Decode[T](item)
		if err != nil {
			kvjson.LeaveOut(ctx, store, item, err)
			continue
		}
		take(v, item)
	}
	return nil
}

func (s *Service) put(ctx context.Context, key kv.Key, v any, cond kv.Condition, expires time.Time) (int64, error) {
	item := kv.Item{Key: key, Expires: expires}
	if err := kvjson.Set(&item, v); err != nil {
		return 0, err
	}
	item, err := s.KV.Put(ctx, item, cond)
	return item.Version, err
}

// saveRecord writes a cluster's record; fault.Conflict if another run did so meanwhile.
func (s *Service) saveRecord(ctx context.Context, t *clusterRecord) error {
	cond := kv.IfAbsent()
	if t.version > 0 {
		cond = kv.IfVersion(t.version)
	}
	version, err := s.put(ctx, recordKey(t.Cluster), t, cond, time.Time{})
	if err == nil {
		t.version = version
	}
	return err
}

// log keeps how a delivery went, for its owner.
func (s *Service) log(ctx context.Context, owner string, d Delivery) error {
	_, err := s.put(ctx, logKey(owner, d.ID), d, kv.Always, s.Now().Add(logLife))
	if err != nil || s.Touch == nil {
		return err
	}
	return s.Touch(ctx, Scope(owner))
}

// Scope names a person's deliveries for Touch.
func Scope(owner string) string { return "*deliveries/" + owner }

// Deliveries reads a page of what was sent to a person, or is to be, newest first.
func (s *Service) Deliveries(ctx context.Context, owner, after string, limit int) ([]Delivery, string, error) {
	return kvjson.Query[Delivery](ctx, s.KV, kv.Query{Partition: partLog + owner, After: after, Limit: limit, Reverse: true})
}

func ignoreConflict(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}
