package bulk

import (
	"context"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/pipelineaction"
	"github.com/open-craft/ocim/shared/secret"
)

// Service starts bulk changes and advances them.
type Service struct {
	Store      Store
	Operations *operation.Service
	Actions    *pipelineaction.Service
	Requesters operation.Requesters // asked before each wave; nil: everyone may
	Keys       *secret.Keyring
	Audit      *audit.Log // nil: no audit log is kept
	Now        func() time.Time
	NewID      func() string // sorts by time
	Log        *slog.Logger
}

// Store holds the records that bulk changes read and change.
type Store interface {
	AddBulk(ctx context.Context, b fleet.Bulk, once fleetstore.Once) (fleet.Bulk, bool, error)
	Bulk(ctx context.Context, id string) (fleet.Bulk, error)
	BulkOnce(ctx context.Context, once fleetstore.Once) (fleet.Bulk, error)
	ChangeBulk(ctx context.Context, id string, record fleetstore.Recorder, alter func(*fleet.Bulk) (bool, error)) (fleet.Bulk, error)
	OpenBulks(ctx context.Context) ([]string, error)
	OpenBulk(ctx context.Context, id string) error
	CloseBulk(ctx context.Context, id string) error
	Operation(ctx context.Context, cluster, id string) (fleet.Operation, error)
	Pipeline(ctx context.Context, cluster string, id int64) (fleet.Pipeline, error)
	PipelineAction(ctx context.Context, cluster string, pipeline int64, id string) (fleet.PipelineAction, error)
	Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error)
	Observation(ctx context.Context, cluster string) (fleet.Observation, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
}
