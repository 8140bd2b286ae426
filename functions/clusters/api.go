package function

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/enrol"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

// Deps is what the function needs.
type Deps struct {
	API   faas.Options
	Fleet *fleet.Store
	Enrol *enrol.Service
	// Sync reads a project that was just added.
	Sync func(ctx context.Context, project string) error
}

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title = "Clusters"
	api := faas.NewAPI(deps.API)
	f := &clusters{Deps: deps, replica: fleet.NewReplica(deps.Fleet)}

	faas.Register(api, faas.NeedSomewhere(identity.Viewer), huma.Operation{
		OperationID: "list-instances", Method: http.MethodGet, Path: "/v1/instances",
		Summary: "Find instances in the whole fleet",
	}, f.listInstances)
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), huma.Operation{
		OperationID: "list-clusters", Method: http.MethodGet, Path: "/v1/clusters",
		Summary: "List the clusters with the names of their instances",
	}, f.listClusters)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "get-cluster", Method: http.MethodGet, Path: "/v1/clusters/{cluster}",
		Summary: "Show a cluster with its facts, files and links",
	}, f.getCluster)
	faas.Register(api, faas.Need(identity.Administrator), huma.Operation{
		OperationID: "add-project", Method: http.MethodPost, Path: "/v1/projects", DefaultStatus: http.StatusCreated,
		Summary: "Add a GitLab project and read it for the first time",
	}, f.addProject)
	return api
}

type clusters struct {
	Deps
	replica *fleet.Replica
}

type listInstancesInput struct {
	IfNoneMatch string   `header:"If-None-Match"`
	Name        string   `query:"name" maxLength:"100" doc:"Part of the instance's name"`
	Cluster     []string `query:"cluster,explode" maxItems:"100" doc:"Cluster ids"`
	Provider    []string `query:"provider,explode" maxItems:"20"`
	Release     []string `query:"release,explode" maxItems:"50"`
	Lifecycle   []string `query:"lifecycle,explode" maxItems:"4" enum:"pending,active,archived,deleted"`
	Health      []string `query:"health,explode" maxItems:"5" enum:"healthy,progressing,degraded,failed,unknown"`
	Pipeline    []string `query:"pipeline,explode" maxItems:"20" doc:"Statuses of the latest pipeline; none is without one"`
	Setting     []string `query:"setting,explode" maxItems:"10" doc:"KEY, KEY=value, KEY~text or free text over the configuration"`
	Problems    bool     `query:"problems" doc:"Only instances whose files have problems"`
	Sort        string   `query:"sort" enum:"name,cluster,release,health,pipeline,changed" default:"name"`
	Descending  bool     `query:"descending"`
	After       string   `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit       int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listInstancesOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         fleet.InstancePage
}

func (f *clusters) listInstances(ctx context.Context, in *listInstancesInput) (*listInstancesOutput, error) {
	filter, err := in.filter(faas.PrincipalFrom(ctx))
	if err != nil {
		return nil, err
	}
	snapshot, err := f.replica.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	etag := revisionTag(ctx, snapshot.Revision)
	if err := faas.NotModified(in.IfNoneMatch, etag); err != nil {
		return nil, err
	}
	page, err := snapshot.Find(filter, fleet.Order{By: in.Sort, Descending: in.Descending}, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return &listInstancesOutput{ETag: etag, CacheControl: revalidate, Body: page}, nil
}

func (in *listInstancesInput) filter(who identity.Principal) (fleet.Filter, error) {
	filter := fleet.Filter{
		Visible: who.Sees, Name: in.Name, Clusters: in.Cluster, Providers: in.Provider, Releases: in.Release,
		Lifecycles: as[fleet.Lifecycle](in.Lifecycle), Healths: as[fleet.Health](in.Health),
		Pipelines: in.Pipeline, Broken: in.Problems,
	}
	for i, s := range in.Setting {
		term, err := fleet.ParseSetting(s)
		if err != nil {
			return filter, fault.InvalidField(fmt.Sprintf("setting[%d]", i), "%s", fault.Message(err))
		}
		filter.Settings = append(filter.Settings, term)
	}
	return filter, nil
}

func as[T ~string](in []string) []T {
	out := make([]T, len(in))
	for i, s := range in {
		out[i] = T(s)
	}
	return out
}

// revalidate lets a browser keep an answer but ask each time whether it holds.
const revalidate = "private, no-cache"

// revisionTag tags what a person may see of a revision: a change of their grants
// changes it too.
func revisionTag(ctx context.Context, revision int64) string {
	who := faas.PrincipalFrom(ctx)
	return faas.ETag(strconv.FormatInt(revision, 36) + "-" + who.Grants.Fingerprint())
}

type listClustersInput struct {
	IfNoneMatch string `header:"If-None-Match"`
}

type listClustersOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         clusterTree
}

type clusterTree struct {
	Clusters []clusterBranch `json:"clusters"`
	Revision int64           `json:"revision"`
}

// clusterBranch is a cluster as the sidebar shows it.
type clusterBranch struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Provider  string         `json:"provider,omitempty"`
	Pipeline  string         `json:"pipeline,omitempty" doc:"Status of the cluster's latest pipeline"`
	Problems  int            `json:"problems" doc:"Problems in the cluster's own files"`
	Instances []instanceLeaf `json:"instances"`
}

// instanceLeaf is an instance as the sidebar shows it.
type instanceLeaf struct {
	Name      string          `json:"name"`
	Lifecycle fleet.Lifecycle `json:"lifecycle" enum:"pending,active,archived,deleted"`
	Health    fleet.Health    `json:"health" enum:"healthy,progressing,degraded,failed,unknown"`
	Pipeline  string          `json:"pipeline,omitempty" doc:"Status of the latest pipeline"`
	Problems  bool            `json:"problems"`
}

func (f *clusters) listClusters(ctx context.Context, in *listClustersInput) (*listClustersOutput, error) {
	snapshot, err := f.replica.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	etag := revisionTag(ctx, snapshot.Revision)
	if err := faas.NotModified(in.IfNoneMatch, etag); err != nil {
		return nil, err
	}
	who := faas.PrincipalFrom(ctx)
	tree := clusterTree{Clusters: []clusterBranch{}, Revision: snapshot.Revision}
	for _, chunk := range snapshot.Chunks {
		if who.Sees(chunk.Cluster.ID) {
			tree.Clusters = append(tree.Clusters, branch(chunk))
		}
	}
	return &listClustersOutput{ETag: etag, CacheControl: revalidate, Body: tree}, nil
}

func branch(chunk *fleet.Chunk) clusterBranch {
	c := chunk.Cluster
	b := clusterBranch{
		ID: c.ID, Name: c.Name, Provider: c.Provider, Pipeline: status(c.Pipeline), Problems: len(c.Problems),
		Instances: make([]instanceLeaf, len(chunk.Rows)),
	}
	for i, row := range chunk.Rows {
		in := row.Instance
		b.Instances[i] = instanceLeaf{
			Name: in.Name, Lifecycle: in.Lifecycle, Health: in.Health.State, Pipeline: status(in.Pipeline), Problems: len(in.Problems) > 0,
		}
	}
	return b
}

func status(p *fleet.PipelineSummary) string {
	if p == nil {
		return ""
	}
	return string(p.Status)
}

type getClusterInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
}

type getClusterOutput struct {
	Body clusterPage
}

// clusterPage is all that the page of a cluster shows of itself.
type clusterPage struct {
	Cluster   fleet.Cluster    `json:"cluster"`
	Files     *fleet.Files     `json:"files,omitempty" doc:"The cluster's own files; absent before the first sync"`
	Instances []fleet.Instance `json:"instances"`
}

func (f *clusters) getCluster(ctx context.Context, in *getClusterInput) (*getClusterOutput, error) {
	project, err := f.Fleet.Project(ctx, in.Cluster)
	if fault.Is(err, fault.NotFound) {
		return nil, faas.NoSuchCluster()
	}
	if err != nil {
		return nil, err
	}
	page := clusterPage{Cluster: fleet.Unread(project), Instances: []fleet.Instance{}}
	chunk, err := f.Fleet.Chunk(ctx, in.Cluster)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		page.Cluster = chunk.Cluster
		for _, row := range chunk.Rows {
			page.Instances = append(page.Instances, row.Instance)
		}
	}
	record, err := f.Fleet.SyncRecord(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	page.Cluster.Sync = record.State
	files, err := f.Fleet.ClusterFiles(ctx, in.Cluster)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		page.Files = &files
	}
	return &getClusterOutput{Body: page}, nil
}

type addProjectInput struct {
	Body struct {
		GitLabURL       string       `json:"gitlabUrl" maxLength:"300" doc:"Root of the GitLab server" example:"https://gitlab.com"`
		Project         string       `json:"project" minLength:"1" maxLength:"300" doc:"Numeric id or path" example:"grove/campus-aws"`
		APIToken        secret.Value `json:"apiToken" doc:"Token with the api scope; never given out again"`
		TriggerToken    secret.Value `json:"triggerToken" doc:"Pipeline trigger token; never given out again"`
		GatewayURL      string       `json:"gatewayUrl,omitempty" maxLength:"300" doc:"OpenFaaS gateway of the cluster"`
		GatewayUser     secret.Value `json:"gatewayUser,omitempty"`
		GatewayPassword secret.Value `json:"gatewayPassword,omitempty"`
	}
}

type addProjectOutput struct {
	Body struct {
		Project fleet.Project `json:"project"`
		Warning string        `json:"warning,omitempty" doc:"What still needs a hand, with its cure"`
	}
}

// firstSync is how long adding waits for the first sync; the schedule goes on
// with what takes longer.
const firstSync = 20 * time.Second

func (f *clusters) addProject(ctx context.Context, in *addProjectInput) (*addProjectOutput, error) {
	b := in.Body
	project, warning, err := f.Enrol.Add(ctx, enrol.Request{
		GitLabURL: b.GitLabURL, Project: b.Project, APIToken: b.APIToken, TriggerToken: b.TriggerToken,
		GatewayURL: b.GatewayURL, GatewayUser: b.GatewayUser, GatewayPassword: b.GatewayPassword,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, firstSync)
	defer cancel()
	if err := f.Sync(ctx, project.ID); err != nil && warning == "" {
		warning = "The first sync has not finished: " + fault.Message(err)
	}
	out := new(addProjectOutput)
	out.Body.Project, out.Body.Warning = project, warning
	return out, nil
}
