package operation

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// checkState compares a request with the instance's state.
func (s *Service) checkState(ctx context.Context, p *prepared, chunk *fleet.Chunk, kind fleet.OperationKind, name string) error {
	if kind == fleet.Create {
		return s.checkNewName(ctx, p, chunk, name)
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
		p.block(notInGit, "instance", "%s was deleted, not archived; its data may be lost. Create it again", name)
	case kind != fleet.Unarchive && row.Instance.Lifecycle == fleet.Archived:
		p.block(archived, "instance", "%s is archived; unarchive it first", name)
	case kind != fleet.Unarchive && row.Digest == "":
		p.block(notInGit, "instance", "%s is not in git: it is still being created, or it was deleted", name)
	}
	return nil
}

// checkNewName refuses a name that Grove would fail on, or that would damage another
// instance.
func (s *Service) checkNewName(ctx context.Context, p *prepared, chunk *fleet.Chunk, name string) error {
	slug := grove.Slugify(name)
	for _, row := range chunk.Rows {
		i := row.Instance
		if grove.Slugify(i.Name) != slug {
			continue
		}
		switch {
		case i.Lifecycle == fleet.Active, row.Digest != "":
			failed, err := s.notDeployed(ctx, chunk, i.Name)
			if err != nil {
				return err
			}
			if failed && i.Name == name {
				p.block(nameTaken, "instance", "%s is already in git but not deployed; deploy it from its page, or choose another name", name)
				continue
			}
			p.block(nameTaken, "instance", "%s clashes with the instance %s of this cluster; choose another name", name, i.Name)
		case i.Lifecycle == fleet.Pending:
			open, err := s.Store.OpenOperations(ctx, chunk.Cluster.ID)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(open, func(op fleet.Operation) bool { return op.Instance == i.Name }) {
				p.block(beingCreated, "instance", "%s is already being created", i.Name)
			}
		case i.Lifecycle == fleet.Archived:
			p.block(archived, "instance", "%s is archived in this cluster; unarchive it or choose another name", i.Name)
		case s.Now().Sub(i.ChangedAt) < grove.DeleteGrace:
			p.block(recentlyDeleted, "instance", "%s was deleted less than %d minutes ago; creating it now would interrupt the deletion. Wait, or choose another name",
				i.Name, int(grove.DeleteGrace.Minutes()))
		}
	}
	return nil
}

// checkPolicy compares the request with protections, settings and the queue.
func (s *Service) checkPolicy(ctx context.Context, p *prepared, project fleet.Project, req Request) error {
	if err := s.warnOfQueue(ctx, p, project.ID); err != nil {
		return err
	}
	if err := s.checkProtection(ctx, p, project, req.Kind, req.names()); err != nil {
		return err
	}
	p.warnOfData(req.Kind)
	return nil
}

// warnOfQueue warns about what an operation would wait for.
func (s *Service) warnOfQueue(ctx context.Context, p *prepared, cluster string) error {
	open, err := s.Store.OpenOperations(ctx, cluster)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		p.warn(willQueue, "", "%s of %s comes first in this cluster; this one starts after it (%d ahead)",
			open[0].Kind, Subject(open[0]), len(open))
	}
	if p.op.Kind == fleet.Update {
		for _, op := range open {
			if op.Kind != fleet.Update || !sharesInstance(op, p.op) {
				continue
			}
			p.warn(changeWaits, "", "A change of %s by %s comes first. This one is applied to its result; it fails if both change the same keys", Subject(op), op.RequestedBy)
			break
		}
	}
	other, err := s.OtherPipeline(ctx, cluster, open)
	if err != nil {
		return err
	}
	if other != nil {
		p.warn(otherPipeline, "", "%s", waitReason(*other))
		p.warnings[len(p.warnings)-1].Link = other.WebURL
	}
	return nil
}

// sharesInstance reports whether two operations have an instance in common.
func sharesInstance(a, b fleet.Operation) bool {
	return slices.ContainsFunc(a.All(), func(d fleet.Deployment) bool {
		return slices.ContainsFunc(b.All(), func(e fleet.Deployment) bool { return d.Instance == e.Instance })
	})
}

// warnOfData warns about what happens to an instance's data.
func (p *prepared) warnOfData(kind fleet.OperationKind) {
	switch kind {
	case fleet.Archive:
		p.warn(dataUncertain, "", "Stops the instance and removes it from git. Whether its databases and files are kept depends on this cluster's Grove")
	case fleet.Delete:
		p.warn(dataUncertain, "", "This permanently deletes the instance and its data. The name cannot be reused for %d minutes", int(grove.DeleteGrace.Minutes()))
	}
}

// checkProtection compares destructive requests with protections and settings.
func (s *Service) checkProtection(ctx context.Context, p *prepared, project fleet.Project, kind fleet.OperationKind, names []string) error {
	switch kind {
	case fleet.Archive, fleet.Delete:
		for _, name := range names {
			held, err := s.Store.Protection(ctx, project.ID, name)
			if err != nil {
				return err
			}
			if held.Protected {
				p.block(isProtected, "instance", "%s is protected by %s; lift the protection first", name, held.By)
			}
		}
	case fleet.Reprovision:
		return s.checkReprovision(ctx, p, project)
	}
	return nil
}

// stillAllowed repeats the checks of an operation that is about to be sent: it may have
// waited for hours.
func (s *Service) stillAllowed(ctx context.Context, project fleet.Project, op fleet.Operation) error {
	p := &prepared{op: op}
	var names []string
	if op.Instance != "" {
		for _, d := range op.All() {
			names = append(names, d.Instance)
		}
	}
	if err := s.checkProtection(ctx, p, project, op.Kind, names); err != nil {
		return err
	}
	chunk, err := s.Store.Chunk(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil { // else it is being read again, and the former check holds
		for _, name := range names {
			if op.Kind != fleet.Create {
				if err := s.checkState(ctx, p, chunk, op.Kind, name); err != nil {
					return err
				}
			} else if row := chunk.Row(name); row != nil && row.Digest != "" {
				p.block(nameTaken, "instance", "the cluster now has an instance %s", name)
			}
		}
	}
	return p.refusal()
}

func (s *Service) checkReprovision(ctx context.Context, p *prepared, project fleet.Project) error {
	if project.Contract == nil || !project.Contract.AllowReprovision {
		p.block(notAllowed, "kind", "Reprovisioning is disabled for this cluster; an administrator can allow it in the Grove integration settings")
		p.warnings[len(p.warnings)-1].kind = fault.Forbidden
	}
	held, err := s.Store.Protected(ctx, project.ID)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		p.block(isProtected, "kind", "%s is protected, and reprovisioning touches every instance; lift the protection first", held[0].Instance)
	}
	return nil
}

// Subject names what an operation is about.
func Subject(op fleet.Operation) string {
	switch {
	case len(op.Deployments) > 1:
		return fmt.Sprintf("%s and %d more", op.Instance, len(op.Deployments)-1)
	case op.Instance == "":
		return "the cluster"
	}
	return op.Instance
}
