package function

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/operation"
)

// Deps is what the function needs.
type Deps struct {
	API        faas.Options
	Fleet      *fleet.Store
	Operations *operation.Service
	// Pipeline asks GitLab for a pipeline with its jobs.
	Pipeline func(ctx context.Context, project fleet.Project, id int64) (fleet.Pipeline, error)
}

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title = "Pipelines"
	api := faas.NewAPI(deps.API)
	f := &pipelines{deps}

	faas.Register(api, faas.Need(identity.Operator), huma.Operation{
		OperationID: "start-operation", Method: http.MethodPost, Path: "/v1/clusters/{cluster}/operations",
		DefaultStatus: http.StatusAccepted, Summary: "Start an operation",
	}, f.start)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "list-operations", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/operations",
		Summary: "List the cluster's operations, newest first",
	}, f.listOperations)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "get-operation", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/operations/{operation}",
		Summary: "Show an operation with its pipelines",
	}, f.getOperation)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "list-pipelines", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/pipelines",
		Summary: "List the cluster's pipelines, newest first",
	}, f.listPipelines)
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "get-pipeline", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/pipelines/{pipeline}",
		Summary: "Show a pipeline with its jobs as GitLab has them now",
	}, f.getPipeline)
	return api
}

type pipelines struct{ Deps }

// project reads the project behind a cluster of the path.
func (f *pipelines) project(ctx context.Context, cluster string) (fleet.Project, error) {
	p, err := f.Fleet.Project(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		return p, faas.NoSuchCluster()
	}
	return p, err
}

type startInput struct {
	Cluster        string `path:"cluster" maxLength:"60"`
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"100" pattern:"^[A-Za-z0-9_-]+$" doc:"Chosen by the caller; the same key never starts a second operation"`
	Body           struct {
		Kind      string         `json:"kind" enum:"create"`
		Instance  string         `json:"instance" minLength:"1" maxLength:"49" doc:"Name of the instance"`
		Overrides map[string]any `json:"overrides,omitempty" doc:"Tutor and Grove keys, upper case, to values of any type"`
		Reason    string         `json:"reason,omitempty" maxLength:"500" doc:"Why, for the history"`
	}
}

type startOutput struct {
	Status int
	Body   fleet.Operation
}

func (f *pipelines) start(ctx context.Context, in *startInput) (*startOutput, error) {
	project, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	overrides := map[string]json.RawMessage{}
	for key, value := range in.Body.Overrides {
		if overrides[key], err = json.Marshal(value); err != nil {
			return nil, fault.InvalidField("overrides."+key, "cannot be written as JSON")
		}
	}
	op, created, err := f.Operations.Create(ctx, project, operation.CreateRequest{
		Cluster: in.Cluster, Instance: in.Body.Instance, Overrides: overrides, Reason: in.Body.Reason,
		RequestedBy: faas.PrincipalFrom(ctx).Email, Key: in.IdempotencyKey,
	})
	if err != nil {
		return nil, err
	}
	out := &startOutput{Status: http.StatusAccepted, Body: op}
	if !created {
		out.Status = http.StatusOK
	}
	return out, nil
}

type pageInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	After   string `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type listOperationsOutput struct {
	Body operationList
}

type operationList struct {
	Operations []fleet.Operation `json:"operations"`
	Next       string            `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
}

func (f *pipelines) listOperations(ctx context.Context, in *pageInput) (*listOperationsOutput, error) {
	if _, err := f.project(ctx, in.Cluster); err != nil {
		return nil, err
	}
	list, next, err := f.Fleet.Operations(ctx, in.Cluster, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return &listOperationsOutput{Body: operationList{Operations: list, Next: next}}, nil
}

type getOperationInput struct {
	Cluster   string `path:"cluster" maxLength:"60"`
	Operation string `path:"operation" maxLength:"60"`
}

type getOperationOutput struct {
	Body operationPage
}

// operationPage is an operation with all that is known of its pipelines.
type operationPage struct {
	Operation fleet.Operation  `json:"operation"`
	Pipelines []fleet.Pipeline `json:"pipelines" doc:"In the order they were made: trigger, deploying, child"`
}

func (f *pipelines) getOperation(ctx context.Context, in *getOperationInput) (*getOperationOutput, error) {
	if _, err := f.project(ctx, in.Cluster); err != nil {
		return nil, err
	}
	op, err := f.Fleet.Operation(ctx, in.Cluster, in.Operation)
	if err != nil {
		return nil, err
	}
	page := operationPage{Operation: op, Pipelines: []fleet.Pipeline{}}
	for _, id := range op.Pipelines {
		p, err := f.Fleet.Pipeline(ctx, in.Cluster, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		page.Pipelines = append(page.Pipelines, p)
	}
	return &getOperationOutput{Body: page}, nil
}

type listPipelinesOutput struct {
	Body pipelineList
}

type pipelineList struct {
	Pipelines []fleet.Pipeline `json:"pipelines"`
	Next      string           `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
}

func (f *pipelines) listPipelines(ctx context.Context, in *pageInput) (*listPipelinesOutput, error) {
	if _, err := f.project(ctx, in.Cluster); err != nil {
		return nil, err
	}
	list, next, err := f.Fleet.Pipelines(ctx, in.Cluster, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return &listPipelinesOutput{Body: pipelineList{Pipelines: list, Next: next}}, nil
}

type getPipelineInput struct {
	Cluster  string `path:"cluster" maxLength:"60"`
	Pipeline int64  `path:"pipeline" minimum:"1"`
}

type getPipelineOutput struct {
	Body pipelinePage
}

// pipelinePage is a pipeline with its jobs.
type pipelinePage struct {
	Pipeline fleet.Pipeline   `json:"pipeline"`
	Children []fleet.Pipeline `json:"children" doc:"Pipelines that it started"`
	Stale    string           `json:"stale,omitempty" doc:"Why GitLab could not be asked; the rest is the last known state"`
}

func (f *pipelines) getPipeline(ctx context.Context, in *getPipelineInput) (*getPipelineOutput, error) {
	project, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	known, err := f.Fleet.Pipeline(ctx, in.Cluster, in.Pipeline)
	if err != nil {
		return nil, err
	}
	page := pipelinePage{Pipeline: known}
	if page.Children, err = f.Fleet.ChildrenOf(ctx, known); err != nil {
		return nil, err
	}
	now, err := f.Pipeline(ctx, project, in.Pipeline)
	if err != nil {
		page.Stale = fault.Message(err)
		return &getPipelineOutput{Body: page}, nil
	}
	page.Pipeline = known.With(now)
	return &getPipelineOutput{Body: page}, nil
}
