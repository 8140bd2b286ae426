package function

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/pipelineaction"
	"github.com/open-craft/ocim/shared/policy"
	"github.com/open-craft/ocim/shared/redact"
)

// Store is the fleet's records as far as this function needs them.
type Store interface {
	Bulk(ctx context.Context, id string) (fleet.Bulk, error)
	Bulks(ctx context.Context, after string, limit int) ([]fleet.Bulk, string, error)
	ChildrenOf(ctx context.Context, p fleet.Pipeline) ([]fleet.Pipeline, error)
	Changes(ctx context.Context) (revision int64, unchanged func(scope string, since int64) bool, err error)
	InstanceHistory(ctx context.Context, cluster, instance, after string, limit int) ([]fleet.Operation, string, error)
	OpenOperations(ctx context.Context, cluster string) ([]fleet.Operation, error)
	InstancesOf(ctx context.Context, p fleet.Pipeline) ([]string, error)
	Operation(ctx context.Context, cluster, id string) (fleet.Operation, error)
	OperationDetail(ctx context.Context, cluster, operation string) (fleet.Detail, error)
	Operations(ctx context.Context, cluster, after string, limit int) ([]fleet.Operation, string, error)
	Pipeline(ctx context.Context, cluster string, id int64) (fleet.Pipeline, error)
	PipelineActions(ctx context.Context, cluster string, pipeline int64) ([]fleet.PipelineAction, error)
	Pipelines(ctx context.Context, cluster, after string, limit int) ([]fleet.Pipeline, string, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	Projects(ctx context.Context) ([]fleet.Project, error)
	Protected(ctx context.Context, cluster string) ([]fleet.Protection, error)
	Rows(ctx context.Context, cluster string, names ...string) (*fleet.Chunk, error)
}

// Deps is what the function needs.
type Deps struct {
	API        faas.Options
	Fleet      Store
	Operations *operation.Service
	Actions    *pipelineaction.Service
	Bulks      *bulk.Service
	Policy     *policy.Service
	// Pipeline asks GitLab for a pipeline with its jobs.
	Pipeline func(ctx context.Context, project fleet.Project, id int64) (fleet.Pipeline, error)
	// JobLog reads at most limit bytes of a job's log from an offset on.
	JobLog func(ctx context.Context, project fleet.Project, job, from, limit int64) (gitlab.Log, error)
	// Redact gives what masks the secrets of a pipeline's instances in its logs.
	Redact func(ctx context.Context, project fleet.Project, instances []string, commits ...string) (*redact.Redactor, error)
	// Viewed records that someone read a log.
	Viewed func(ctx context.Context, by audit.Actor, action, target string) error
	// CopyLog writes a job's whole log as it comes.
	CopyLog func(ctx context.Context, project fleet.Project, job int64, to io.Writer) error
}

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title, deps.API.Changes = "Pipelines", deps.Fleet.Changes
	api := faas.NewAPI(deps.API)
	f := &pipelines{deps}
	f.operationRoutes(api)
	f.pipelineRoutes(api)
	f.instanceRoutes(api)
	f.editingRoutes(api)
	f.dangerRoutes(api)
	f.bulkRoutes(api)
	return api
}

type pipelines struct{ Deps }

// body is an answer that is nothing but a body.
type body[T any] struct{ Body T }

func answer[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// route is an operation of the API.
func route(method, path, id, summary string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary}
}

// asking marks an operation that asks GitLab each time, which limits count higher.
func asking(op huma.Operation) huma.Operation {
	op.Metadata = map[string]any{faas.Cost: faas.AsksGitLab}
	return op
}

// polled marks an operation that open pages repeat, with what it reads.
func polled(op huma.Operation, scope func(*http.Request) string) huma.Operation {
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	op.Metadata[faas.Polled] = faas.Poll{Scope: scope}
	return op
}

// viewer, operator and administrator say who may call a route.
func viewer() faas.Access        { return faas.Need(identity.Viewer) }
func operator() faas.Access      { return faas.Need(identity.Operator) }
func administrator() faas.Access { return faas.Need(identity.Administrator) }

// project reads the project behind a cluster of the path.
func (f *pipelines) project(ctx context.Context, cluster string) (fleet.Project, error) {
	p, err := f.Fleet.Project(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		return p, faas.NoSuchCluster()
	}
	return p, err
}

// InCluster is the cluster of the path. It is exported because huma passes over what is
// embedded and not.
type InCluster struct {
	Cluster string `path:"cluster" maxLength:"60"`
}

func (c InCluster) id() string { return c.Cluster }

// inProject passes on the project behind the cluster of the path. It is compiled once for
// all routes, since its types are pointers.
//
//go:noinline
func inProject[I interface{ id() string }, O any](f *pipelines, handle func(context.Context, fleet.Project, I) (O, error)) func(context.Context, I) (O, error) {
	return func(ctx context.Context, in I) (out O, err error) {
		project, err := f.project(ctx, in.id())
		if err != nil {
			return out, err
		}
		return handle(ctx, project, in)
	}
}

type pageInput struct {
	InCluster
	After string `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}
