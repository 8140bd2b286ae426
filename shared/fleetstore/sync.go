package fleetstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/lease"
)

// ShowSync brings into a cluster's chunk how its last sync went. A project that was
// never read gets its chunk here, so that lists show it, with the cause.
func (s *Store) ShowSync(ctx context.Context, p fleet.Project, state fleet.SyncState) error {
	return s.ChangeRows(ctx, p.ID, nil, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		if c == nil {
			c = &fleet.Chunk{Cluster: fleet.Unread(p), Rows: []fleet.Row{}}
		}
		// Times would change the chunk at each sync.
		c.Cluster.Sync = fleet.SyncState{Commit: state.Commit, Error: state.Error}
		return c, nil
	})
}

const partSync = "sync" // sort: project id

// SyncRecord reads a project's record; a zero one before the first sync.
func (s *Store) SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error) {
	r, _, err := kvjson.Get[fleet.SyncRecord](ctx, s.kv, kv.Key{Partition: partSync, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return fleet.SyncRecord{Project: project}, nil
	}
	return r, err
}

// SyncRecords reads the records of all projects, by project id.
func (s *Store) SyncRecords(ctx context.Context) (map[string]fleet.SyncRecord, error) {
	list, err := kvjson.All[fleet.SyncRecord](ctx, s.kv, kv.Query{Partition: partSync, Eventual: true})
	if err != nil {
		return nil, err
	}
	all := make(map[string]fleet.SyncRecord, len(list))
	for _, r := range list {
		all[r.Project] = r
	}
	return all, nil
}

// SaveSyncRecord keeps a project's record; ErrFenced when one was kept under a later lease.
// It first repeats what a replica that
// died may not have said: that the chunk changed.
func (s *Store) SaveSyncRecord(ctx context.Context, r fleet.SyncRecord) error {
	version, err := s.Version(ctx, r.Project)
	if err != nil {
		return err
	}
	if version != r.Published {
		if err := s.Publish(ctx, r.Project, version); err != nil {
			return err
		}
		r.Published = version
	}
	return s.modify(ctx, kv.Key{Partition: partSync, Sort: r.Project}, func(old []byte) ([]byte, error) {
		if old != nil {
			var kept fleet.SyncRecord
			if err := json.Unmarshal(old, &kept); err != nil {
				return nil, fmt.Errorf("decoding the sync record of %s: %w", r.Project, err)
			}
			if err := lease.Fenced(kept.Fence, r.Fence); err != nil {
				return nil, err
			}
		}
		return json.Marshal(r)
	})
}
