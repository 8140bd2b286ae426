package operation

import (
	"net/url"
	"path"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// validate compares a new file with what Tutor can read and what its keys may hold. What
// would make the pipeline fail blocks, unless the file in git has the same problem
// already: a change must be able to repair one of several.
func (p *prepared) validate(field string, now fleet.SourceFile, doc *grove.Document, problems []fleet.FileProblem) {
	known := map[string]bool{}
	old, before := p.reader().Read(now.Path, now.Text)
	for _, pr := range append(before, old.Check(p.tutor())...) {
		known[pr.Message] = true
	}
	for _, pr := range append(problems, doc.Check(p.tutor())...) {
		add := p.block
		if pr.Warning || known[pr.Message] {
			add = p.warn
		}
		add(FileProblem, field, "line %d, column %d: %s", pr.Line, pr.Column, pr.Message)
	}
	if path.Base(now.Path) == grove.ConfigFile {
		p.warnOfHosts(field, now.Path, doc, old)
	}
}

// warnOfHosts warns of a new host that another instance of the cluster has already.
func (p *prepared) warnOfHosts(field, file string, doc, old *grove.Document) {
	if p.chunk == nil {
		return
	}
	instance, _, _ := grove.InstancePath(file)
	had := map[string]bool{}
	for _, use := range old.Hosts() {
		had[use.Host] = true
	}
	owners := map[string]string{}
	for _, row := range p.chunk.Rows {
		i := row.Instance
		if i.Name == instance || i.Lifecycle != fleet.Active && i.Lifecycle != fleet.Pending {
			continue
		}
		for _, address := range []string{i.LMSURL, i.StudioURL, i.MFEURL} {
			if u, err := url.Parse(address); err == nil && u.Host != "" {
				owners[u.Hostname()] = i.Name
			}
		}
	}
	for _, use := range doc.Hosts() {
		if owner := owners[use.Host]; owner != "" && !had[use.Host] {
			p.warn(FileProblem, field, "line %d: %s is %s, which the instance %s already has.", use.Line, use.Key, use.Host, owner)
		}
	}
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
