package fleetstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/lease"
)

// SyncLease names the lease under which a project is synced.
func SyncLease(project string) string { return "sync#" + project }

// ShowSync brings into a cluster's chunk how its last sync went. A project that was
// never read gets its chunk here, so that lists show it, with the cause. It is
// lease.ErrFenced when the cluster was read under a later lease than that of the context.
func (s *Store) ShowSync(ctx context.Context, p fleet.Project, state fleet.SyncState) error {
	return s.ChangeRows(ctx, p.ID, nil, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		if c == nil {
			c = &fleet.Chunk{Cluster: fleet.Unread(p), Rows: []fleet.Row{}}
		}
		token := lease.TokenOf(ctx, SyncLease(p.ID))
		if err := lease.Fenced(c.Fence, token); err != nil {
			return nil, err
		}
		c.Fence = token
		// Times would change the chunk at each sync.
		c.Cluster.Sync = fleet.SyncState{Commit: state.Commit, Error: state.Error, WaitingSince: state.WaitingSince}
		return c, nil
	})
}

const partSync = "sync" // sort: project id

// SyncRecord reads a project's record; a zero one before the first sync.
func (s *Store) SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error) {
	r, _, err := kvjson.Get[fleet.SyncRecord](ctx, s.kv, kv.Key{Partition: partSync, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) || errors.Is(err, kvjson.ErrDamaged) { // the next sync reads all again
		return fleet.SyncRecord{Project: project}, nil
	}
	return r, err
}

// SyncRecords reads the records of all projects, by project id.
func (s *Store) SyncRecords(ctx context.Context) (map[string]fleet.SyncRecord, error) {
	return byProject(ctx, s, partSync, func(r fleet.SyncRecord) string { return r.Project })
}

// StoredSync is a sync record with the version of its item.
type StoredSync struct {
	fleet.SyncRecord
	item kv.Item
}

// StoredSyncs reads the records of all projects, by project id.
func (s *Store) StoredSyncs(ctx context.Context) (map[string]StoredSync, error) {
	all := map[string]StoredSync{}
	for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partSync}) {
		if err != nil {
			return nil, fmt.Errorf("listing sync records: %w", err)
		}
		r := decodeCopy[fleet.SyncRecord](ctx, s, item)
		r.Project = item.Sort
		all[r.Project] = StoredSync{r, item}
	}
	return all, nil
}

// ReplaceSyncRecord keeps a record in place of the one that was read; fault.Conflict when
// that was replaced meanwhile. It repeats what a replica that died may not have said, as
// SaveSyncRecord does.
func (s *Store) ReplaceSyncRecord(ctx context.Context, r StoredSync) error {
	if err := s.publishAgain(ctx, &r.SyncRecord); err != nil {
		return err
	}
	if err := kvjson.Set(&r.item, r.SyncRecord); err != nil {
		return err
	}
	_, err := s.kv.Put(ctx, r.item, kv.IfVersion(r.item.Version))
	return err
}

// publishAgain publishes a cluster's version unless all replicas know of it. An eventual
// read may miss a version of the last second: the next sync publishes that, if its writer
// died.
func (s *Store) publishAgain(ctx context.Context, r *fleet.SyncRecord) error {
	if version, err := s.Version(ctx, r.Project, kv.Eventual()); err == nil && version == r.Published {
		return nil
	}
	version, err := s.Version(ctx, r.Project)
	if err != nil || version == r.Published {
		return err
	}
	if err := s.Publish(ctx, r.Project, version); err != nil {
		return err
	}
	r.Published = version
	return nil
}

// SaveSyncRecord keeps a project's record; ErrFenced when one was kept under a later lease.
// It first repeats what a replica that died may not have said: that the chunk changed.
func (s *Store) SaveSyncRecord(ctx context.Context, r fleet.SyncRecord) error {
	if err := s.publishAgain(ctx, &r); err != nil {
		return err
	}
	return s.modify(ctx, kv.Key{Partition: partSync, Sort: r.Project}, func(old kv.Item) (any, error) {
		kept, err := kvjson.Decode[fleet.SyncRecord](old)
		if err != nil {
			slog.ErrorContext(ctx, "sync record replaced", "project", r.Project, "err", err)
		} else if err := lease.Fenced(kept.Fence, r.Fence); err != nil {
			return nil, err
		}
		return r, nil
	})
}
