package operation

import (
	"context"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// PendingRow is the row of an instance that was requested and is not in git yet.
func PendingRow(op fleet.Operation) fleet.Row {
	return fleet.Row{Instance: fleet.Instance{
		Cluster: op.Cluster, Name: op.Instance, Lifecycle: fleet.Pending,
		Health:    fleet.HealthState{State: fleet.Unknown, Reason: "Not deployed yet"},
		ChangedAt: op.RequestedAt, ChangedBy: op.RequestedBy,
	}}
}

// upsertPendingRow keeps the row of an instance that is being created up to date
// until git has it.
func (s *Service) upsertPendingRow(ctx context.Context, op fleet.Operation) error {
	if op.Kind != fleet.Create {
		return nil
	}
	return s.Store.ChangeChunk(ctx, op.Cluster, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, fault.New(fault.Conflict, "cluster %s has not been read from GitLab yet", op.Cluster)
		}
		if row := chunk.Row(op.Instance); row != nil && row.Digest != "" {
			return nil, nil
		}
		row := PendingRow(op)
		pipelines, err := s.pipelinesOf(ctx, op)
		if err != nil {
			return nil, err
		}
		row.Instance.Pipeline = fleet.Deploying(pipelines)
		chunk.SetRow(row)
		return chunk, nil
	})
}

// removePendingRow removes the row of an instance that was never created.
func (s *Service) removePendingRow(ctx context.Context, op fleet.Operation) error {
	return s.Store.ChangeChunk(ctx, op.Cluster, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, nil
		}
		for i, row := range chunk.Rows {
			if row.Instance.Name == op.Instance && row.Digest == "" && row.Instance.Lifecycle == fleet.Pending {
				chunk.Rows = append(chunk.Rows[:i], chunk.Rows[i+1:]...)
				return chunk, nil
			}
		}
		return nil, nil
	})
}

// row reads an instance's row; nil when there is none.
func (s *Service) row(ctx context.Context, cluster, instance string) (*fleet.Row, error) {
	chunk, err := s.Store.Chunk(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return chunk.Row(instance), nil
}
