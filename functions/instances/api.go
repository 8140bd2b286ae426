package function

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/redact"
)

// Store is the fleet's records as far as this function needs them.
type Store interface {
	fleetview.Records
	InstancePage(ctx context.Context, cluster, instance string) (fleet.Page, error)
	JobReports(ctx context.Context, cluster, instance string) ([]fleet.JobReport, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error)
	Usage(ctx context.Context, cluster, instance, from, to string) ([]fleet.UsagePoint, error)
	UsageState(ctx context.Context, project string) (fleet.UsageState, error)
}

// Deps is what the function needs.
type Deps struct {
	API      faas.Options
	Fleet    Store
	Segments *fleetview.Segments
	// Sync reads a project again.
	Sync func(ctx context.Context, project string) error
	// Observe asks a project's cluster again what runs.
	Observe func(ctx context.Context, project string) error
	// Visit checks again whether an instance's site answers.
	Visit func(ctx context.Context, project, instance string) error
	// Collect asks a project's cluster again who uses it; usage.ErrNoReport when it has
	// no report.
	Collect func(ctx context.Context, project string) error
	// Deployed finds what an instance was deployed with last, by asking GitLab.
	Deployed func(ctx context.Context, project fleet.Project, instance string) (operation.Deployed, error)
	// Open gives what runs inside a project's cluster.
	Open func(ctx context.Context, project fleet.Project) (*gateway.Cluster, error)
	// Redact gives what masks the secrets of instances in logs.
	Redact func(ctx context.Context, project fleet.Project, instances []string, commits ...string) (*redact.Redactor, error)
	// Viewed records that someone read a log.
	Viewed func(ctx context.Context, by audit.Actor, action, target string) error
	Now    func() time.Time
}

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title, deps.API.Changes = "Instances", deps.Segments.Changes
	api := faas.NewAPI(deps.API)
	f := &instances{Deps: deps, cache: fleetview.NewChunkCache(deps.Segments), ages: fleetview.NewStalenessCache(deps.Fleet, deps.Now)}

	show := route(http.MethodGet, instancePath, "get-instance", "Show an instance with its configuration, pipelines and operations")
	show.Metadata = map[string]any{faas.Polled: faas.Poll{Scope: faas.ScopeOfPath, Also: faas.AlsoOfPath(f.ages.ContactTag), Lags: true}}
	faas.Register(api, faas.Need(identity.Viewer), show, f.get)
	again := route(http.MethodPost, instancePath+"/refresh", "refresh-instance", "Ask GitLab, the cluster and its usage report again, then show the instance with how each went")
	again.Metadata = map[string]any{faas.Cost: faas.AsksGitLab}
	faas.Register(api, faas.Need(identity.Viewer), again, f.refresh)
	f.registerRuntime(api)
	faas.Register(api, faas.Need(identity.Viewer), route(http.MethodGet, instancePath+"/usage", "get-usage", "Show an instance's usage over time"), f.usage)
	faas.Register(api, faas.Need(identity.Viewer), route(http.MethodGet, instancePath+"/drift", "get-drift", "Compare what runs in the cluster with the configuration"), f.drift)
	return api
}

const instancePath = "/v1/clusters/{cluster}/instances/{instance}"

// route is an operation of the API.
func route(method, path, id, summary string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary}
}

type instances struct {
	Deps
	cache *fleetview.ChunkCache
	ages  *fleetview.StalenessCache
}

// body is an answer that is nothing but a body.
type body[T any] struct{ Body T }

func answer[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

type instanceInput struct {
	Cluster  string `path:"cluster" maxLength:"60"`
	Instance string `path:"instance" maxLength:"100"`
}

// InstanceDetails is all that the page of an instance shows. It is exported because
// huma passes over what is embedded and not.
type InstanceDetails struct {
	Instance   fleet.Instance    `json:"instance"`
	Files      *fleet.Files      `json:"files,omitempty" doc:"Its configuration; absent while it is not in git"`
	Details    grove.Details     `json:"details" doc:"What its configuration says of it"`
	Pipelines  []fleet.Pipeline  `json:"pipelines" doc:"The newest ones about it, without their jobs"`
	Operations []fleet.Operation `json:"operations" doc:"The newest ones about it"`
	Sync       fleet.SyncState   `json:"sync" doc:"How old all this is"`
	ObservedAt time.Time         `json:"observedAt,omitzero" doc:"When its cluster last reported its health"`
}

// project reads the project behind a cluster of the path.
func (f *instances) project(ctx context.Context, cluster string) (fleet.Project, error) {
	p, err := f.Fleet.Project(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		err = faas.NoSuchCluster()
	}
	return p, err
}

// row finds an instance.
func (f *instances) row(ctx context.Context, cluster, instance string) (*fleet.Row, error) {
	chunk, err := f.cache.Chunk(ctx, cluster, instance)
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

// withSharedHosts shows at a file which of its hosts another instance has, too: that changes
// with the fleet, not with the file.
func withSharedHosts(files *fleet.Files, row *fleet.Row) *fleet.Files {
	if files == nil || len(grove.SharedHosts(*row)) == 0 {
		return files
	}
	out := fleet.Files{Commit: files.Commit, Files: slices.Clone(files.Files)}
	for i := range out.Files {
		file := &out.Files[i]
		for _, p := range row.Instance.Problems {
			if p.Host != "" && p.File == file.Path {
				file.Problems = append(slices.Clone(file.Problems), p)
			}
		}
	}
	return &out
}

func (f *instances) get(ctx context.Context, in *instanceInput) (*body[InstanceDetails], error) {
	contact, err := f.ages.LastContact(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	row, err := f.row(ctx, in.Cluster, in.Instance)
	if err != nil {
		return nil, err
	}
	page, err := f.Fleet.InstancePage(ctx, in.Cluster, in.Instance)
	if err != nil {
		return nil, err
	}
	var details grove.Details
	if page.Files != nil {
		details = grove.DetailsOf(page.Files.Files)
	}
	return answer(InstanceDetails{
		Instance: row.Instance, Files: withSharedHosts(page.Files, row), Details: details, Pipelines: page.Pipelines, Operations: page.Operations,
		Sync: contact.Sync, ObservedAt: contact.ObservedAt,
	}, nil)
}
