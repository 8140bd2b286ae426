package grove

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/order"
	"github.com/open-craft/ocim/shared/pattern"
)

// maxChecks bounds what Check finds in one file.
const maxChecks = 50

// Check reports what is wrong with the values of an instance's file, in addition to what
// Read reports: a known key with a value of another type, a key that is probably a known one
// mistyped, and a value that shows a secret. tutor is the major version, zero when it is
// not known. Messages never quote a value.
func (d *Document) Check(tutor int) []fleet.FileProblem {
	if d == nil || d.root == nil {
		return nil
	}
	root := deref(d.root)
	if root.Kind != yaml.MappingNode {
		return nil
	}
	c := fileCheck{doc: d, name: path.Base(d.file), tutor: tutor}
	for i := 0; i+1 < len(root.Content) && len(c.problems) < maxChecks; i += 2 {
		if key := deref(root.Content[i]); key.Kind == yaml.ScalarNode && key.ShortTag() != "!!merge" {
			c.entry(root.Content[i], key.Value, deref(root.Content[i+1]), root.Content[i+1])
		}
	}
	return c.problems
}

type fileCheck struct {
	doc      *Document
	name     string
	tutor    int
	problems []fleet.FileProblem
}

func (c *fileCheck) add(n *yaml.Node, warning bool, format string, args ...any) {
	c.problems = append(c.problems, fleet.FileProblem{
		File: c.doc.file, Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...), Warning: warning,
	})
}

func (c *fileCheck) entry(keyNode *yaml.Node, key string, value, at *yaml.Node) {
	if near := openedx.NearestKey(c.name, key); near != "" {
		c.add(keyNode, true, "Unknown key %s. Did you mean %s?", printable(key), near)
	}
	if row, known := openedx.LookupKey(c.name, key, c.tutor); known {
		if wrong, warning := wrongType(row, value); wrong != "" {
			c.add(at, warning, "%s %s.", printable(key), wrong)
		}
	}
	c.references(key, value)
}

// isTemplated reports whether a scalar is made by a template, so that its type is not
// known here.
func isTemplated(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (strings.Contains(n.Value, "{{") || strings.Contains(n.Value, "{%"))
}

// typeOf is what PyYAML makes of a node.
func typeOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "!!seq"
	case n.Kind == yaml.MappingNode:
		return "!!map"
	case n.Style&yaml.TaggedStyle != 0:
		return n.ShortTag()
	case n.Style&^yaml.FlowStyle != 0:
		return "!!str"
	}
	return resolve(n.Value)
}

var (
	hostValue  = pattern.Lazy(`^[A-Za-z0-9._\[\]:,-]+$`)
	mailValue  = pattern.Lazy(`^[^@\s]+@[^@\s]+$`)
	boolWords  = pattern.Lazy(`(?i)^(?:true|false|yes|no|on|off)$`)
	numberText = pattern.Lazy(`^[0-9]+$`)
)

// wrongType describes what is wrong with the type of a known key's value, as the rest of a
// sentence that begins with the key; warning when it works all the same.
func wrongType(row openedx.Key, n *yaml.Node) (wrong string, warning bool) {
	is := typeOf(n)
	if is == "!!null" || isTemplated(n) || len(n.Content) > 0 && isTemplate(n, n.Content[0]) {
		return "", false // or the quotes are missing, which Read reports
	}
	text := is == "!!str"
	number := is == "!!int" || is == "!!float"
	switch row.Type {
	case "bool":
		switch {
		case is == "!!bool", is == "!!int" && (n.Value == "0" || n.Value == "1"):
		case text && boolWords().MatchString(n.Value):
			return "must be true or false without quotes: a quoted text always counts as true", false
		default:
			return "must be true or false", false
		}
	case "int":
		if is != "!!int" && !(text && numberText().MatchString(n.Value)) {
			return "must be a whole number", false
		}
	case "list":
		if is != "!!seq" {
			return "must be a list", false
		}
	case "map":
		if is != "!!map" && is != "!!seq" {
			return "must be a map", false
		}
	case "patch":
		if is == "!!bool" || number {
			return "must be block text, a map or a list", false
		}
	case "text", "version", "host", "email":
		switch {
		case is == "!!seq" || is == "!!map":
			return "must be one text, not " + kindWords(n), false
		case is == "!!bool":
			return "is read as true or false; put the text in quotes", false
		case row.Type == "host" && strings.Contains(n.Value, "://") && !strings.HasPrefix(n.Value, "mongodb"):
			return "must be a host without https:// or a path", false
		case row.Type == "host" && text && n.Value != "" && !strings.Contains(n.Value, "://") && !hostValue().MatchString(n.Value):
			return "is not the name of a host", false
		case row.Type == "email" && n.Value != "" && !mailValue().MatchString(n.Value):
			return "is not an email address", true
		}
	}
	return "", false
}

var templateNames = pattern.Lazy(`\{[{%][^{}]*[}%]\}`)

var templateName = pattern.Lazy(`[A-Z][A-Z0-9_]{2,}`)

// references warns of a visible value whose template includes a secret. Block text is
// left alone: it is how settings of services are written.
func (c *fileCheck) references(key string, value *yaml.Node) {
	if value.Kind != yaml.ScalarNode || c.doc.secret[value] || !isTemplated(value) || len(value.Value) > 1024 || strings.Contains(value.Value, "\n") {
		return
	}
	_, holes := c.doc.by.text(value.Value)
	for _, at := range templateNames().FindAllStringIndex(value.Value, -1) {
		if slices.ContainsFunc(holes, func(h hole) bool { return h.start <= at[0] && at[0] < h.end }) {
			continue // the template is masked itself
		}
		if strings.HasPrefix(value.Value[at[1]:], "@") {
			continue // the password of an address that services use
		}
		for _, name := range templateName().FindAllString(value.Value[at[0]:at[1]], -1) {
			if c.doc.by.keys.Judge(name).Secret() {
				c.add(value, true, "%s shows the secret %s to everyone who can see this value.", printable(key), name)
				return
			}
		}
	}
}

// HostsOf lists the hosts of an instance as its row has them, each once, those of Tutor's
// defaults included.
func HostsOf(row fleet.Row) []HostUse {
	var out []HostUse
	add := func(key, host string) {
		host = strings.ToLower(host)
		known := slices.ContainsFunc(out, func(use HostUse) bool { return use.Host == host })
		if host != "" && !known && hostName().MatchString(host) {
			out = append(out, HostUse{Key: key, Host: host})
		}
	}
	for _, page := range []struct{ key, address string }{{"LMS_HOST", row.Instance.LMSURL}, {"CMS_HOST", row.Instance.StudioURL}, {"MFE_HOST", row.Instance.MFEURL}} {
		if u, err := url.Parse(page.address); err == nil {
			add(page.key, u.Hostname())
		}
	}
	for _, key := range publicHosts {
		add(key, fillBy(row.Settings[key], func(name string) string { return row.Settings[name] }))
	}
	return out
}

// SharedHosts lists the hosts of an instance that are known to be those of another one, too.
func SharedHosts(row fleet.Row) []string {
	var out []string
	for _, p := range row.Instance.Problems {
		if p.Host != "" {
			out = append(out, p.Host)
		}
	}
	return out
}

// SetSharedHosts replaces the problems about hosts that another instance has, too. Hosts that
// the instance itself does not have are left out. The other one is not named: who sees
// this one may not see that.
func SetSharedHosts(row *fleet.Row, hosts []string) {
	own := slices.DeleteFunc(slices.Clone(row.Instance.Problems), func(p fleet.FileProblem) bool { return p.Host != "" })
	for _, use := range HostsOf(*row) {
		if slices.Contains(hosts, use.Host) {
			own = append(own, fleet.FileProblem{
				File: InstanceFile(row.Instance.Name, ConfigFile), Warning: true, Host: use.Host,
				Message: fmt.Sprintf("%s is %s, which another instance has, too.", use.Key, use.Host),
			})
		}
	}
	row.Instance.Problems = own
}

// HostUse is a host that a configuration gives an instance.
type HostUse struct {
	Key  string
	Host string
	Line int
}

// Hosts lists the hosts that a config.yml names itself, templates filled in: those that
// no other instance may have.
func (d *Document) Hosts() []HostUse {
	if d == nil || d.root == nil || deref(d.root).Kind != yaml.MappingNode {
		return nil
	}
	var out []HostUse
	for _, key := range publicHosts {
		host := strings.ToLower(fillTemplate(d, d.text(key)))
		if host != "" && hostName().MatchString(host) {
			line := 0
			if n := d.lookup(key); n != nil {
				line = n.Line
			}
			out = append(out, HostUse{Key: key, Host: host, Line: line})
		}
	}
	order.Sort(out, func(a, b HostUse) int { return cmp.Compare(a.Line, b.Line) })
	return out
}
