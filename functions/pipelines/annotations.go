package function

import (
	"context"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
)

func (f *pipelines) annotationRoutes(api *faas.API) {
	const cluster = "/v1/clusters/{cluster}"
	faas.Register(api, operator(), route(http.MethodPut, cluster+"/annotation", "set-cluster-annotation", "Replace the note, the tags and the site check of a cluster"), inProject(f, f.annotateCluster))
	faas.Register(api, operator(), route(http.MethodPut, cluster+"/instances/{instance}/annotation", "set-annotation", "Replace the note, the tags, the contacts and the site check of an instance"), inProject(f, f.annotateInstance))
}

type annotationInput struct {
	InCluster
	Body fleet.Annotation
}

func (f *pipelines) annotateCluster(ctx context.Context, project fleet.Project, in *annotationInput) (*body[fleet.Annotation], error) {
	return answer(f.Policy.Annotate(ctx, project, "", in.Body, faas.ActorFrom(ctx)))
}

type instanceAnnotationInput struct {
	InCluster
	Instance string `path:"instance" minLength:"1" maxLength:"60"`
	Body     fleet.Annotation
}

func (f *pipelines) annotateInstance(ctx context.Context, project fleet.Project, in *instanceAnnotationInput) (*body[fleet.Annotation], error) {
	return answer(f.Policy.Annotate(ctx, project, in.Instance, in.Body, faas.ActorFrom(ctx)))
}
