package function

import (
	"context"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/policy"
)

func (f *pipelines) dangerRoutes(api *faas.API) {
	const cluster = "/v1/clusters/{cluster}"
	faas.Register(api, viewer(), route(http.MethodGet, cluster+"/protections", "list-protections", "List the cluster's protected instances"), inProject(f, f.protections))
	faas.Register(api, operator(), route(http.MethodPut, cluster+"/instances/{instance}/protection", "set-protection", "Protect an instance from being archived, deleted or reprovisioned"), inProject(f, f.protect))
	faas.Register(api, administrator(), route(http.MethodGet, cluster+"/contract", "get-contract", "Show how Ocim triggers the cluster's Grove operations"), inProject(f, f.contract))
	faas.Register(api, administrator(), route(http.MethodPut, cluster+"/contract", "set-contract", "Change how Ocim triggers the cluster's Grove operations"), inProject(f, f.setContract))
	faas.Register(api, administrator(), route(http.MethodPost, cluster+"/contract/preview", "preview-contract", "Show what each operation would send under a contract, without saving it"), inProject(f, f.tryContract))
}

type protectionsOutput struct {
	Body struct {
		Protections []fleet.Protection `json:"protections"`
	}
}

func (f *pipelines) protections(ctx context.Context, _ fleet.Project, in *InCluster) (*protectionsOutput, error) {
	list, err := f.Fleet.Protected(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := new(protectionsOutput)
	out.Body.Protections = list
	return out, nil
}

type protectInput struct {
	InCluster
	Instance string `path:"instance" maxLength:"60"`
	Body     struct {
		Protected bool   `json:"protected"`
		Reason    string `json:"reason,omitempty" maxLength:"500" doc:"Why, for the history"`
	}
}

func (f *pipelines) protect(ctx context.Context, project fleet.Project, in *protectInput) (*body[fleet.Protection], error) {
	return answer(f.Policy.Protect(ctx, project, in.Instance, in.Body.Protected, in.Body.Reason, faas.ActorFrom(ctx)))
}

// contractPage is a cluster's contract beside the default.
type contractPage struct {
	Contract fleet.Contract  `json:"contract" doc:"What counts: the default with what was changed"`
	Changed  *fleet.Contract `json:"changed,omitempty" doc:"What was changed; absent when it is the default"`
	Default  fleet.Contract  `json:"default"`
	Samples  []policy.Sample `json:"samples" doc:"What each operation would send for an instance called example"`
}

func describeContract(project fleet.Project) (*body[contractPage], error) {
	page := contractPage{Contract: grove.DefaultContract(), Changed: project.Contract, Default: grove.DefaultContract()}
	if c := project.Contract; c != nil {
		page.Contract.AllowReprovision, page.Contract.Routes, page.Contract.Secrets = c.AllowReprovision, grove.RoutesOf(c), c.Secrets
		for kind, m := range c.Operations {
			page.Contract.Operations[kind] = m
		}
	}
	samples, err := policy.TryContract(project, page.Contract)
	if err != nil {
		return nil, err
	}
	page.Samples = samples
	return answer(page, nil)
}

func (f *pipelines) contract(ctx context.Context, project fleet.Project, _ *InCluster) (*body[contractPage], error) {
	return describeContract(project)
}

type contractInput struct {
	InCluster
	Body fleet.Contract
}

func (f *pipelines) setContract(ctx context.Context, project fleet.Project, in *contractInput) (*body[contractPage], error) {
	wanted := &in.Body
	if len(wanted.Operations) == 0 && len(wanted.Routes) == 0 && !wanted.AllowReprovision && len(wanted.Secrets.Mask)+len(wanted.Secrets.Show) == 0 {
		wanted = nil
	}
	project, err := f.Policy.SetContract(ctx, project, wanted, faas.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	return describeContract(project)
}

func (f *pipelines) tryContract(ctx context.Context, project fleet.Project, in *contractInput) (*body[contractPage], error) {
	if _, err := policy.TryContract(project, in.Body); err != nil {
		return nil, err
	}
	project.Contract = &in.Body
	return describeContract(project)
}
