package notify

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// Bounds of subscriptions.
const (
	maxSubscriptions = 20 // of one person
	maxURL           = 1000
)

// SubscriptionRequest is what a user sets of a subscription.
type SubscriptionRequest struct {
	Name    string
	Channel Channel
	URL     secret.Value // of the webhook; an empty one leaves a former one as it is
	View    string
	Events  []Event
	Paused  bool
}

// Subscriptions reads a person's subscriptions, the oldest first.
func (s *Service) Subscriptions(ctx context.Context, owner string) ([]Subscription, error) {
	list := []Subscription{}
	q := kv.Query{Partition: partSubscription, Prefix: owner + "#"}
	err := each(ctx, s.KV, q, func(v stored, _ kv.Item) { list = append(list, v.subscribed()) })
	return list, err
}

func (s *Service) subscription(ctx context.Context, owner, id string) (stored, error) {
	item, err := s.KV.Get(ctx, subscriptionKey(owner, id))
	if fault.Is(err, fault.NotFound) {
		return stored{}, fault.New(fault.NotFound, "There is no such subscription.")
	}
	if err != nil {
		return stored{}, err
	}
	return kvjson.Decode[stored](item)
}

// Subscribe stores a new subscription. An invalid field is fault.Invalid; more than
// maxSubscriptions of one user are fault.Conflict.
func (s *Service) Subscribe(ctx context.Context, owner string, w SubscriptionRequest) (Subscription, error) {
	known, err := s.Subscriptions(ctx, owner)
	if err != nil {
		return Subscription{}, err
	}
	if len(known) >= maxSubscriptions {
		return Subscription{}, fault.New(fault.Conflict, "You have %d subscriptions, the maximum. Delete one first.", maxSubscriptions)
	}
	now := s.Now().UTC()
	return s.keep(ctx, stored{Subscription: Subscription{ID: s.NewID(), Owner: owner, CreatedAt: now}}, w)
}

// Change replaces a subscription; fault.NotFound when the person has none of that id.
func (s *Service) Change(ctx context.Context, owner, id string, w SubscriptionRequest) (Subscription, error) {
	v, err := s.subscription(ctx, owner, id)
	if err != nil {
		return Subscription{}, err
	}
	return s.keep(ctx, v, w)
}

func (s *Service) keep(ctx context.Context, v stored, w SubscriptionRequest) (Subscription, error) {
	if len(w.Events) == 0 {
		return v.Subscription, fault.InvalidField("events", "choose at least one event")
	}
	for _, e := range w.Events {
		if !slices.Contains(Events(), e) {
			return v.Subscription, fault.InvalidField("events", "%q is not an event to subscribe to", e)
		}
	}
	if w.View != "" {
		if _, err := s.Views.View(ctx, v.Owner, w.View); fault.Is(err, fault.NotFound) {
			return v.Subscription, fault.InvalidField("view", "there is no such view")
		} else if err != nil {
			return v.Subscription, err
		}
	}
	v.Name, v.View, v.Events, v.Paused, v.Sites = w.Name, w.View, slices.Clone(w.Events), w.Paused, true
	if err := s.address(&v, w); err != nil {
		return v.Subscription, err
	}
	v.UpdatedAt = s.Now().UTC()
	if _, err := s.put(ctx, subscriptionKey(v.Owner, v.ID), v, kv.Always, kvjson.NoExpiry); err != nil {
		return v.Subscription, fmt.Errorf("keeping subscription %s: %w", v.ID, err)
	}
	return v.Subscription, nil
}

// address sets where a subscription goes.
func (s *Service) address(v *stored, w SubscriptionRequest) error {
	switch {
	case w.Channel == Email:
		v.Channel, v.Sealed, v.Host = Email, nil, ""
		if !w.URL.IsZero() {
			return fault.InvalidField("url", "must be empty: mail goes to the owner's address")
		}
		return nil
	case w.Channel != Webhook:
		return fault.InvalidField("channel", "must be email or webhook")
	case w.URL.IsZero() && v.Channel == Webhook && v.Sealed != nil:
		return nil // the former one
	}
	plain := w.URL.Reveal()
	u, err := url.Parse(plain)
	if err != nil || len(plain) == 0 || len(plain) > maxURL || u.Host == "" {
		return fault.InvalidField("url", "must be the address of an incoming webhook, such as https://hooks.slack.com/services/…")
	}
	if err := s.Chat.Check(u); err != nil {
		return fault.InvalidField("url", "%s", fault.Message(err))
	}
	v.Channel, v.Host = Webhook, u.Host
	if v.Sealed, err = s.Keys.Seal([]byte(plain), record(v.ID)); err != nil {
		return fmt.Errorf("sealing the address of a webhook: %w", err)
	}
	return nil
}

func record(id string) string { return "notification/" + id + "/url" }

// Unsubscribe removes a subscription; fault.NotFound when the person has none of
// that id.
func (s *Service) Unsubscribe(ctx context.Context, owner, id string) error {
	if _, err := s.subscription(ctx, owner, id); err != nil {
		return err
	}
	return s.KV.Delete(ctx, subscriptionKey(owner, id), kv.Always)
}
