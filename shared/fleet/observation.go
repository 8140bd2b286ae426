package fleet

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

const partObservation = "observation" // sort: project id

// Observation is when a cluster last told what it runs. It is apart from the
// cluster's chunk, which changes only when what is told does.
type Observation struct {
	Project string    `json:"project"`
	At      time.Time `json:"at"`
}

// SaveObservation keeps a project's newest observation.
func (s *Store) SaveObservation(ctx context.Context, o Observation) error {
	return putJSON(ctx, s.kv, kv.Key{Partition: partObservation, Sort: o.Project}, o, kv.Always, noExpiry)
}

// Observation reads a project's newest observation; one without a time before
// the first.
func (s *Store) Observation(ctx context.Context, project string) (Observation, error) {
	o, _, err := getJSON[Observation](ctx, s.kv, kv.Key{Partition: partObservation, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return Observation{Project: project}, nil
	}
	return o, err
}
