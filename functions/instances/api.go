package function

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/operation"
)

// Deps is what the function needs.
type Deps struct {
	API   faas.Options
	Fleet *fleet.Store
	// Sync reads a project again.
	Sync func(ctx context.Context, project string) error
	// Observe asks a project's cluster again what runs.
	Observe func(ctx context.Context, project string) error
	// Deployed finds what an instance was deployed with last, by asking GitLab.
	Deployed func(ctx context.Context, project fleet.Project, instance string) (operation.Deployed, error)
	// Open gives what runs inside a project's cluster.
	Open func(ctx context.Context, project fleet.Project) (*clusterfn.Cluster, error)
	Now  func() time.Time
}

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title = "Instances"
	api := faas.NewAPI(deps.API)
	f := &instances{Deps: deps, shelf: fleet.NewShelf(deps.Fleet)}

	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "get-instance", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/instances/{instance}",
		Summary: "Show an instance with its configuration, pipelines and operations",
	}, f.get)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "refresh-instance", Method: http.MethodPost, Path: "/v1/clusters/{cluster}/instances/{instance}/refresh",
		Summary: "Ask GitLab and the cluster again, then show the instance with how either went",
	}, f.refresh)
	f.registerRuntime(api)
	f.registerUsage(api)
	f.registerDrift(api)
	return api
}

type instances struct {
	Deps
	shelf *fleet.Shelf
}

type instanceInput struct {
	Cluster  string `path:"cluster" maxLength:"60"`
	Instance string `path:"instance" maxLength:"100"`
}

type instanceOutput struct {
	Body InstanceDetails
}

// InstanceDetails is all that the page of an instance shows. It is exported because
// huma passes over what is embedded and not.
type InstanceDetails struct {
	Instance   fleet.Instance    `json:"instance"`
	Files      *fleet.Files      `json:"files,omitempty" doc:"Its configuration; absent while it is not in git"`
	Pipelines  []fleet.Pipeline  `json:"pipelines" doc:"The newest ones about it"`
	Operations []fleet.Operation `json:"operations" doc:"The newest ones about it"`
	Sync       fleet.SyncState   `json:"sync" doc:"How old all this is"`
	ObservedAt time.Time         `json:"observedAt,omitzero" doc:"When its cluster last told its health"`
}

const newest = 20 // pipelines and operations on a page

// row finds an instance.
func (f *instances) row(ctx context.Context, cluster, instance string) (*fleet.Row, error) {
	chunk, err := f.shelf.Chunk(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		return nil, faas.NoSuchCluster()
	}
	if err != nil {
		return nil, err
	}
	row := chunk.Row(instance)
	if row == nil {
		return nil, fault.New(fault.NotFound, "There is no instance %q in this cluster.", instance)
	}
	return row, nil
}

func (f *instances) get(ctx context.Context, in *instanceInput) (*instanceOutput, error) {
	row, err := f.row(ctx, in.Cluster, in.Instance)
	if err != nil {
		return nil, err
	}
	page := InstanceDetails{Instance: row.Instance}
	if page.Pipelines, _, err = f.Fleet.InstancePipelines(ctx, in.Cluster, in.Instance, "", newest); err != nil {
		return nil, err
	}
	if page.Operations, err = f.Fleet.InstanceOperations(ctx, in.Cluster, in.Instance, newest); err != nil {
		return nil, err
	}
	files, err := f.Fleet.InstanceFiles(ctx, in.Cluster, in.Instance)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		page.Files = &files
	}
	record, err := f.Fleet.SyncRecord(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	seen, err := f.Fleet.Observation(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	page.Sync, page.ObservedAt = record.State, seen.At
	return &instanceOutput{Body: page}, nil
}
