package bulk

import (
	"context"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/secret"
)

// Service starts bulk changes and advances them.
type Service struct {
	Store      Store
	Operations Operations
	Actions    Actions
	Requesters operation.Requesters // asked before each wave; nil: everyone may
	Keys       *secret.Keyring
	Audit      *audit.Log // nil: no audit log is kept
	Now        func() time.Time
	NewID      func() string // sorts by time
	Log        *slog.Logger
}

// Operations previews and starts the operations of single instances; package operation
// does.
type Operations interface {
	Snapshot(ctx context.Context, cluster string, files bool) (*operation.Snapshot, error)
	PreviewTarget(ctx context.Context, snap *operation.Snapshot, req operation.Request) (operation.TargetPreview, error)
	TargetRequest(ctx context.Context, snap *operation.Snapshot, req operation.Request, t operation.TargetPreview) (*grove.GitLabRequest, error)
	ClusterWarnings(ctx context.Context, cluster string) ([]operation.Warning, error)
	Add(ctx context.Context, project fleet.Project, req operation.Request) (fleet.Operation, bool, error)
	Advance(ctx context.Context, project fleet.Project, deployments ...string) error
	Recall(ctx context.Context, op fleet.Operation) (bool, error)
	EstimateOf(ctx context.Context, op fleet.Operation) (*operation.Estimate, error)
}

// Actions retries pipelines; package pipelineaction does.
type Actions interface {
	Do(ctx context.Context, project fleet.Project, action fleet.PipelineAction, by audit.Actor) (fleet.Pipeline, error)
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
