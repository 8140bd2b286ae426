package operation

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/lease"
)

// Store holds the records that operations read and change.
type Store interface {
	AddOperation(ctx context.Context, op fleet.Operation, once fleetstore.Once) (fleet.Operation, bool, error)
	Operation(ctx context.Context, cluster, id string) (fleet.Operation, error)
	OperationOf(ctx context.Context, cluster, deployment string) (fleet.Operation, error)
	OperationOnce(ctx context.Context, once fleetstore.Once) (fleet.Operation, error)
	Operations(ctx context.Context, cluster, after string, limit int) ([]fleet.Operation, string, error)
	InstanceOperations(ctx context.Context, cluster, instance string, limit int) ([]fleet.Operation, error)
	OpenOperations(ctx context.Context, cluster string) ([]fleet.Operation, error)
	ReopenOperation(ctx context.Context, op fleet.Operation) error
	ChangeOperation(ctx context.Context, cluster, id string, alter func(*fleet.Operation) (bool, error)) (fleet.Operation, error)
	ChangeOperationBy(ctx context.Context, cluster, id string, record fleetstore.Recorder, alter func(*fleet.Operation) (bool, error)) (fleet.Operation, error)
	SaveDetail(ctx context.Context, cluster, deployment string, d fleet.Detail) error
	SaveSealed(ctx context.Context, cluster, deployment string, parts [][]byte) error
	Sealed(ctx context.Context, cluster, deployment string, parts int) ([][]byte, error)
	ForgetSealed(ctx context.Context, cluster, deployment string, parts int) error

	Pipeline(ctx context.Context, cluster string, id int64) (fleet.Pipeline, error)
	Pipelines(ctx context.Context, cluster, after string, limit int) ([]fleet.Pipeline, string, error)
	InstancePipelines(ctx context.Context, cluster, instance, after string, limit int) ([]fleet.Pipeline, string, error)
	RecordPipeline(ctx context.Context, p fleet.Pipeline, by fleet.Authority) (fleet.Pipeline, fleet.Freshness, error)

	Project(ctx context.Context, id string) (fleet.Project, error)
	Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error)
	HostOwners(ctx context.Context, hosts []string) (map[string][]fleetview.HostOwner, error)
	ChangeChunk(ctx context.Context, cluster string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error
	SyncRecord(ctx context.Context, cluster string) (fleet.SyncRecord, error)
	Protection(ctx context.Context, cluster, instance string) (fleet.Protection, error)
	Protected(ctx context.Context, cluster string) ([]fleet.Protection, error)
	SaveHealth(ctx context.Context, h fleet.ProjectHealth) error

	AcquireLease(ctx context.Context, name, holder string, life time.Duration) (lease.Lease, error)
	ReleaseLease(ctx context.Context, l lease.Lease) error
	EndLease(ctx context.Context, name, holder string) error
	LeaseHolder(ctx context.Context, name string) (string, error)
}

// Remote is a project's GitLab, as far as operations need it. The implementation
// sends what changes something there once and never repeats it. What does not exist
// there is fault.NotFound.
type Remote interface {
	// Trigger starts a pipeline with variables and payload.
	Trigger(ctx context.Context, trigger grove.Trigger) (fleet.Pipeline, error)
	// Run starts a pipeline with variables.
	Run(ctx context.Context, call grove.Pipeline) (fleet.Pipeline, error)
	// Commit changes files in one commit; fault.Conflict when one of them changed
	// since the commit that its action names.
	Commit(ctx context.Context, c grove.Commit) (fleet.Commit, error)

	// Cancel cancels a pipeline. Repeating it is harmless.
	Cancel(ctx context.Context, pipeline int64) (fleet.Pipeline, error)

	// FindPipeline searches for a pipeline of a source that changed since and
	// carries all the variables.
	FindPipeline(ctx context.Context, since time.Time, source string, variables map[string]string, skip func(id int64) bool) (fleet.Pipeline, error)
	// CommitSaying searches for a commit, created since, whose message contains a text.
	CommitSaying(ctx context.Context, since time.Time, text string) (fleet.Commit, error)

	// Head is the newest commit of the default branch.
	Head(ctx context.Context) (fleet.Head, error)
	// File reads a file at a commit, with the commit that last changed it.
	File(ctx context.Context, path, ref string) (fleet.SourceFile, error)
	// Files reads what describes the cluster and its instances, in one call.
	Files(ctx context.Context, sha string) ([]fleet.SourceFile, error)
	// Folder lists the files below a folder at a commit.
	Folder(ctx context.Context, path, ref string) ([]string, error)
	// CommitsOf reads the newest commits that changed a path, newest first.
	CommitsOf(ctx context.Context, path string, limit int) ([]fleet.Commit, error)
	// Between lists the commits that to has and from does not have.
	Between(ctx context.Context, from, to string) ([]fleet.Commit, error)
}
