package function

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/usage"
	"github.com/open-craft/ocim/shared/views"
)

// Store is the fleet's records as far as this function needs them.
type Store interface {
	fleetview.Records
	ClusterFiles(ctx context.Context, cluster string) (fleet.Files, error)
	Health(ctx context.Context, project string) (fleet.ProjectHealth, error)
	Observation(ctx context.Context, project string) (fleet.Observation, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	ProjectHealths(ctx context.Context) (map[string]fleet.ProjectHealth, error)
	Projects(ctx context.Context) ([]fleet.Project, error)
	RemoveView(ctx context.Context, v views.View) error
	SaveView(ctx context.Context, v views.View) error
	SetDefaultView(ctx context.Context, user, id string) error
	SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error)
	View(ctx context.Context, user, id string) (views.View, error)
	Views(ctx context.Context, user string) (views []views.View, byDefault string, err error)
}

// Deps is what the function needs.
type Deps struct {
	API      faas.Options
	Fleet    Store
	Segments *fleetview.Segments
	Activity *activity.Log
	Projects *projects.Service
	Usage    *usage.Service
	Notify   *notify.Service
	// Sync reads a project that was just added or changed.
	Sync func(ctx context.Context, project string) error
	// Open gives what runs inside a project's cluster.
	Open  func(ctx context.Context, project fleet.Project) (*gateway.Cluster, error)
	NewID func() string
	Now   func() time.Time
}

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title, deps.API.Changes = "Clusters", deps.Segments.Changes
	api := faas.NewAPI(deps.API)
	f := &clusters{Deps: deps, replica: fleetview.NewReplica(deps.Segments), ages: fleetview.NewStalenessCache(deps.Fleet, deps.Now)}
	f.routeFleet(api)
	f.routeRuntime(api)
	f.routeProjects(api)
	f.routeUsage(api)
	f.routeViews(api)
	f.routeNotifications(api)
	return api
}

type clusters struct {
	Deps
	replica *fleetview.Replica
	ages    *fleetview.StalenessCache
}

func (f *clusters) routeFleet(api *faas.API) {
	seen := faas.NeedSomewhere(identity.Viewer)
	faas.Register(api, seen, huma.Operation{
		OperationID: "list-instances", Method: http.MethodGet, Path: "/v1/instances",
		Summary: "Find instances in the whole fleet",
	}, f.listInstances)
	faas.Register(api, seen, huma.Operation{
		OperationID: "suggest-settings", Method: http.MethodGet, Path: "/v1/settings",
		Summary: "Complete the keys of settings, or the values of one, as the fleet has them",
	}, f.suggestSettings)
	faas.Register(api, seen, huma.Operation{
		OperationID: "list-clusters", Method: http.MethodGet, Path: "/v1/clusters",
		Summary: "List the clusters with the names of their instances",
	}, f.listClusters)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "get-cluster", Method: http.MethodGet, Path: "/v1/clusters/{cluster}",
		Summary: "Show a cluster with its facts, files and links",
	}, f.getCluster)
	faas.Register(api, seen, huma.Operation{
		OperationID: "get-overview", Method: http.MethodGet, Path: "/v1/overview",
		Summary: "Show the fleet at a glance: counts, what needs attention and why, what runs, what happened",
	}, f.getOverview)
	faas.Register(api, seen, huma.Operation{
		OperationID: "list-activity", Method: http.MethodGet, Path: "/v1/activity",
		Summary: "List what happened in the fleet, newest first",
	}, f.listActivity)
}

func (f *clusters) routeProjects(api *faas.API) {
	admin := faas.Need(identity.Administrator)
	faas.Register(api, faas.NeedSomewhere(identity.Operator), huma.Operation{
		OperationID: "list-projects", Method: http.MethodGet, Path: "/v1/projects",
		Metadata: map[string]any{faas.Polled: faas.Poll{Scope: func(*http.Request) string { return "" }, Also: f.contacts, Lags: true}},
		Summary:  "List the GitLab projects with the health of token, webhook and sync",
	}, f.listProjects)
	faas.Register(api, admin, huma.Operation{
		OperationID: "add-project", Method: http.MethodPost, Path: "/v1/projects", DefaultStatus: http.StatusCreated,
		Summary: "Add a GitLab project and read it for the first time",
	}, f.addProject)
	faas.Register(api, admin, huma.Operation{
		OperationID: "check-new-project", Method: http.MethodPost, Path: "/v1/projects/check",
		Metadata: map[string]any{faas.Cost: faas.AsksGitLab},
		Summary:  "Check whether a GitLab project can be added; nothing is kept",
	}, f.checkNewProject)
	faas.Register(api, faas.Need(identity.Operator), huma.Operation{
		OperationID: "get-project", Method: http.MethodGet, Path: "/v1/projects/{cluster}",
		Metadata: map[string]any{faas.Polled: faas.Poll{Scope: faas.ScopeOfPath, Also: faas.AlsoOfPath(f.ages.ContactTag), Lags: true}},
		Summary:  "Show a GitLab project with its health and what is overridden",
	}, f.getProject)
	faas.Register(api, faas.Need(identity.Operator), huma.Operation{
		OperationID: "override-project", Method: http.MethodPatch, Path: "/v1/projects/{cluster}",
		Summary: "Set facts and links of a cluster by hand, or leave them to the repository again",
	}, f.overrideProject)
	faas.Register(api, admin, huma.Operation{
		OperationID: "remove-project", Method: http.MethodDelete, Path: "/v1/projects/{cluster}",
		Summary: "Remove a project from Ocim only",
	}, f.removeProject)
	faas.Register(api, faas.Need(identity.Operator), huma.Operation{
		OperationID: "check-project", Method: http.MethodPost, Path: "/v1/projects/{cluster}/check",
		Metadata: map[string]any{faas.Cost: faas.AsksGitLab},
		Summary:  "Check a project with the credentials it has",
	}, f.checkProject)
	faas.Register(api, admin, huma.Operation{
		OperationID: "update-credentials", Method: http.MethodPut, Path: "/v1/projects/{cluster}/credentials",
		Summary: "Replace credentials of a project; what is absent stays",
	}, f.updateCredentials)
	faas.Register(api, admin, huma.Operation{
		OperationID: "rotate-credential", Method: http.MethodPost, Path: "/v1/projects/{cluster}/rotate",
		Summary: "Make a new webhook secret or deploy key and install it at GitLab",
	}, f.rotateCredential)
}

func (f *clusters) routeViews(api *faas.API) {
	seen := faas.NeedSomewhere(identity.Viewer)
	faas.Register(api, seen, huma.Operation{
		OperationID: "list-views", Method: http.MethodGet, Path: "/v1/views",
		Summary: "List one's own and the shared views of the list of instances",
	}, f.listViews)
	faas.Register(api, seen, huma.Operation{
		OperationID: "add-view", Method: http.MethodPost, Path: "/v1/views", DefaultStatus: http.StatusCreated,
		Summary: "Keep a view",
	}, f.addView)
	faas.Register(api, seen, huma.Operation{
		OperationID: "replace-view", Method: http.MethodPut, Path: "/v1/views/{view}",
		Summary: "Replace a view",
	}, f.replaceView)
	faas.Register(api, seen, huma.Operation{
		OperationID: "remove-view", Method: http.MethodDelete, Path: "/v1/views/{view}", DefaultStatus: http.StatusNoContent,
		Summary: "Remove a view",
	}, f.removeView)
}
