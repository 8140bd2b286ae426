package operation

import (
	"context"
	"path"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// validate compares a new file with what Tutor can read and what its keys may hold. What
// would make the pipeline fail blocks, unless the file in git has the same problem
// already: a change must be able to repair one of several. It returns the file in git, nil
// when that cannot be read.
func (p *prepared) validate(field string, now fleet.SourceFile, doc *grove.Document, problems []fleet.FileProblem) *grove.Document {
	old, before := p.reader().Read(now.Path, now.Text)
	known := sync.OnceValue(func() map[string]bool {
		messages := map[string]bool{}
		for _, pr := range append(before, old.Check(p.tutor())...) {
			messages[pr.Message] = true
		}
		return messages
	})
	for _, pr := range append(problems, doc.Check(p.tutor())...) {
		add := p.block
		if pr.Warning || known()[pr.Message] {
			add = p.warn
		}
		add(FileProblem, field, "line %d, column %d: %s", pr.Line, pr.Column, pr.Message)
	}
	if path.Base(now.Path) == grove.ConfigFile {
		p.noteHosts(field, now.Path, doc, old)
	}
	return old
}

// newHost is a host that a request gives an instance.
type newHost struct {
	field, instance string
	grove.HostUse
}

// noteHosts notes the hosts that a new file gives an instance.
func (p *prepared) noteHosts(field, file string, doc, old *grove.Document) {
	instance, _, _ := grove.InstancePath(file)
	had := map[string]bool{}
	for _, use := range old.Hosts() {
		had[use.Host] = true
	}
	for _, use := range doc.Hosts() {
		if !had[use.Host] {
			had[use.Host] = true
			p.hosts = append(p.hosts, newHost{field, instance, use})
		}
	}
}

// warnOfHosts warns of new hosts that another instance of the fleet has already. An instance
// of another cluster is not named: who asks may not see it.
func (s *Service) warnOfHosts(ctx context.Context, p *prepared) error {
	if len(p.hosts) == 0 {
		return nil
	}
	var names []string
	for _, h := range p.hosts {
		names = append(names, h.Host)
	}
	owners, err := s.Store.HostOwners(ctx, names)
	if err != nil {
		return err
	}
	for i, h := range p.hosts {
		for _, o := range owners[h.Host] {
			switch {
			case o.Cluster == p.op.Cluster && o.Instance == h.instance:
				continue
			case o.Cluster == p.op.Cluster:
				p.warn(FileProblem, h.field, "line %d: %s is %s, which the instance %s already has.", h.Line, h.Key, h.Host, o.Instance)
			default:
				p.warn(FileProblem, h.field, "line %d: %s is %s, which an instance of another cluster already has.", h.Line, h.Key, h.Host)
			}
			break
		}
		for _, other := range p.hosts[:i] {
			if other.Host == h.Host && other.instance != h.instance {
				p.warn(FileProblem, h.field, "line %d: %s is %s, which this request also gives %s.", h.Line, h.Key, h.Host, other.instance)
				break
			}
		}
	}
	return nil
}

// validateCreated does the same for the files that Grove will make of a create's
// overrides.
func (p *prepared) validateCreated() {
	for _, f := range p.files {
		doc, problems := p.reader().Read(f.action.Path, f.action.Content)
		if doc != nil {
			p.validate("overrides", fleet.SourceFile{Path: f.action.Path}, doc, problems)
		}
	}
}
