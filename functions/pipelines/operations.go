package function

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/operation"
)

func (f *pipelines) operationRoutes(api *faas.API) {
	const base = "/v1/clusters/{cluster}/operations"
	start := route(http.MethodPost, base, "start-operation", "Start an operation")
	start.DefaultStatus = http.StatusAccepted
	faas.Register(api, operator(), start, inProject(f, f.start))
	faas.Register(api, operator(), asking(route(http.MethodPost, base+"/preview", "preview-operation", "Show what an operation would do, without doing it")), inProject(f, f.preview))
	faas.Register(api, viewer(), polled(route(http.MethodGet, base, "list-operations", "List the cluster's operations, newest first"), faas.ScopeOfPath), inProject(f, f.listOperations))
	faas.Register(api, viewer(), polled(route(http.MethodGet, base+"/{operation}", "get-operation", "Show an operation with its changes and pipelines"), faas.ScopeOfPath), inProject(f, f.getOperation))
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), polled(route(http.MethodGet, "/v1/queue", "list-queue", "List running and queued operations by cluster, in order"), queueScope), f.queue)
	faas.Register(api, operator(), route(http.MethodPost, base+"/{operation}/resume", "resume-operation", "Send a waiting operation now; takes it over when its requester lost the role"), inProject(f, f.resume))
	faas.Register(api, operator(), route(http.MethodPost, base+"/{operation}/withdraw", "withdraw-operation", "Withdraw a queued operation"), inProject(f, f.withdraw))
}

// OperationRequest is the operation that a caller requests.
type OperationRequest operation.Request

// by returns the request as the caller makes it, if they may.
func (w OperationRequest) by(ctx context.Context, cluster string) (operation.Request, error) {
	w.By = faas.ActorFrom(ctx)
	if w.Overrides == nil { // the fingerprints of stored requests have it so
		w.Overrides = map[string]json.RawMessage{}
	}
	return operation.Request(w), requireRoleFor(ctx, w.Kind, cluster)
}

type startInput struct {
	InCluster
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"100" pattern:"^[A-Za-z0-9_-]+$" doc:"Chosen by the caller; the same key never starts a second operation"`
	Body           struct {
		OperationRequest
		PreviewHash string `json:"previewHash" minLength:"1" maxLength:"64" doc:"Hash of the preview that was confirmed; the request fails if the operation would send anything else"`
		Confirm     string `json:"confirm,omitempty" maxLength:"60" doc:"Typed to confirm: the instance's name for delete, the cluster's id for reprovision"`
	}
}

type startOutput struct {
	Status int
	Body   fleet.Operation
}

func (f *pipelines) start(ctx context.Context, project fleet.Project, in *startInput) (*startOutput, error) {
	req, err := in.Body.by(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	req.Key, req.PreviewHash, req.Confirm = in.IdempotencyKey, in.Body.PreviewHash, in.Body.Confirm
	op, created, err := f.Operations.Start(ctx, project, req)
	if err != nil {
		return nil, err
	}
	out := &startOutput{Status: http.StatusAccepted, Body: op}
	if !created {
		out.Status = http.StatusOK
	}
	return out, nil
}

type previewInput struct {
	InCluster
	Body OperationRequest
}

func (f *pipelines) preview(ctx context.Context, project fleet.Project, in *previewInput) (*body[operation.Preview], error) {
	req, err := in.Body.by(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	return answer(f.Operations.Preview(ctx, project, req))
}

type operationList struct {
	Operations []fleet.Operation `json:"operations"`
	Next       string            `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
}

func (f *pipelines) listOperations(ctx context.Context, _ fleet.Project, in *pageInput) (*body[operationList], error) {
	list, next, err := f.Fleet.Operations(ctx, in.Cluster, in.After, in.Limit)
	return answer(operationList{Operations: list, Next: next}, err)
}

type queueInput struct {
	Cluster string `query:"cluster" maxLength:"60" doc:"Only of this cluster"`
}

type queueOutput struct {
	Body struct {
		Operations []fleet.Operation `json:"operations" doc:"Of each cluster, the one that is next first"`
	}
}

// queueScope is the cluster that a queue is requested of, or the whole fleet.
func queueScope(r *http.Request) string { return r.URL.Query().Get("cluster") }

// queue lists what has not ended in the clusters that the caller sees.
func (f *pipelines) queue(ctx context.Context, in *queueInput) (*queueOutput, error) {
	projects, err := f.Fleet.Projects(ctx)
	if err != nil {
		return nil, err
	}
	caller := faas.PrincipalFrom(ctx)
	out := new(queueOutput)
	out.Body.Operations = []fleet.Operation{}
	for _, p := range projects {
		if in.Cluster != "" && p.ID != in.Cluster || !caller.Sees(p.ID) {
			continue
		}
		open, err := f.Fleet.OpenOperations(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		out.Body.Operations = append(out.Body.Operations, open...)
	}
	return out, nil
}

type operationInput struct {
	InCluster
	Operation string `path:"operation" maxLength:"60"`
}

// operationPage is an operation with all that is known of it.
type operationPage struct {
	Operation fleet.Operation        `json:"operation"`
	Files     []fleet.FileChange     `json:"files" doc:"What it changes in git, secrets masked"`
	Effects   []openedx.Effect       `json:"effects" doc:"What it causes"`
	Pipelines []fleet.Pipeline       `json:"pipelines" doc:"In the order they were made: trigger, deploying, child"`
	Actions   []fleet.PipelineAction `json:"actions" doc:"What people did to these pipelines, oldest first"`
	Estimate  *operation.Estimate    `json:"estimate,omitempty" doc:"How far it is; absent once it has ended"`
	Ahead     int                    `json:"ahead" doc:"Operations of the cluster that it waits for"`
}

func (f *pipelines) getOperation(ctx context.Context, _ fleet.Project, in *operationInput) (*body[operationPage], error) {
	op, err := f.Fleet.Operation(ctx, in.Cluster, in.Operation)
	if err != nil {
		return nil, err
	}
	page := operationPage{Operation: op, Pipelines: []fleet.Pipeline{}, Actions: []fleet.PipelineAction{}}
	detail, err := f.Fleet.OperationDetail(ctx, in.Cluster, op.DeploymentID)
	if err != nil {
		return nil, err
	}
	page.Files = append([]fleet.FileChange{}, detail.Files...)
	release := ""
	if chunk, err := f.Fleet.Rows(ctx, in.Cluster, op.Instance); err == nil {
		if row := chunk.Row(op.Instance); row != nil {
			release = row.Instance.Release
		}
	}
	page.Effects = openedx.Effects(op.Kind, page.Files, openedx.TutorMajor(release))
	for _, id := range op.Pipelines {
		p, err := f.Fleet.Pipeline(ctx, in.Cluster, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		page.Pipelines = append(page.Pipelines, p)
		actions, err := f.Fleet.PipelineActions(ctx, in.Cluster, id)
		if err != nil {
			return nil, err
		}
		page.Actions = append(page.Actions, actions...)
	}
	if page.Estimate, err = f.Operations.EstimateOf(ctx, op); err != nil {
		return nil, err
	}
	if page.Estimate != nil && page.Estimate.Holds > 0 {
		faas.HoldFor(ctx, page.Estimate.Holds)
	}
	if op.State == fleet.Requested {
		page.Ahead, err = f.ahead(ctx, op)
	}
	return answer(page, err)
}

// ahead counts the operations that a waiting one waits for.
func (f *pipelines) ahead(ctx context.Context, op fleet.Operation) (int, error) {
	open, err := f.Fleet.OpenOperations(ctx, op.Cluster)
	n := 0
	for _, o := range open {
		if o.ID < op.ID {
			n++
		}
	}
	return n, err
}

func (f *pipelines) resume(ctx context.Context, project fleet.Project, in *operationInput) (*body[fleet.Operation], error) {
	waiting, err := f.Fleet.Operation(ctx, in.Cluster, in.Operation)
	if err != nil {
		return nil, err
	}
	if err := requireRoleFor(ctx, waiting.Kind, in.Cluster); err != nil {
		return nil, err
	}
	return answer(f.Operations.Resume(ctx, project, in.Operation, faas.ActorFrom(ctx)))
}

// requireRoleFor refuses a kind of operation that needs more than the operator role, which
// the routes require.
func requireRoleFor(ctx context.Context, kind fleet.OperationKind, cluster string) error {
	if kind == fleet.Reprovision && !faas.PrincipalFrom(ctx).Allowed(identity.Administrator, cluster) {
		return fault.InvalidField("kind", "Only an administrator may reprovision a cluster.").WithKind(fault.Forbidden)
	}
	return nil
}

func (f *pipelines) withdraw(ctx context.Context, project fleet.Project, in *operationInput) (*body[fleet.Operation], error) {
	op, err := f.Operations.Withdraw(ctx, project, in.Operation, faas.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	if op.Bulk != "" {
		if err := f.Bulks.Advance(ctx); err != nil {
			slog.WarnContext(ctx, "bulk changes not advanced yet", "err", err)
		}
	}
	return answer(op, nil)
}
