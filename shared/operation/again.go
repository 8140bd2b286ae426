package operation

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// An update that fails after its commit leaves the change in git. The same request then
// finds nothing to change, and yet the instance does not run it: such a request deploys
// what is in git, by a commit that changes no file.

// deployAgain decides what an update does to the instances in whose files it changes
// nothing: it deploys them as git has them if that failed, and is refused otherwise.
func (s *Service) deployAgain(ctx context.Context, p *prepared, remote Remote, chunk *fleet.Chunk, head string, req Request) error {
	names := req.names()
	for _, name := range names {
		if slices.ContainsFunc(p.files, func(c change) bool { return instanceOf(c) == name }) {
			continue
		}
		failed, err := s.notDeployed(ctx, chunk, name)
		if err != nil {
			return err
		}
		if req.Deploy && p.row.Instance.Pipeline == nil {
			failed = true // as far as is known
		}
		if !failed {
			p.blockUnchanged(chunk, "files", name, "Nothing changes: the files are like this already")
			continue
		}
		p.warnOfAgain("files", name)
		commits, err := remote.CommitsOf(ctx, "instances/"+name, 1)
		if err != nil {
			return err
		}
		for _, c := range commits {
			p.again = append(p.again, c.SHA)
		}
		if len(names) == 1 {
			if p.pending, err = s.pendingChanges(ctx, p, remote, head, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// warnOfAgain says that a request deploys an instance as git has it.
func (p *prepared) warnOfAgain(field, name string) {
	p.warn(undeployed, field, "This configuration of %s is already in git but not deployed. Ocim deploys it without changing a file", name)
}

// blockUnchanged refuses to deploy an instance again without need.
func (p *prepared) blockUnchanged(chunk *fleet.Chunk, field, name, message string) {
	if row := chunk.Row(name); row != nil && row.Instance.Pipeline != nil && row.Instance.Pipeline.Status.Moving() {
		message = fmt.Sprintf("%s, and pipeline %d is deploying it", message, row.Instance.Pipeline.ID)
	}
	p.block(unchanged, field, "%s", message)
}

// notDeployed reports whether the last attempt to deploy what git has of an instance
// failed, or git was changed after it.
func (s *Service) notDeployed(ctx context.Context, chunk *fleet.Chunk, name string) (bool, error) {
	row := chunk.Row(name)
	if row == nil {
		return false, nil
	}
	if row.Instance.Pipeline != nil {
		return isUndeployed(row.Instance), nil
	}
	// No pipeline is known: of what others committed before Ocim knew the project, nothing
	// follows from that. An operation of Ocim that ended without one deployed nothing.
	recent, err := s.Store.InstanceOperations(ctx, chunk.Cluster.ID, name, 1)
	if err != nil {
		return false, err
	}
	return len(recent) > 0 && recent[0].Commit != "" && (recent[0].State == fleet.Broken || recent[0].State == fleet.Canceled), nil
}

// isUndeployed reports whether git has a newer configuration of an instance than was
// deployed, as far as its row says.
func isUndeployed(i fleet.Instance) bool {
	d := i.Pipeline
	return d != nil && !d.Status.Moving() && (i.ChangedAt.After(d.UpdatedAt) || d.Status.Finished() && d.Status != fleet.StatusSuccess)
}

// pendingChanges are the differences between what is deployed of an instance and what git
// has; none when it is not known what is deployed.
func (s *Service) pendingChanges(ctx context.Context, p *prepared, remote Remote, head, name string) ([]change, error) {
	recent, _, err := s.Store.InstancePipelines(ctx, p.op.Cluster, name, "", recentPipelines)
	if err != nil {
		return nil, err
	}
	last := lastDeployed(recent)
	if last == nil {
		return nil, nil
	}
	var out []change
	for _, file := range grove.InstanceFiles() {
		path := grove.InstanceFile(name, file)
		then, err := fetch(ctx, remote, path, last.SHA)
		if err != nil {
			return nil, err
		}
		now, err := fetch(ctx, remote, path, head)
		if err != nil {
			return nil, err
		}
		if then.LastCommit == now.LastCommit {
			continue
		}
		c := change{action: grove.Action{Action: grove.UpdateFile, Path: path, Content: now.Text}, before: then.Text, masker: p.reader()}
		switch "" {
		case then.LastCommit:
			c.action.Action = grove.CreateFile
		case now.LastCommit:
			c.action.Action = grove.DeleteFile
		}
		out = append(out, c)
	}
	return out, nil
}

func instanceOf(c change) string {
	name, _, _ := grove.InstancePath(c.action.Path)
	return name
}
