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

const (
	// eventLife is how long an event that cannot be applied is kept.
	eventLife = 30 * 24 * time.Hour
	// appliedLife is how long an applied push is recognized. GitLab lists the events of
	// the last days, and people send them again from there. An event of a pipeline is
	// recognized by what is known of the pipeline.
	appliedLife = 7 * 24 * time.Hour
)

// AcceptEvent stores an event that is still to be applied. It returns false when the same
// event waits already, or was applied: its push within appliedLife, or its pipeline is
// known to be as it says, or later. It is one conditional write and a read. The mark of a
// push is read after the write: what was applied meanwhile has left its mark by then. To
// apply an event twice changes nothing, so the other read may come before.
func (s *Store) AcceptEvent(ctx context.Context, e fleet.Event) (bool, error) {
	if e.Pipeline != nil {
		if known, err := s.Pipeline(ctx, e.Cluster, e.Pipeline.ID); err == nil && known.Includes(*e.Pipeline) {
			return false, nil
		}
	}
	item := kv.Item{Key: eventKey(partEvent, e), Expires: s.now().Add(eventLife)}
	if err := s.setPacked(&item, e); err != nil {
		return false, err
	}
	_, err := s.kv.Put(ctx, item, kv.IfAbsent())
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if e.Pipeline != nil {
		return true, nil
	}
	if _, err := s.kv.Get(ctx, eventKey(partApplied, e)); err != nil {
		return true, nil // it is stored: to apply it twice changes nothing, to refuse it loses it
	}
	return false, s.kv.Delete(ctx, eventKey(partEvent, e), kv.Always)
}

// WaitingEvents reads a page of a cluster's events that are not yet applied.
func (s *Store) WaitingEvents(ctx context.Context, cluster, after string) ([]fleet.Event, string, error) {
	waiting, _, next, err := s.PendingEvents(ctx, cluster, after)
	return waiting, next, err
}

// PendingEvents is WaitingEvents that gives the notes beside them, too: see UnconfirmedPipelines.
func (s *Store) PendingEvents(ctx context.Context, cluster, after string) (waiting []fleet.Event, notes []fleet.Unconfirmed, next string, err error) {
	page, err := s.kv.Query(ctx, kv.Query{Partition: partEvent + cluster, After: after})
	if err != nil {
		return nil, nil, "", err
	}
	for _, item := range page.Items {
		e, err := decode[fleet.Event](s, item)
		if err != nil {
			kvjson.LeaveOut(ctx, s.kv, item, err)
			continue
		}
		if e.Applied.IsZero() {
			waiting = append(waiting, e)
		}
		if note, ok := noteOf(e, item.Version); ok {
			notes = append(notes, note)
		}
	}
	return waiting, notes, page.Next, nil
}

// ForgetEvent removes an event that was applied. The key of a push is kept for appliedLife.
func (s *Store) ForgetEvent(ctx context.Context, e fleet.Event) error {
	if e.Pipeline != nil {
		return s.kv.Delete(ctx, eventKey(partEvent, e), kv.Always)
	}
	if err := kvjson.Put(ctx, s.kv, eventKey(partApplied, e), struct{}{}, kv.Always, s.now().Add(appliedLife)); err != nil {
		return fmt.Errorf("marking event %s as applied: %w", e.Key, err)
	}
	return s.kv.Delete(ctx, eventKey(partEvent, e), kv.Always)
}

// PostponeEvent counts a failed try. An event whose own content is at fault is
// set aside, so that the next one goes on.
func (s *Store) PostponeEvent(ctx context.Context, e fleet.Event, poison bool) error {
	e.Attempts++
	if !poison {
		return kv.Update(ctx, s.kv, eventKey(partEvent, e), nil, func(item *kv.Item) (bool, error) {
			if item.Version == 0 {
				return false, nil // applied by another process meanwhile
			}
			return true, s.setPacked(item, e)
		})
	}
	item := kv.Item{Key: eventKey(partPoison, e), Expires: s.now().Add(eventLife)}
	err := s.setPacked(&item, e)
	if err == nil {
		_, err = s.kv.Put(ctx, item, kv.Always)
	}
	if err != nil {
		return fmt.Errorf("setting event %s aside: %w", e.Key, err)
	}
	if e.Pipeline != nil { // it waits no longer, and may have changed its pipeline
		note := e
		note.Key += "#aside" // so that it is taken in when it is sent again
		if err := s.KeepUnconfirmed(ctx, note); err != nil {
			return err
		}
	}
	if err := s.Touch(ctx, e.Cluster); err != nil {
		return err
	}
	return s.kv.Delete(ctx, eventKey(partEvent, e), kv.Always)
}

// PoisonEvents reads a page of the events that were set aside.
func (s *Store) PoisonEvents(ctx context.Context, cluster, after string) ([]fleet.Event, string, error) {
	return query[fleet.Event](ctx, s, kv.Query{Partition: partPoison + cluster, After: after})
}

// RetryEvent has a set-aside event applied again, with the tries of a new one;
// fault.NotFound when it is not set aside. It calls record before that.
func (s *Store) RetryEvent(ctx context.Context, cluster, key string, record func() error) error {
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
	if err := record(); err != nil {
		return err
	}
	e.Attempts, e.Error = 0, ""
	if _, err := s.AcceptEvent(ctx, e); err != nil {
		return err
	}
	if err := s.kv.Delete(ctx, at, kv.Always); err != nil {
		return err
	}
	return s.Touch(ctx, cluster)
}

// DiscardEvent removes a set-aside event; fault.NotFound when it is not set aside. It calls
// record before that.
func (s *Store) DiscardEvent(ctx context.Context, cluster, key string, record func() error) error {
	at := kv.Key{Partition: partPoison + cluster, Sort: key}
	if _, err := s.kv.Get(ctx, at); err != nil {
		return kvjson.NotFound(err, "no event %q is set aside", key)
	}
	if err := record(); err != nil {
		return err
	}
	if err := s.kv.Delete(ctx, at, kv.Always); err != nil {
		return err
	}
	return s.Touch(ctx, cluster)
}

func eventKey(partition string, e fleet.Event) kv.Key {
	return kv.Key{Partition: partition + e.Cluster, Sort: e.Key}
}
