package fleetstore

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// unconfirmedLife is how long a note waits for a sync at the most.
const unconfirmedLife = 30 * 24 * time.Hour

// What an event reported of a pipeline is to be compared with what GitLab says by the next
// sync. While the event waits, it says so itself; once it is applied, it stays as the note.
// So no moment is without one, and a note costs no more than removing the event.

// KeepUnconfirmed makes an applied event of a pipeline the note that the pipeline is to be
// confirmed.
func (s *Store) KeepUnconfirmed(ctx context.Context, e fleet.Event) error {
	e.Pipeline = &fleet.Pipeline{Cluster: e.Cluster, ID: e.Pipeline.ID}
	e.Applied = s.now()
	item := kv.Item{Key: eventKey(partEvent, e), Expires: s.now().Add(unconfirmedLife)}
	err := s.setPacked(&item, e)
	if err == nil {
		_, err = s.kv.Put(ctx, item, kv.Always)
	}
	if err != nil {
		return fmt.Errorf("noting that pipeline %d of cluster %s is to be confirmed: %w", e.Pipeline.ID, e.Cluster, err)
	}
	return nil
}

// noteOf gives the note that an event is. An applied one is, and one that failed: it may have
// been applied in part.
func noteOf(e fleet.Event, version int64) (fleet.Unconfirmed, bool) {
	switch {
	case e.Pipeline == nil || e.Applied.IsZero() && e.Attempts == 0:
		return fleet.Unconfirmed{}, false
	case e.Applied.IsZero():
		return fleet.Unconfirmed{Cluster: e.Cluster, Pipeline: e.Pipeline.ID, Since: e.ReceivedAt, Last: e.ReceivedAt}, true
	}
	return fleet.Unconfirmed{Cluster: e.Cluster, Pipeline: e.Pipeline.ID, Since: e.Applied, Last: e.Applied, Version: version, Event: e.Key}, true
}

// UnconfirmedPipelines lists what events changed of pipelines since these were confirmed;
// a pipeline may be in it several times.
func (s *Store) UnconfirmedPipelines(ctx context.Context, cluster string) ([]fleet.Unconfirmed, error) {
	_, notes, _, err := s.PendingEvents(ctx, cluster, "")
	if err != nil {
		return nil, fmt.Errorf("listing the pipelines of cluster %s that are to be confirmed: %w", cluster, err)
	}
	former, err := s.kv.Query(ctx, kv.Query{Partition: formerUnconfirmed + cluster, Limit: kv.MaxPage, Eventual: true})
	if err != nil {
		return nil, fmt.Errorf("listing the pipelines of cluster %s that are to be confirmed: %w", cluster, err)
	}
	for _, item := range former.Items {
		note, err := decode[fleet.Unconfirmed](s, item)
		if err != nil {
			kvjson.LeaveOut(ctx, s.kv, item, err)
			continue
		}
		note.Version = item.Version
		notes = append(notes, note)
	}
	return notes, nil
}

// Confirmed removes a note, unless another event came since it was read.
func (s *Store) Confirmed(ctx context.Context, note fleet.Unconfirmed) error {
	if note.Version == 0 {
		return nil
	}
	key := kv.Key{Partition: formerUnconfirmed + note.Cluster, Sort: padded(note.Pipeline)}
	if note.Event != "" {
		key = kv.Key{Partition: partEvent + note.Cluster, Sort: note.Event}
	}
	err := s.kv.Delete(ctx, key, kv.IfVersion(note.Version))
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
