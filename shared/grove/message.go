package grove

import (
	"cmp"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/pattern"
)

// Message is what a commit message says about deployments.
type Message struct {
	// Operation is empty when the commit deploys nothing. Restoring an archived
	// instance reads as Create, the merge of a deployment branch without a tag too, and a
	// tag that is not known as Update.
	Operation   fleet.OperationKind
	Deployments []fleet.Deployment // in order, each instance once; ids may be empty
	Repository  string             // of build images
	Branch      string             // of build images
	MergedInto  string             // target branch, for a merge of a deployment branch
}

// Bounds of what ParseMessage looks at.
const (
	maxMessage     = 64 * 1024
	maxDeployments = 1000
)

var (
	mergeTitle = pattern.Lazy(`(?i)^merge (?:remote-tracking )?branch '(?:origin/)?deployment/([A-Za-z0-9_-]+)/([A-Za-z0-9_-]+)'(?: into '?([^'\s]+)'?)?`)
	autoDeploy = pattern.Lazy(`(?i)\[\s*auto[ _-]?deploy\s*\]((?:\s*\[[^\[\]]{1,40}\])*)[ \t]*(.*)`)
	tagName    = pattern.Lazy(`\[([^\[\]]*)\]`)
	idEntry    = pattern.Lazy(`^([A-Za-z0-9_-]+)\s*\|\s*([A-Za-z0-9_-]+)`)
	bareEntry  = pattern.Lazy(`^([A-Za-z0-9][A-Za-z0-9_-]*)`)
	afterBare  = pattern.Lazy(`^\|?\s*(?:$|,|;|[-–—:(#\[]\s?)`)
	oldForm    = pattern.Lazy(`^([A-Za-z0-9_-]+)\s*:\s*([0-9]+)\b`)
	imageForm  = pattern.Lazy(`^(\S+?)\s*\|\s*([^\s|,;]+)`)
)

// ParseMessage reads a commit message, title and body, in any of the forms that
// Grove and people write. It never fails: what it does not understand deploys
// nothing.
func ParseMessage(message string) Message {
	message = cut(message, maxMessage)
	var m Message
	for line := range strings.Lines(message) {
		line = strings.TrimSpace(line)
		if found := mergeTitle().FindStringSubmatch(line); found != nil && m.MergedInto == "" {
			m.add(found[1], found[2])
			m.MergedInto = found[3]
			m.Operation = cmp.Or(m.Operation, fleet.Create)
		}
	}
	if found := autoDeploy().FindStringSubmatch(message); found != nil {
		m.tagged(found[1], strings.TrimSpace(found[2]))
	}
	return m
}

func (m *Message) tagged(tags, rest string) {
	var names []string
	for _, t := range tagName().FindAllStringSubmatch(tags, -1) {
		names = append(names, strings.ToLower(strings.TrimSpace(t[1])))
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(words, name) })
	}
	switch {
	case has("build"), has("image", "images"):
		m.Operation = fleet.BuildImages
		if found := imageForm().FindStringSubmatch(rest); found != nil {
			m.Repository, m.Branch = found[1], found[2]
		}
		return
	case has("infrastructure", "infra"):
		m.Operation = fleet.Reprovision
		return
	case has("create"):
		m.Operation = fleet.Create
	case has("archive"):
		m.Operation = fleet.Archive
	case has("delete"):
		m.Operation = fleet.Delete
	case has("unarchive", "restore"):
		m.Operation = fleet.Unarchive
	default:
		m.Operation = fleet.Update
	}
	if len(names) == 0 {
		if found := oldForm().FindStringSubmatch(rest); found != nil {
			m.add(found[1], found[2])
			return
		}
	}
	m.entries(rest, m.Operation == fleet.Archive || m.Operation == fleet.Delete)
}

// entries reads `a|1,b|2`, ids optional, until free text starts. A lone word
// before free text is a name only for operations that carry no ids.
func (m *Message) entries(rest string, bareFirst bool) {
	for len(m.Deployments) < maxDeployments {
		rest = strings.TrimLeft(rest, " \t")
		name, id := "", ""
		if found := idEntry().FindStringSubmatch(rest); found != nil {
			name, id = found[1], found[2]
			rest = rest[len(found[0]):]
		} else if name = bareEntry().FindString(rest); name != "" {
			rest = strings.TrimLeft(rest[len(name):], " \t")
			if !bareFirst && !afterBare().MatchString(rest) {
				return
			}
			rest = strings.TrimPrefix(rest, "|")
		} else {
			return
		}
		m.add(name, id)
		bareFirst = false
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" || rest[0] != ',' && rest[0] != ';' {
			return
		}
		rest = rest[1:]
	}
}

// add keeps each instance once, with the id if any mention has one.
func (m *Message) add(instance, id string) {
	if len(instance) > 2*MaxName || len(id) > 64 {
		return
	}
	for i := range m.Deployments {
		if d := &m.Deployments[i]; d.Instance == instance {
			d.ID = cmp.Or(d.ID, id)
			return
		}
	}
	m.Deployments = append(m.Deployments, fleet.Deployment{Instance: instance, ID: id})
}
