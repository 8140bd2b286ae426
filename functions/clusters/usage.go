package function

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
)

func (f *clusters) routeUsage(api *faas.API) {
	const path = "/v1/projects/{cluster}/usage-contract"
	admin := faas.Need(identity.Administrator)
	faas.Register(api, admin, huma.Operation{
		OperationID: "get-usage-contract", Method: http.MethodGet, Path: path,
		Summary: "Show how Ocim requests and parses the cluster's usage report",
	}, f.usageContract)
	faas.Register(api, admin, huma.Operation{
		OperationID: "set-usage-contract", Method: http.MethodPut, Path: path,
		Summary: "Change how Ocim requests and parses the cluster's usage report",
	}, f.setUsageContract)
	faas.Register(api, admin, huma.Operation{
		OperationID: "try-usage-contract", Method: http.MethodPost, Path: path + "/try",
		Summary: "Test a usage contract against the cluster, without saving anything",
	}, f.tryUsageContract)
}

type usageContractOutput struct {
	Body struct {
		Usage     fleet.UsageContract `json:"usage" doc:"What counts"`
		IsDefault bool                `json:"isDefault"`
		Default   fleet.UsageContract `json:"default"`
	}
}

func describeUsage(p fleet.Project) *usageContractOutput {
	out := new(usageContractOutput)
	out.Body.Usage, out.Body.IsDefault, out.Body.Default = p.UsageContract(), p.Usage == nil, fleet.DefaultUsage()
	return out
}

type usageContractInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
}

func (f *clusters) usageContract(ctx context.Context, in *usageContractInput) (*usageContractOutput, error) {
	p, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	return describeUsage(p), nil
}

type setUsageContractInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Body    struct {
		Usage *fleet.UsageContract `json:"usage,omitempty" doc:"Absent is the default again"`
	}
}

func (f *clusters) setUsageContract(ctx context.Context, in *setUsageContractInput) (*usageContractOutput, error) {
	p, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	if p, err = f.Projects.SetUsage(ctx, p, in.Body.Usage, faas.ActorFrom(ctx)); err != nil {
		return nil, err
	}
	return describeUsage(p), nil
}

type tryUsageContractInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Body    struct {
		Usage fleet.UsageContract `json:"usage"`
	}
}

type tryUsageContractOutput struct {
	Body clusterfn.UsageReport
}

func (f *clusters) tryUsageContract(ctx context.Context, in *tryUsageContractInput) (*tryUsageContractOutput, error) {
	p, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	report, err := f.Usage.Try(ctx, p, in.Body.Usage)
	return &tryUsageContractOutput{Body: report}, err
}
