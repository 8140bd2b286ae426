package function

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
)

// routeRuntime adds the routes for what a cluster reports about itself. Each part is
// requested separately, so that a failure of one does not affect the others.
func (f *clusters) routeRuntime(api *faas.API) {
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "list-nodes", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/nodes",
		Summary: "Get the cluster's machines and the resources their pods request",
	}, f.nodes)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "list-warnings", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/warnings",
		Summary: "Get the cluster's recent warnings",
	}, f.warnings)
}

// running opens a cluster that Ocim knows.
func (f *clusters) running(ctx context.Context, cluster string) (*gateway.Cluster, error) {
	project, err := f.project(ctx, cluster)
	if err != nil {
		return nil, err
	}
	return f.Open(ctx, project)
}

type nodesOutput struct{ Body clusterfn.NodeList }

func (f *clusters) nodes(ctx context.Context, in *getClusterInput) (*nodesOutput, error) {
	cluster, err := f.running(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	list, err := cluster.Nodes(ctx)
	return &nodesOutput{list}, err
}

type warningsOutput struct{ Body clusterfn.EventList }

func (f *clusters) warnings(ctx context.Context, in *getClusterInput) (*warningsOutput, error) {
	cluster, err := f.running(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	list, err := cluster.Events(ctx, "")
	return &warningsOutput{list}, err
}
