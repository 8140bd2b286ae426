package operation

import (
	"context"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/openedx"
)

// Snapshot is a cluster read once, to preview changes of many of its instances.
type Snapshot struct {
	Project fleet.Project
	chunk   *fleet.Chunk
	files   map[string][]fleet.SourceFile // by instance; only when they were requested
}

// Snapshot reads a cluster; with files, it also reads all instances' files from GitLab,
// by a constant number of calls.
func (s *Service) Snapshot(ctx context.Context, cluster string, files bool) (*Snapshot, error) {
	project, err := s.Store.Project(ctx, cluster)
	if err != nil {
		return nil, err
	}
	snap := &Snapshot{Project: project}
	if snap.chunk, err = s.Store.Chunk(ctx, cluster); err != nil || !files {
		return snap, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return nil, err
	}
	head, err := remote.Head(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := remote.Files(ctx, head.SHA)
	if err != nil {
		return nil, err
	}
	snap.files = grove.Sort(sources).Instances
	return snap, nil
}

// Observed reports whether Ocim can know the health of the cluster's instances.
func (s *Snapshot) Observed() bool { return Observed(s.chunk) }

// Observed reports whether Ocim can know the health of a cluster's instances: it is asked.
func Observed(chunk *fleet.Chunk) bool {
	return chunk.Cluster.Online.State == "online" || chunk.Cluster.Online.State == "offline"
}

// TargetPreview is what a request would do to one instance of a bulk change.
type TargetPreview struct {
	Files    []fleet.FileChange
	Warnings []Warning
	Blocked  bool   // also when nothing would change
	Digest   string // of an update's diff; see Request.PreviewDigests
	Effects  []openedx.Effect
	Health   fleet.Health // now
	Hosts    []string     // that it gives the instance
	Work     int          // bytes of files that were parsed for it
	actions  []grove.Action
}

// PreviewTarget prepares the update, archive or unarchive of one instance of a snapshot,
// without calling GitLab.
func (s *Service) PreviewTarget(ctx context.Context, snap *Snapshot, req Request) (TargetPreview, error) {
	p := &prepared{masker: grove.MaskerOf(snap.Project.Contract), op: fleet.Operation{Cluster: snap.Project.ID, Instance: req.Instance}}
	if err := s.checkState(ctx, p, snap.chunk, req.Kind, req.Instance); err != nil {
		return TargetPreview{}, err
	}
	if req.Kind == fleet.Archive {
		held, err := s.Store.Protection(ctx, snap.Project.ID, req.Instance)
		if err != nil {
			return TargetPreview{}, err
		}
		if held.Protected {
			p.block(isProtected, "targets", "%s is protected by %s", req.Instance, held.By)
		}
	}
	if req.Kind == fleet.Update && p.refusal() == nil {
		if err := p.applyTo(ctx, snap.files[req.Instance], req.Changes, req.Instance); err != nil {
			return TargetPreview{}, err
		}
		if p.refusal() == nil {
			if err := s.warnOfTarget(ctx, p, snap.chunk, req.Instance); err != nil {
				return TargetPreview{}, err
			}
		}
	}
	if err := s.warnOfHosts(ctx, p); err != nil {
		return TargetPreview{}, err
	}
	t := TargetPreview{Files: p.filesOf(req.Instance), Warnings: p.warnings, Blocked: p.refusal() != nil, Work: p.work}
	for _, h := range p.hosts {
		t.Hosts = append(t.Hosts, h.Host)
	}
	if p.row != nil {
		t.Health = p.row.Instance.Health.State
	}
	t.Effects = openedx.Effects(req.Kind, t.Files, p.tutor())
	if req.Kind != fleet.Update || t.Blocked {
		return t, nil
	}
	for _, f := range p.files {
		t.actions = append(t.actions, f.action)
	}
	var err error
	t.Digest, err = Digest(t.Files)
	return t, err
}

// warnOfTarget warns that an instance is unhealthy, and that its last change in git was not
// deployed: an update deploys that change, too. Where the update changes nothing else, that
// is all it does.
func (s *Service) warnOfTarget(ctx context.Context, p *prepared, chunk *fleet.Chunk, name string) error {
	row := chunk.Row(name)
	if row == nil {
		return nil
	}
	i := row.Instance
	if len(p.files) == 0 {
		failed, err := s.notDeployed(ctx, chunk, name)
		if err != nil {
			return err
		}
		if !failed {
			p.blockUnchanged(chunk, "targets", name, name+" is already set")
			return nil
		}
		p.warnOfAgain("targets", name)
	}
	if i.Health.State == fleet.Failed || i.Health.State == fleet.Degraded {
		p.warn(unhealthy, "targets", "%s is %s: %s", i.Name, i.Health.State, i.Health.Reason)
	}
	switch {
	case len(p.files) == 0 || !isUndeployed(i):
	case i.ChangedAt.After(i.Pipeline.UpdatedAt):
		p.warn(undeployed, "targets", "%s has a change by %s that is not deployed. It goes out with this one", i.Name, i.ChangedBy)
	default:
		p.warn(undeployed, "targets", "The last deployment of %s did not succeed. What it changed goes out with this one", i.Name)
	}
	return nil
}

// TargetRequest returns the request that GitLab would receive for one instance; nil when
// it is blocked. An unarchive takes several calls to GitLab.
func (s *Service) TargetRequest(ctx context.Context, snap *Snapshot, req Request, t TargetPreview) (*grove.GitLabRequest, error) {
	if t.Blocked {
		return nil, nil
	}
	if req.Kind == fleet.Unarchive {
		p, err := s.prepare(ctx, snap.Project, req, grove.PreviewDeploymentID)
		if err != nil || p.refusal() != nil {
			return nil, err
		}
		return p.call.Describe(snap.Project), nil
	}
	call, err := grove.Plan(snap.Project.Contract, grove.Request{
		Kind: req.Kind, Ref: snap.Project.DefaultBranch, Note: req.Reason, Actions: t.actions,
		Deployments: []fleet.Deployment{{Instance: req.Instance, ID: grove.PreviewDeploymentID}},
	})
	if err != nil {
		return nil, err
	}
	return call.WithDeploymentID(grove.PreviewDeploymentID).Describe(snap.Project), nil
}

// ClusterWarnings says what a new operation of a cluster would wait for.
func (s *Service) ClusterWarnings(ctx context.Context, cluster string) ([]Warning, error) {
	p := &prepared{}
	err := s.warnOfQueue(ctx, p, cluster)
	return p.warnings, err
}

// DataWarnings says what happens to an instance's data.
func DataWarnings(kind fleet.OperationKind) []Warning {
	p := &prepared{}
	p.warnOfData(kind)
	return p.warnings
}

// lastCommit stands for the commit that last changed a file.
const lastCommit = "<the commit that last changed it>"

// applyTo is apply on files that were already read. A file that cannot be changed blocks
// its instance only.
func (p *prepared) applyTo(ctx context.Context, files []fleet.SourceFile, changes []Change, instance string) error {
	for _, name := range []string{grove.ConfigFile, grove.GroveFile} {
		if !slices.ContainsFunc(changes, func(c Change) bool { return c.File == name }) {
			continue
		}
		now := fleet.SourceFile{Path: grove.InstanceFile(instance, name)}
		for _, f := range files {
			if f.Path == now.Path {
				now = f
				now.LastCommit = lastCommit // the file exists; its commit is looked up when it is sent
			}
		}
		text, work, err := rewrite(ctx, now.Path, name, now.Text, changes)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.work += work + 2*(len(now.Text)+len(text)) // the old and the new are read and masked, too
		typed := p.secretChanges(name, changes)
		if err == nil && (string(text) != string(now.Text) || len(typed) > 0) {
			err = p.put(now, text, "", typed...)
		}
		if err != nil {
			message := fault.Message(err)
			if !strings.Contains(message, now.Path) {
				message = now.Path + ": " + message
			}
			p.block(FileProblem, "targets", "%s", message)
		}
	}
	return nil
}
