package fleetstore

import (
	"context"
	"errors"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// Observations reads the newest observation of each project.
func (s *Store) Observations(ctx context.Context) ([]fleet.Observation, error) {
	return kvjson.All[fleet.Observation](ctx, s.kv, kv.Query{Partition: partObservation, Eventual: true})
}

const partObservation = "observation" // sort: project id

// SaveObservation keeps a project's newest observation.
func (s *Store) SaveObservation(ctx context.Context, o fleet.Observation) error {
	return kvjson.Put(ctx, s.kv, kv.Key{Partition: partObservation, Sort: o.Project}, o, kv.Always, kvjson.NoExpiry)
}

// Observation reads a project's newest observation; one without a time before
// the first.
func (s *Store) Observation(ctx context.Context, project string) (fleet.Observation, error) {
	o, _, err := kvjson.Get[fleet.Observation](ctx, s.kv, kv.Key{Partition: partObservation, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) || errors.Is(err, kvjson.ErrDamaged) {
		return fleet.Observation{Project: project}, nil
	}
	return o, err
}
