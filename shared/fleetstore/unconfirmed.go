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

const (
	// unconfirmedLife is how long a note waits for a sync at the most.
	unconfirmedLife = 30 * 24 * time.Hour
	// noteEvery is how often the events of one pipeline cost a write.
	noteEvery = time.Minute
)

// NoteUnconfirmed notes that an event is about to change a pipeline: the next sync
// compares it with what GitLab says. Further events within a minute leave the note as it
// is.
func (s *Store) NoteUnconfirmed(ctx context.Context, cluster string, pipeline int64) error {
	key := kv.Key{Partition: partUnconfirmed + cluster, Sort: pipelineKey(cluster, pipeline).Sort}
	err := kv.Update(ctx, s.kv, key, nil, func(item *kv.Item) (bool, error) {
		note, err := decode[fleet.Unconfirmed](s, *item)
		if err != nil || item.Version == 0 {
			note = fleet.Unconfirmed{Cluster: cluster, Pipeline: pipeline, Since: s.now()}
		}
		if age := s.now().Sub(note.Last); age >= 0 && age < noteEvery {
			return false, nil
		}
		note.Last = s.now()
		item.Expires = s.now().Add(unconfirmedLife)
		return true, s.setPacked(item, note)
	})
	if err != nil {
		return fmt.Errorf("noting that pipeline %d of cluster %s is to be confirmed: %w", pipeline, cluster, err)
	}
	return nil
}

// UnconfirmedPipelines lists the pipelines that events changed since they were confirmed.
// Mostly there are none, and an eventual read says so for half; a note of the last second
// that it misses is in the next list.
func (s *Store) UnconfirmedPipelines(ctx context.Context, cluster string) ([]fleet.Unconfirmed, error) {
	q := kv.Query{Partition: partUnconfirmed + cluster, Limit: kv.MaxPage, Eventual: true}
	page, err := s.kv.Query(ctx, q)
	if err == nil && len(page.Items) > 0 {
		q.Eventual = false
		page, err = s.kv.Query(ctx, q)
	}
	if err != nil {
		return nil, fmt.Errorf("listing the pipelines of cluster %s that are to be confirmed: %w", cluster, err)
	}
	notes := make([]fleet.Unconfirmed, 0, len(page.Items))
	for _, item := range page.Items {
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
	key := kv.Key{Partition: partUnconfirmed + note.Cluster, Sort: pipelineKey(note.Cluster, note.Pipeline).Sort}
	err := s.kv.Delete(ctx, key, kv.IfVersion(note.Version))
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
