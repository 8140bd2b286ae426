package function

import (
	"context"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
)

func (f *pipelines) annotationRoutes(api *faas.API) {
	const cluster = "/v1/clusters/{cluster}"
	faas.Register(api, operator(), route(http.MethodPut, cluster+"/annotation", "set-cluster-annotation", "Replace the note, the tags and the site check of a cluster"), f.annotateCluster)
	faas.Register(api, operator(), route(http.MethodPut, cluster+"/instances/{instance}/annotation", "set-annotation", "Replace the note, the tags, the contacts and the site check of an instance"), f.annotateInstance)
}

type annotationInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Body    fleet.Annotation
}

func (f *pipelines) annotateCluster(ctx context.Context, in *annotationInput) (*body[fleet.Annotation], error) {
	return f.annotate(ctx, in.Cluster, "", in.Body)
}

type instanceAnnotationInput struct {
	Cluster  string `path:"cluster" maxLength:"60"`
	Instance string `path:"instance" minLength:"1" maxLength:"60"`
	Body     fleet.Annotation
}

func (f *pipelines) annotateInstance(ctx context.Context, in *instanceAnnotationInput) (*body[fleet.Annotation], error) {
	return f.annotate(ctx, in.Cluster, in.Instance, in.Body)
}

func (f *pipelines) annotate(ctx context.Context, cluster, instance string, a fleet.Annotation) (*body[fleet.Annotation], error) {
	project, err := f.project(ctx, cluster)
	if err != nil {
		return nil, err
	}
	return answer(f.Policy.Annotate(ctx, project, instance, a, faas.ActorFrom(ctx)))
}
