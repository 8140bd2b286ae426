package function

import (
	"context"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/operation"
)

func (f *pipelines) instanceRoutes(api *faas.API) {
	const base = "/v1/clusters/{cluster}/instances/{instance}"
	faas.Register(api, viewer(), polled(route(http.MethodGet, base+"/operations", "list-instance-operations", "List an instance's operations, newest first"), faas.ScopeOfPath), inProject(f, f.history))
	faas.Register(api, viewer(), asking(route(http.MethodGet, base+"/configuration", "get-instance-configuration", "Read an instance's current files from GitLab for editing")), inProject(f, f.configuration))
	faas.Register(api, viewer(), asking(route(http.MethodGet, base+"/undeployed", "get-undeployed-changes", "List the commits to an instance that no pipeline has deployed yet")), inProject(f, f.undeployed))
	faas.Register(api, operator(), route(http.MethodPut, "/v1/clusters/{cluster}/annotation", "set-cluster-annotation", "Replace the note, the tags and the site check of a cluster"), inProject(f, f.annotateCluster))
	faas.Register(api, operator(), route(http.MethodPut, base+"/annotation", "set-annotation", "Replace the note, the tags, the contacts and the site check of an instance"), inProject(f, f.annotateInstance))
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), route(http.MethodGet, "/v1/key-effects", "list-key-effects", "List the known keys: what they hold and what changing them causes"), f.keyEffects)
}

type historyInput struct {
	InCluster
	Instance string `path:"instance" maxLength:"60"`
	After    string `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
}

func (f *pipelines) history(ctx context.Context, _ fleet.Project, in *historyInput) (*body[operationList], error) {
	list, next, err := f.Fleet.InstanceHistory(ctx, in.Cluster, in.Instance, in.After, in.Limit)
	return answer(operationList{Operations: list, Next: next}, err)
}

type configurationInput struct {
	InCluster
	Instance string `path:"instance" maxLength:"60"`
	Commit   string `query:"commit" maxLength:"64" doc:"Commit to read at; empty is the newest"`
}

func (f *pipelines) configuration(ctx context.Context, project fleet.Project, in *configurationInput) (*body[fleet.Files], error) {
	return answer(f.Operations.Configuration(ctx, project, in.Instance, in.Commit))
}

type undeployedInput struct {
	InCluster
	Instance string `path:"instance" maxLength:"60"`
}

func (f *pipelines) undeployed(ctx context.Context, project fleet.Project, in *undeployedInput) (*body[operation.Undeployed], error) {
	return answer(f.Operations.Undeployed(ctx, project, in.Instance))
}

type keyEffectsInput struct {
	Tutor string `query:"tutor" maxLength:"60" doc:"Version of Tutor, as instances have it; absent is the newest" example:"20.0.1"`
}

type keyEffectsOutput struct {
	Body struct {
		Keys    []openedx.Key        `json:"keys" doc:"The first row that a key of a file fits is its row"`
		Effects []openedx.EffectText `json:"effects" doc:"What an effect is, the costliest first"`
	}
}

func (f *pipelines) keyEffects(_ context.Context, in *keyEffectsInput) (*keyEffectsOutput, error) {
	out := new(keyEffectsOutput)
	out.Body.Keys, out.Body.Effects = openedx.KeysOf(openedx.TutorMajor(in.Tutor)), openedx.EffectTexts()
	return out, nil
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
