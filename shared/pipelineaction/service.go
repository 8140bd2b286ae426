package pipelineaction

import (
	"context"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/operation"
)

// Service carries out actions.
type Service struct {
	Store      Store
	Operations *operation.Service
	Requesters operation.Requesters // asked before each sending; nil: everyone may
	Open       func(ctx context.Context, project fleet.Project) (Remote, error)
	Audit      *audit.Log // nil: no audit log is kept
	Now        func() time.Time
	NewID      func() string
	Log        *slog.Logger
}

// Remote is a project's GitLab, as far as actions need it.
type Remote interface {
	// Cancel and Retry act on a whole pipeline. Repeating them is harmless.
	Cancel(ctx context.Context, pipeline int64) (fleet.Pipeline, error)
	Retry(ctx context.Context, pipeline int64) (fleet.Pipeline, error)
	// Pipeline reads one pipeline with its jobs.
	Pipeline(ctx context.Context, id int64) (fleet.Pipeline, error)
}

// Store holds the records that actions read and change.
type Store interface {
	AddPipelineAction(ctx context.Context, cluster string, a fleet.PipelineAction, record fleetstore.Recorder) error
	ChildrenOf(ctx context.Context, p fleet.Pipeline) ([]fleet.Pipeline, error)
	ChangePipelineAction(ctx context.Context, cluster string, a fleet.PipelineAction, alter func(*fleet.PipelineAction) (bool, error)) (fleet.PipelineAction, error)
	OpenPipelineActions(ctx context.Context, cluster string) ([]fleet.PipelineAction, error)
	OpenOperations(ctx context.Context, cluster string) ([]fleet.Operation, error)
	Operations(ctx context.Context, cluster, after string, limit int) ([]fleet.Operation, string, error)
	Pipeline(ctx context.Context, cluster string, id int64) (fleet.Pipeline, error)
	RecordPipeline(ctx context.Context, p fleet.Pipeline, by fleet.Authority) (fleet.Pipeline, fleet.Freshness, error)
}

// recentOperations is how many of a cluster's newest operations are searched for the one
// that a pipeline belongs to.
const recentOperations = 100
