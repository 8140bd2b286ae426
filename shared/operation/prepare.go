package operation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// prepared is a request, thought through: what it would send and change, and
// what speaks against it. Nothing is stored or changed by preparing.
type prepared struct {
	op       fleet.Operation // without its id, state and times
	call     grove.Call
	files    []change
	warnings []Warning
	hash     string
	row      *fleet.Row // of the instance, nil when there is none
}

// Warning is something that a person should know before they confirm.
type Warning struct {
	Code     string `json:"code" enum:"willQueue,otherPipeline,nameTaken,beingCreated,archived,recentlyDeleted,notInGit,fileChanged,unchanged,protected,secretChanged,dataUncertain,notAllowed,fileProblem"`
	Field    string `json:"field,omitempty" doc:"Input that it is about"`
	Message  string `json:"message"`
	Link     string `json:"link,omitempty" doc:"Address at GitLab of what it is about"`
	Blocking bool   `json:"blocking" doc:"Whether the operation would be refused"`
	kind     fault.Kind
}

// The codes of warnings.
const (
	willQueue       = "willQueue"
	otherPipeline   = "otherPipeline"
	nameTaken       = "nameTaken"
	beingCreated    = "beingCreated"
	archived        = "archived"
	recentlyDeleted = "recentlyDeleted"
	notInGit        = "notInGit"
	fileChanged     = "fileChanged"
	unchanged       = "unchanged"
	isProtected     = "protected"
	secretChanged   = "secretChanged"
	dataUncertain   = "dataUncertain"
	notAllowed      = "notAllowed"
	fileProblem     = "fileProblem"
)

func (p *prepared) warn(code, field, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{Code: code, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (p *prepared) block(code, field, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{
		Code: code, Field: field, Message: fmt.Sprintf(format, args...), Blocking: true, kind: fault.Conflict,
	})
}

// refusal gives the first thing that forbids the operation.
func (p *prepared) refusal() error {
	for _, w := range p.warnings {
		if w.Blocking {
			return fault.InvalidField(w.Field, "%s", w.Message).WithKind(w.kind)
		}
	}
	return nil
}

// placeholder stands for the deployment id in a preview.
const placeholder = "0000000000000000000"

// prepare thinks a request through. Wrong input is an error; what the state of
// things forbids is a warning that blocks.
func (s *Service) prepare(ctx context.Context, project fleet.Project, req Request, deployment string) (*prepared, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	if req.Kind == fleet.Create {
		// Grove names the instance by the slug; anything else would be lost sight of.
		req.Instance = grove.Slugify(req.Instance)
	}
	p := &prepared{op: fleet.Operation{
		Cluster: project.ID, Instance: req.Instance, Kind: req.Kind, DeploymentID: deployment, Reason: req.Reason,
		RequestedBy: req.By.Email, Repository: req.Repository, Branch: req.Branch, Bulk: req.Bulk,
	}}
	if len(req.Instances) > 0 {
		p.op.Instance = req.Instances[0]
	}
	if len(req.Instances) > 1 {
		if err := s.idsFor(p, req.Instances, deployment); err != nil {
			return nil, err
		}
	}
	chunk, err := s.Fleet.Chunk(ctx, project.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Conflict, "The cluster %s has not been read from GitLab yet; wait for its first sync", project.ID)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range req.names() {
		if err := s.judge(ctx, p, chunk, req.Kind, name); err != nil {
			return nil, err
		}
	}
	if err := s.guard(ctx, p, project, req); err != nil {
		return nil, err
	}
	if p.refusal() == nil {
		if err := s.change(ctx, p, project, req); err != nil {
			return nil, err
		}
	}
	if p.refusal() != nil {
		return p, nil
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
		if err := p.foresee(grove.RoutesOf(project.Contract), p.call.Trigger.Payload); err != nil {
			return nil, err
		}
	}
	p.call = signed(p.call, deployment)
	p.hash, err = p.sum(project, req)
	return p, err
}

// idsFor gives each instance of a shared commit a deployment id of its own.
func (s *Service) idsFor(p *prepared, names []string, first string) error {
	for i, name := range names {
		id := first
		if i > 0 && first != placeholder {
			var err error
			if id, err = s.NewDeploymentID(); err != nil {
				return err
			}
		}
		p.op.Deployments = append(p.op.Deployments, fleet.Deployment{Instance: name, ID: id})
	}
	return nil
}

// judge compares a request with the instance's state.
func (s *Service) judge(ctx context.Context, p *prepared, chunk *fleet.Chunk, kind fleet.OperationKind, name string) error {
	if kind == fleet.Create {
		return s.judgeName(ctx, p, chunk, name)
	}
	row := chunk.Row(name)
	if p.row == nil {
		p.row = row
	}
	switch {
	case row == nil:
		return fault.InvalidField("instance", "there is no instance %s in this cluster", name).WithKind(fault.NotFound)
	case kind == fleet.Unarchive && row.Digest != "":
		p.block(nameTaken, "instance", "%s is not archived", name)
	case kind == fleet.Unarchive && row.Instance.Lifecycle != fleet.Archived:
		p.block(notInGit, "instance", "%s was deleted, not archived; its data may be gone. Create it anew", name)
	case kind != fleet.Unarchive && row.Instance.Lifecycle == fleet.Archived:
		p.block(archived, "instance", "%s is archived; unarchive it first", name)
	case kind != fleet.Unarchive && row.Digest == "":
		p.block(notInGit, "instance", "%s is not in git: it is still being created, or it was deleted", name)
	}
	return nil
}

// judgeName refuses a name that Grove would fail on, or worse.
func (s *Service) judgeName(ctx context.Context, p *prepared, chunk *fleet.Chunk, name string) error {
	slug := grove.Slugify(name)
	for _, row := range chunk.Rows {
		i := row.Instance
		if grove.Slugify(i.Name) != slug {
			continue
		}
		switch {
		case i.Lifecycle == fleet.Active, row.Digest != "":
			p.block(nameTaken, "instance", "%s clashes with the instance %s of this cluster; choose another name", name, i.Name)
		case i.Lifecycle == fleet.Pending:
			open, err := s.isOpen(ctx, chunk.Cluster.ID, i.Name)
			if err != nil {
				return err
			}
			if open {
				p.block(beingCreated, "instance", "%s is being created already", i.Name)
			}
		case i.Lifecycle == fleet.Archived:
			p.block(archived, "instance", "%s is archived in this cluster; unarchive it or choose another name", i.Name)
		case s.Now().Sub(i.ChangedAt) < grove.DeleteGrace:
			p.block(recentlyDeleted, "instance", "%s was deleted less than %d minutes ago; creating it now would cancel the deletion halfway. Wait, or choose another name",
				i.Name, int(grove.DeleteGrace.Minutes()))
		}
	}
	return nil
}

func (s *Service) isOpen(ctx context.Context, cluster, instance string) (bool, error) {
	open, err := s.Fleet.OpenOperations(ctx, cluster)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(open, func(op fleet.Operation) bool { return op.Instance == instance }), nil
}

// guard holds the request against protections, settings and what is under way.
func (s *Service) guard(ctx context.Context, p *prepared, project fleet.Project, req Request) error {
	if err := s.warnOfQueue(ctx, p, project.ID); err != nil {
		return err
	}
	if err := s.guardDanger(ctx, p, project, req.Kind, req.names()); err != nil {
		return err
	}
	p.warnOfData(req.Kind)
	return nil
}

// warnOfQueue tells what an operation would wait for.
func (s *Service) warnOfQueue(ctx context.Context, p *prepared, cluster string) error {
	open, err := s.Fleet.OpenOperations(ctx, cluster)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		p.warn(willQueue, "", "%s of %s is under way in this cluster; this one starts when it is done, after %d in all",
			open[0].Kind, subject(open[0]), len(open))
	}
	other, err := s.otherPipeline(ctx, cluster, open)
	if err != nil {
		return err
	}
	if other != nil {
		p.warn(otherPipeline, "", "%s", waitsFor(*other))
		p.warnings[len(p.warnings)-1].Link = other.WebURL
	}
	return nil
}

// warnOfData tells what becomes of an instance's data.
func (p *prepared) warnOfData(kind fleet.OperationKind) {
	switch kind {
	case fleet.Archive:
		p.warn(dataUncertain, "", "The instance stops and leaves git. Whether its databases and files are kept depends on this cluster's Grove")
	case fleet.Delete:
		p.warn(dataUncertain, "", "The instance and its data go for good. The name cannot be used again for %d minutes", int(grove.DeleteGrace.Minutes()))
	}
}

// guardDanger holds what takes something away against protections and settings.
func (s *Service) guardDanger(ctx context.Context, p *prepared, project fleet.Project, kind fleet.OperationKind, names []string) error {
	switch kind {
	case fleet.Archive, fleet.Delete:
		for _, name := range names {
			held, err := s.Fleet.Protection(ctx, project.ID, name)
			if err != nil {
				return err
			}
			if held.Protected {
				p.block(isProtected, "instance", "%s is protected by %s; lift the protection first", name, held.By)
			}
		}
	case fleet.Reprovision:
		return s.guardReprovision(ctx, p, project)
	}
	return nil
}

// stillAllowed judges an operation again when its turn has come: it may have waited for
// hours.
func (s *Service) stillAllowed(ctx context.Context, project fleet.Project, op fleet.Operation) error {
	p := &prepared{op: op}
	var names []string
	if op.Instance != "" {
		for _, d := range op.All() {
			names = append(names, d.Instance)
		}
	}
	if err := s.guardDanger(ctx, p, project, op.Kind, names); err != nil {
		return err
	}
	chunk, err := s.Fleet.Chunk(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil { // else it is being read anew, and what it was judged by then holds
		for _, name := range names {
			if op.Kind != fleet.Create {
				if err := s.judge(ctx, p, chunk, op.Kind, name); err != nil {
					return err
				}
			} else if row := chunk.Row(name); row != nil && row.Digest != "" {
				p.block(nameTaken, "instance", "the cluster has an instance %s by now", name)
			}
		}
	}
	return p.refusal()
}

func (s *Service) guardReprovision(ctx context.Context, p *prepared, project fleet.Project) error {
	if project.Contract == nil || !project.Contract.AllowReprovision {
		p.block(notAllowed, "kind", "Reprovisioning is switched off for this cluster; an administrator can allow it in its contract")
		p.warnings[len(p.warnings)-1].kind = fault.Forbidden
	}
	held, err := s.Fleet.Protected(ctx, project.ID)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		p.block(isProtected, "kind", "%s is protected, and reprovisioning touches every instance; lift the protection first", held[0].Instance)
	}
	return nil
}

func subject(op fleet.Operation) string {
	switch {
	case len(op.Deployments) > 1:
		return fmt.Sprintf("%s and %d more", op.Instance, len(op.Deployments)-1)
	case op.Instance == "":
		return "the cluster"
	}
	return op.Instance
}

// row reads an instance's row, nil when there is none.
func (s *Service) row(ctx context.Context, cluster, instance string) (*fleet.Row, error) {
	chunk, err := s.Fleet.Chunk(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return chunk.Row(instance), nil
}

// confirmed checks that the caller knows what they start.
func (p *prepared) confirmed(project fleet.Project, req Request) error {
	switch {
	case req.Bulk != "": // its own preview was confirmed
		return nil
	case req.Kind == fleet.Delete && req.Confirm != p.op.Instance:
		return fault.InvalidField("confirm", "type the name of the instance, %s, to delete it", p.op.Instance)
	case req.Kind == fleet.Reprovision && req.Confirm != project.ID:
		return fault.InvalidField("confirm", "type the name of the cluster, %s, to reprovision it", project.ID)
	}
	return shown(req.PreviewHash, p.hash)
}

// shown checks the hash of a preview that somebody confirmed.
func shown(confirmed, hash string) error {
	switch confirmed {
	case "":
		return fault.InvalidField("previewHash", "is missing: nothing is sent that was not shown; ask for the preview and send its hash")
	case hash:
		return nil
	}
	return fault.InvalidField("previewHash", "what would be sent is not what was previewed any more; look at the preview again").WithKind(fault.Conflict)
}

// sum is the preview's hash: over everything that decides what is sent, but for
// the deployment id. It is made of what the caller gave and of commits, never of
// file contents, so it lets nobody guess at a secret.
func (p *prepared) sum(project fleet.Project, req Request) (string, error) {
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
	return digestOf(project.ID, project.DefaultBranch, req.Kind, mechanism, routes, p.op.Instance, req.Instances, req.Overrides,
		req.Repository, req.Branch, strings.TrimSpace(req.Reason), files)
}
