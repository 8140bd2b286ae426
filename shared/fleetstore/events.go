package fleetstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// eventLife is how long an event that cannot be applied is kept.
const eventLife = 30 * 24 * time.Hour

// AcceptEvent stores an event that is still to be applied. It returns false
// when the same event waits already. It is one conditional write.
func (s *Store) AcceptEvent(ctx context.Context, e fleet.Event) (bool, error) {
	value, err := s.codec.PackJSON(e)
	if err != nil {
		return false, fmt.Errorf("encoding event %s: %w", e.Key, err)
	}
	_, err = s.kv.Put(ctx, kv.Item{Key: eventKey(partEvent, e), Value: value, Expires: s.now().Add(eventLife)}, kv.IfAbsent())
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

// WaitingEvents reads a page of a cluster's events that are not yet applied.
func (s *Store) WaitingEvents(ctx context.Context, cluster, after string) ([]fleet.Event, string, error) {
	return query[fleet.Event](ctx, s, kv.Query{Partition: partEvent + cluster, After: after})
}

// ForgetEvent removes an event that was applied.
func (s *Store) ForgetEvent(ctx context.Context, e fleet.Event) error {
	return s.kv.Delete(ctx, eventKey(partEvent, e), kv.Always)
}

// PostponeEvent counts a failed try. An event whose own content is at fault is
// set aside, so that the next one goes on.
func (s *Store) PostponeEvent(ctx context.Context, e fleet.Event, poison bool) error {
	e.Attempts++
	if !poison {
		return s.modify(ctx, eventKey(partEvent, e), func(old []byte) ([]byte, error) {
			if old == nil {
				return nil, nil // applied by another process meanwhile
			}
			return s.codec.PackJSON(e)
		})
	}
	value, err := s.codec.PackJSON(e)
	if err == nil {
		_, err = s.kv.Put(ctx, kv.Item{Key: eventKey(partPoison, e), Value: value, Expires: s.now().Add(eventLife)}, kv.Always)
	}
	if err != nil {
		return fmt.Errorf("setting event %s aside: %w", e.Key, err)
	}
	return s.ForgetEvent(ctx, e)
}

// PoisonEvents reads a page of the events that were set aside.
func (s *Store) PoisonEvents(ctx context.Context, cluster, after string) ([]fleet.Event, string, error) {
	return query[fleet.Event](ctx, s, kv.Query{Partition: partPoison + cluster, After: after})
}

// RetryEvent has a set-aside event applied again, with the tries of a new one;
// fault.NotFound when it is not set aside.
func (s *Store) RetryEvent(ctx context.Context, cluster, key string) error {
	at := kv.Key{Partition: partPoison + cluster, Sort: key}
	item, err := s.kv.Get(ctx, at)
	if err != nil {
		return kvjson.NotFound(err, "no event %q is set aside", key)
	}
	value, err := s.codec.Unpack(item.Value)
	if err != nil {
		return fmt.Errorf("unpacking event %s: %w", key, err)
	}
	var e fleet.Event
	if err := json.Unmarshal(value, &e); err != nil {
		return fault.Wrap(fault.Conflict, err, "The event can't be read. Discard it.")
	}
	e.Attempts, e.Error = 0, ""
	if _, err := s.AcceptEvent(ctx, e); err != nil {
		return err
	}
	return s.kv.Delete(ctx, at, kv.Always)
}

// DiscardEvent removes a set-aside event; fault.NotFound when it is not set aside.
func (s *Store) DiscardEvent(ctx context.Context, cluster, key string) error {
	at := kv.Key{Partition: partPoison + cluster, Sort: key}
	if _, err := s.kv.Get(ctx, at); err != nil {
		return kvjson.NotFound(err, "no event %q is set aside", key)
	}
	return s.kv.Delete(ctx, at, kv.Always)
}

func eventKey(partition string, e fleet.Event) kv.Key {
	return kv.Key{Partition: partition + e.Cluster, Sort: e.Key}
}
