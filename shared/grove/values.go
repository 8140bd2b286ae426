package grove

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Values lists the secrets of a file, as programs read them: what Mask hides. A secret
// may be listed more than once.
func (m *Masker) Values(file string, text []byte) []string {
	if isYAML(file) {
		if doc, _ := m.Read(file, text); doc != nil && doc.root != nil {
			if values, ok := doc.values(); ok {
				return values
			}
		}
	}
	if len(text) > MaxFile {
		text = text[:MaxFile]
	}
	return m.textValues(nil, string(text))
}

// values is false when the positions of comments are not to be trusted.
func (d *Document) values() (values []string, ok bool) {
	spans, order, ok := d.src.spans(d.root)
	if !ok {
		return nil, false
	}
	keys := keyNodes(d.root)
	comments := newCommentMasker(d.by, d.src)
	last := 0
	gap := func(to int) {
		for _, e := range comments.gap(last, to) {
			values = append(values, trimmed(string(d.src.text[e.start:e.end])))
		}
	}
	for _, n := range order {
		gap(spans[n].body)
		last = spans[n].end
		switch {
		case n.Kind == yaml.AliasNode || holdsNothing(n):
		case d.secret[n] && !keys[n]:
			values = append(values, n.Value)
		default:
			values = d.by.textValues(values, n.Value)
		}
	}
	gap(len(d.src.text))
	return values, true
}

// textValues adds the secrets inside a text.
func (m *Masker) textValues(values []string, s string) []string {
	_, holes := m.text(s)
	for _, h := range holes {
		values = append(values, trimmed(s[h.start:h.end]))
	}
	return values
}

// trimmed is a value without the quotes around it.
func trimmed(s string) string { return strings.Trim(s, " \t\r\n\"'`,;") }
