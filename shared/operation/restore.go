package operation

import (
	"context"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/grove"
)

// restore brings an archived instance's folder back as it was before it left.
func restore(ctx context.Context, p *prepared, remote Remote, head, instance string) error {
	folder := "instances/" + instance
	there, err := remote.Folder(ctx, folder, head)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		p.block(nameTaken, "instance", "%s is in git already", instance)
		return nil
	}
	commits, err := remote.CommitsOf(ctx, folder, 5)
	if err != nil {
		return err
	}
	for _, c := range commits {
		for _, parent := range c.Parents {
			files, err := remote.Folder(ctx, folder, parent)
			if err != nil {
				return err
			}
			if len(files) > 0 {
				return bringBack(ctx, p, remote, parent, files)
			}
		}
	}
	p.block(notInGit, "instance", "The history of this repository has no configuration of %s", instance)
	return nil
}

// maxRestored bounds what one commit brings back.
const maxRestored = 100

func bringBack(ctx context.Context, p *prepared, remote Remote, from string, files []string) error {
	if len(files) > maxRestored {
		return fault.New(fault.TooLarge, "The folder has %d files; %d are allowed: restore it in GitLab", len(files), maxRestored)
	}
	p.op.RolledBackTo = from
	for _, path := range files {
		f, err := remote.File(ctx, path, from)
		if err != nil {
			return err
		}
		p.files = append(p.files, change{
			action: grove.Action{Action: grove.CreateFile, Path: path, Content: f.Text}, masker: p.reader(), source: from,
		})
	}
	return nil
}

// rollBack brings back the configuration files of an earlier commit, or of the
// commit that an earlier operation deployed.
func (s *Service) rollBack(ctx context.Context, p *prepared, remote Remote, head string, req Request) error {
	commit, err := s.deployedBy(ctx, p.op.Cluster, req)
	if err != nil {
		return err
	}
	p.op.RolledBackTo = commit
	found := 0
	for _, name := range grove.InstanceFiles() {
		path := grove.InstanceFile(req.Instance, name)
		then, err := fetch(ctx, remote, path, commit)
		if err != nil {
			return err
		}
		now, err := fetch(ctx, remote, path, head)
		if err != nil {
			return err
		}
		switch {
		case then.LastCommit != "":
			found++
			err = p.put(now, then.Text, commit)
		case now.LastCommit != "":
			p.files = append(p.files, change{
				action: grove.Action{Action: grove.DeleteFile, Path: path, LastCommit: now.LastCommit}, before: now.Text, masker: p.reader(), source: commit,
			})
		}
		if err != nil {
			return err
		}
	}
	if found == 0 {
		return fault.InvalidField("rollBackTo", "commit %.8s has no configuration of %s", commit, req.Instance)
	}
	return nil
}

// deployedBy gives the commit whose configuration a request wants back.
func (s *Service) deployedBy(ctx context.Context, cluster string, req Request) (string, error) {
	op, err := s.Store.Operation(ctx, cluster, req.RollBackTo)
	if fault.Is(err, fault.NotFound) {
		if !isSHA(req.RollBackTo) {
			return "", fault.InvalidField("rollBackTo", "is neither an operation of this cluster nor a commit")
		}
		return req.RollBackTo, nil
	}
	if err != nil {
		return "", err
	}
	if op.Commit != "" {
		return op.Commit, nil
	}
	pipelines, err := s.pipelinesOf(ctx, op)
	if err != nil {
		return "", err
	}
	for _, p := range pipelines {
		if p.Source == "push" && p.SHA != "" {
			return p.SHA, nil
		}
	}
	return "", fault.InvalidField("rollBackTo", "that operation never reached git").WithKind(fault.Conflict)
}

func isSHA(s string) bool {
	return len(s) >= 8 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}
