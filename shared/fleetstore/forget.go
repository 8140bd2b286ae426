package fleetstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// Forget deletes everything that was derived from a project. The next sync restores it
// unchanged; requests and queued events stay.
func (s *Store) Forget(ctx context.Context, project string) error {
	names, err := s.indexed(ctx, project)
	if err != nil {
		return err
	}
	partitions := []string{partFiles + project, partPipeline + project}
	for name := range names {
		partitions = append(partitions, deployedPartition(project, name))
	}
	partitions = append(partitions, partPage+project) // after what they are made of
	for _, p := range partitions {
		if err := s.empty(ctx, p); err != nil {
			return err
		}
	}
	for _, p := range []string{partSync, partHealth, partObservation, partSiteRound} {
		if err := s.kv.Delete(ctx, kv.Key{Partition: p, Sort: project}, kv.Always); err != nil {
			return fmt.Errorf("forgetting project %s: %w", project, err)
		}
	}
	return s.RemoveChunk(ctx, project)
}

// ForgetStrays deletes what was derived from projects that are not in the fleet: a process
// that was paused may have written it after the project was removed.
func (s *Store) ForgetStrays(ctx context.Context) error {
	clusters, err := s.ClusterIDs(ctx)
	if err != nil {
		return err
	}
	projects, err := s.Projects(ctx) // after the clusters: a project is added before its cluster
	if err != nil {
		return err
	}
	for _, id := range clusters {
		if slices.ContainsFunc(projects, func(p fleet.Project) bool { return p.ID == id }) {
			continue
		}
		if err := s.Forget(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// ForgetEvents throws away the events of a project, applied or not.
func (s *Store) ForgetEvents(ctx context.Context, project string) error {
	for _, p := range []string{partEvent + project, partApplied + project, partPoison + project, formerUnconfirmed + project} {
		if err := s.empty(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// indexed gives the names of all instances that pipelines are indexed by.
func (s *Store) indexed(ctx context.Context, project string) (map[string]bool, error) {
	names := map[string]bool{}
	if chunk, err := s.Chunk(ctx, project); err == nil {
		for _, r := range chunk.Rows {
			names[r.Instance.Name] = true
		}
	} else if !fault.Is(err, fault.NotFound) && !errors.Is(err, kvjson.ErrDamaged) {
		return nil, err
	}
	for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partPipeline + project}) {
		if err != nil {
			return nil, fmt.Errorf("listing pipelines of %s: %w", project, err)
		}
		for _, d := range decodeCopy[fleet.Pipeline](ctx, s, item).Deployments {
			names[d.Instance] = true
		}
	}
	return names, nil
}

// empty removes all items of a partition.
func (s *Store) empty(ctx context.Context, partition string) error {
	for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partition}) {
		if err == nil {
			err = s.kv.Delete(ctx, item.Key, kv.Always)
		}
		if err != nil {
			return fmt.Errorf("emptying %s: %w", partition, err)
		}
	}
	return nil
}
