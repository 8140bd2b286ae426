package fleetstore

import (
	"context"
	"errors"
	"log/slog"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

const partHealth = "project-health" // sort: project id

// SaveHealth keeps what checks said, in place of what the same ones said before, and
// shows what needs attention on the cluster.
func (s *Store) SaveHealth(ctx context.Context, h fleet.ProjectHealth) error {
	var now fleet.ProjectHealth
	err := s.modify(ctx, kv.Key{Partition: partHealth, Sort: h.Project}, func(old kv.Item) (any, error) {
		known, err := kvjson.Decode[fleet.ProjectHealth](old)
		if err != nil {
			slog.ErrorContext(ctx, "health of a project replaced", "project", h.Project, "err", err)
			known = fleet.ProjectHealth{}
		}
		now = known.With(h)
		return now, nil
	})
	if err != nil {
		return err
	}
	ctx, publish := s.Gather(ctx)
	if err := s.Touch(ctx, h.Project); err != nil {
		return err
	}
	err = s.ChangeRows(ctx, h.Project, nil, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		if c != nil {
			c.Cluster.Troubles = now.Troubles(s.now())
		}
		return c, nil // what was never read shows them when it is
	})
	return errors.Join(err, publish())
}

// Health reads what the checks of a project said; an empty one before the first.
func (s *Store) Health(ctx context.Context, project string) (fleet.ProjectHealth, error) {
	h, _, err := kvjson.Get[fleet.ProjectHealth](ctx, s.kv, kv.Key{Partition: partHealth, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) || errors.Is(err, kvjson.ErrDamaged) {
		return fleet.ProjectHealth{Project: project, Checks: []fleet.Check{}}, nil
	}
	return h, err
}

// ProjectHealths reads the health of all projects, by project id.
func (s *Store) ProjectHealths(ctx context.Context) (map[string]fleet.ProjectHealth, error) {
	return byProject(ctx, s, partHealth, func(h fleet.ProjectHealth) string { return h.Project })
}
