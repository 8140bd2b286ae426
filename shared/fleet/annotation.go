package fleet

import (
	"net/mail"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/pattern"
)

// Annotation is what people keep about an instance or a cluster in Ocim. Git has
// nothing of it.
type Annotation struct {
	Note     string    `json:"note,omitempty" maxLength:"2000" doc:"For other operators to read; search finds it"`
	Tags     []string  `json:"tags,omitempty" maxItems:"20" doc:"Lowercase letters, digits, . _ : and -" example:"[\"customer-a\"]"`
	Contacts []string  `json:"contacts,omitempty" maxItems:"10" doc:"Addresses that get mail when the instance fails and when it recovers"`
	Site     SiteCheck `json:"site,omitzero" doc:"How Ocim checks whether the site answers"`
}

// SiteCheck says how Ocim checks whether a site answers. What an instance says wins over
// what its cluster says.
type SiteCheck struct {
	Off       bool   `json:"off,omitempty" doc:"Whether the site is not checked"`
	ConnectTo string `json:"connectTo,omitempty" maxLength:"260" doc:"Host, or host:port, to connect to in place of the site's public address, whose name is still requested" example:"ingress.internal.example.org"`
}

// Empty reports whether nothing is kept.
func (a Annotation) Empty() bool {
	return a.Note == "" && len(a.Tags) == 0 && len(a.Contacts) == 0 && a.Site == (SiteCheck{})
}

// Bounds of an annotation.
const (
	maxNote     = 2000 // characters
	maxTags     = 20
	maxTag      = 40 // characters
	maxContacts = 10
)

// tagForm leaves the length to maxTag: repeated so often, its classes would take megabytes.
var tagForm = pattern.Lazy(`^[\p{Ll}\p{N}][\p{Ll}\p{N}._:-]*$`)

// Normalized checks an annotation and brings it into the form that is stored: trimmed,
// tags in lower case and order, nothing twice. The error is fault.Invalid and names the
// field.
func (a Annotation) Normalized() (Annotation, error) {
	a.Note = strings.TrimSpace(strings.ReplaceAll(a.Note, "\r\n", "\n"))
	if len([]rune(a.Note)) > maxNote {
		return a, fault.InvalidField("note", "must have at most %d characters", maxNote)
	}
	if strings.ContainsFunc(a.Note, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return a, fault.InvalidField("note", "must not contain control characters")
	}
	var err error
	if a.Tags, err = distinct("tags", a.Tags, maxTags, func(tag string) (string, bool) {
		tag = strings.ToLower(tag)
		return tag, utf8.RuneCountInString(tag) <= maxTag && tagForm().MatchString(tag)
	}, "%q must have 1 to 40 letters, digits, . _ : or -, and begin with a letter or digit"); err != nil {
		return a, err
	}
	if a.Contacts, err = distinct("contacts", a.Contacts, maxContacts, func(address string) (string, bool) {
		parsed, err := mail.ParseAddress(address)
		return address, err == nil && parsed.Address == address && len(address) <= 254
	}, "%q is not a mail address, such as name@example.org"); err != nil {
		return a, err
	}
	a.Site.ConnectTo = strings.TrimSpace(a.Site.ConnectTo)
	if a.Site.ConnectTo != "" && !isHostPort(a.Site.ConnectTo) {
		return a, fault.InvalidField("site.connectTo", "must be a host or host:port, such as ingress.internal.example.org:8443")
	}
	return a, nil
}

// distinct trims, checks and sorts a list of texts.
func distinct(field string, list []string, limit int, form func(string) (string, bool), refused string) ([]string, error) {
	var out []string
	for i, s := range list {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		s, ok := form(s)
		if !ok {
			return nil, fault.InvalidField(field+"["+strconv.Itoa(i)+"]", refused, s)
		}
		out = append(out, s)
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > limit {
		return nil, fault.InvalidField(field, "must have at most %d entries", limit)
	}
	return out, nil
}

var hostForm = pattern.Lazy(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

func isHostPort(s string) bool {
	plain := s
	if inner, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(s, "]") {
		plain = strings.TrimSuffix(inner, "]")
	}
	if _, err := netip.ParseAddr(plain); err == nil {
		return true
	}
	if at, err := netip.ParseAddrPort(s); err == nil {
		return at.Port() > 0
	}
	host, port, has := strings.Cut(s, ":")
	if has {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	return hostForm().MatchString(host)
}

// TagsOf gives the tags of an instance with those of its cluster, each once.
func TagsOf(c *Cluster, i *Instance) []string {
	var tags []string
	if c.Annotation != nil {
		tags = append(tags, c.Annotation.Tags...)
	}
	if i.Annotation != nil {
		for _, tag := range i.Annotation.Tags {
			if !slices.Contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

// Annotate shows annotations in a chunk, by instance; the cluster's own is under the
// empty name. It reports whether anything changed.
func (c *Chunk) Annotate(all map[string]Annotation) bool {
	changed := setAnnotation(&c.Cluster.Annotation, all[""])
	for i := range c.Rows {
		own := &c.Rows[i].Instance
		changed = setAnnotation(&own.Annotation, all[own.Name]) || changed
	}
	return changed
}

func setAnnotation(to **Annotation, a Annotation) bool {
	was := Annotation{}
	if *to != nil {
		was = **to
	}
	if was.Note == a.Note && was.Site == a.Site && slices.Equal(was.Tags, a.Tags) && slices.Equal(was.Contacts, a.Contacts) {
		return false
	}
	*to = nil
	if !a.Empty() {
		*to = &a
	}
	return true
}
