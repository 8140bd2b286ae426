package operation

import (
	"context"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// prepared is a validated plan and its blocking issues: what a request would send
// and change, and what warns or blocks. Preparing stores and changes nothing.
type prepared struct {
	op       fleet.Operation // without its id, state and times
	call     grove.Call
	files    []change
	pending  []change // already in git, and deployed by this
	again    []string // commits that this deploys without changing a file
	warnings []Warning
	hash     string
	row      *fleet.Row // of the instance, nil when there is none
	masker   *grove.Masker
	hosts    []newHost // that the request gives instances
	work     int       // bytes of files that were parsed
}

// prepare validates a request and plans it. Wrong input is an error; what the current
// state forbids is a blocking warning.
func (s *Service) prepare(ctx context.Context, project fleet.Project, req Request, deployment string) (*prepared, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	if req.Kind == fleet.Create {
		// Grove names the instance by the slug; Ocim would not find it by any other name.
		req.Instance = grove.Slugify(req.Instance)
	}
	p := &prepared{masker: grove.MaskerOf(project.Contract), op: fleet.Operation{
		Cluster: project.ID, Instance: req.Instance, Kind: req.Kind, DeploymentID: deployment, Reason: req.Reason,
		RequestedBy: req.By.Email, Repository: req.Repository, Branch: req.Branch, Bulk: req.Bulk,
	}}
	if len(req.Instances) > 0 {
		p.op.Instance = req.Instances[0]
	}
	if len(req.Instances) > 1 {
		if err := s.assignDeploymentIDs(p, req.Instances, deployment); err != nil {
			return nil, err
		}
	}
	chunk, err := s.Store.Chunk(ctx, project.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Conflict, "The cluster %s has not been read from GitLab yet; wait for its first sync", project.ID)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range req.names() {
		if err := s.checkState(ctx, p, chunk, req.Kind, name); err != nil {
			return nil, err
		}
	}
	if err := s.checkPolicy(ctx, p, project, req); err != nil {
		return nil, err
	}
	if p.refusal() == nil {
		if err := s.change(ctx, p, project, chunk, req); err != nil {
			return nil, err
		}
	}
	if p.refusal() != nil {
		return p, nil
	}
	if err := s.warnOfHosts(ctx, p); err != nil {
		return nil, err
	}
	deployments := p.op.All()
	plan := grove.Request{
		Kind: req.Kind, Ref: project.DefaultBranch, Deployments: deployments, Overrides: req.Overrides,
		Repository: req.Repository, Branch: req.Branch, Note: req.Reason,
	}
	for _, f := range p.files {
		plan.Actions = append(plan.Actions, f.action)
	}
	if p.call, err = grove.Plan(project.Contract, plan); err != nil {
		return nil, err
	}
	if p.call.Trigger != nil && req.Kind == fleet.Create {
		if err := p.predictCreatedFiles(grove.RoutesOf(project.Contract), p.call.Trigger.Payload); err != nil {
			return nil, err
		}
		if p.validateCreated(); p.refusal() != nil {
			return p, nil
		}
		if err := s.warnOfHosts(ctx, p); err != nil {
			return nil, err
		}
	}
	p.call = p.call.WithDeploymentID(deployment)
	p.hash, err = p.previewHash(project, req)
	return p, err
}

// assignDeploymentIDs gives each instance of a shared commit its own deployment id.
func (s *Service) assignDeploymentIDs(p *prepared, names []string, first string) error {
	for i, name := range names {
		id := first
		if i > 0 && first != grove.PreviewDeploymentID {
			var err error
			if id, err = s.NewDeploymentID(); err != nil {
				return err
			}
		}
		p.op.Deployments = append(p.op.Deployments, fleet.Deployment{Instance: name, ID: id})
	}
	return nil
}

// checkConfirmed checks that the caller confirmed exactly this request.
func (p *prepared) checkConfirmed(project fleet.Project, req Request) error {
	switch {
	case req.Bulk != "": // its own preview was confirmed
		return nil
	case req.Kind == fleet.Delete && req.Confirm != p.op.Instance:
		return fault.InvalidField("confirm", "type the name of the instance, %s, to delete it", p.op.Instance)
	case req.Kind == fleet.Reprovision && req.Confirm != project.ID:
		return fault.InvalidField("confirm", "type the name of the cluster, %s, to reprovision it", project.ID)
	}
	return VerifyPreviewHash(req.PreviewHash, p.hash)
}

// VerifyPreviewHash compares the hash that a caller confirmed with the current one.
// It is fault.Invalid when none was sent, fault.Conflict when they differ.
func VerifyPreviewHash(confirmed, hash string) error {
	switch confirmed {
	case "":
		return fault.InvalidField("previewHash", "is missing: request the preview and send its hash")
	case hash:
		return nil
	}
	return fault.InvalidField("previewHash", "the request would now send something else than was previewed; review the preview again").WithKind(fault.Conflict)
}

// previewHash covers everything that decides what is sent, except the deployment id.
// It is computed from the caller's input and from commits, never from file contents,
// so it cannot be used to guess a secret.
func (p *prepared) previewHash(project fleet.Project, req Request) (string, error) {
	mechanism, err := grove.MechanismOf(project.Contract, req.Kind)
	if err != nil {
		return "", err
	}
	var routes []fleet.Route
	if req.Kind == fleet.Create {
		routes = grove.RoutesOf(project.Contract)
	}
	type file struct{ Path, Action, LastCommit, Source string }
	var files []file
	for _, f := range p.files {
		files = append(files, file{f.action.Path, f.action.Action, f.action.LastCommit, f.source})
	}
	return Digest(project.ID, project.DefaultBranch, req.Kind, mechanism, routes, p.op.Instance, req.Instances, req.Overrides,
		req.Repository, req.Branch, strings.TrimSpace(req.Reason), files, p.again)
}
