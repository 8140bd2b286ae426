package grove

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/pattern"
)

// Mask gives the text of a file with every secret replaced by MaskText, in
// place: everything else, down to comments and quotes, is as it was. A .yml or
// .yaml file is masked by its keys, any other by its lines. A YAML file that
// cannot be parsed keeps only its top-level keys; one that is not text at all comes out
// empty.
func Mask(file string, text []byte) string { return standard().Mask(file, text) }

// Mask is the function Mask with the masker's rules.
func (m *Masker) Mask(file string, text []byte) string { return m.masked(file, text).text }

// masked is a masked text with what is needed to undo it.
type masked struct {
	text     string
	doc      *Document // of the original; nil for a text that is not YAML, or not readable
	shape    *Document // of the masked text; its tree has the shape of doc's
	withheld bool      // the text shows less than it could, and cannot be undone piecewise
}

func isYAML(file string) bool {
	return strings.HasSuffix(file, ".yml") || strings.HasSuffix(file, ".yaml")
}

func (m *Masker) masked(file string, text []byte) masked {
	if !isYAML(file) {
		if len(text) > MaxFile || badByte(text) >= 0 {
			return masked{withheld: true}
		}
		out, _ := m.text(string(text))
		return masked{text: out}
	}
	doc, _ := m.Read(file, text)
	if doc == nil {
		return masked{text: withhold(text), withheld: true}
	}
	return doc.masked()
}

func (d *Document) masked() masked {
	m, doc, text := d.by, d, d.src.text
	if doc.root == nil {
		out, _ := m.text(string(text)) // nothing but comments
		return masked{text: out, doc: doc, shape: doc}
	}
	if deref(doc.root).Kind != yaml.MappingNode && !isNull(doc.root) {
		return masked{text: withhold(text), withheld: true}
	}
	whole := map[*yaml.Node]bool{}
	// A scalar that still shows something after its text was masked (an escape
	// that hides a URL, say) is masked as a whole at the second try.
	for range 2 {
		out, ok := doc.mask(whole)
		if !ok {
			break
		}
		shape, _ := m.Read(d.file, []byte(out))
		if shape == nil {
			break
		}
		again, ok := doc.compare(shape)
		if !ok {
			break
		}
		if len(again) == 0 {
			return masked{text: out, doc: doc, shape: shape}
		}
		for _, n := range again {
			whole[n] = true
		}
	}
	return masked{text: withhold(text), withheld: true}
}

var topLevelKey = pattern.Lazy(`^[A-Z][A-Z0-9_]*:`)

// withhold masks a text that has no reliable structure: it keeps the keys that
// start a line and, for their numbers, the other lines as comments.
func withhold(text []byte) string {
	if len(text) > MaxFile || badByte(text) >= 0 {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		body := strings.TrimRight(line, "\r\n")
		key := topLevelKey().FindString(body)
		b.WriteString(key)
		switch rest := strings.TrimSpace(body[len(key):]); {
		case rest == "":
		case key != "":
			b.WriteString(" " + MaskText)
		default:
			b.WriteString("# " + MaskText)
		}
		b.WriteString(line[len(body):])
	}
	return b.String()
}

// edit replaces a part of a text.
type edit struct {
	hole
	text string
}

// splice applies edits, in order and not overlapping.
func splice(text []byte, edits []edit) (string, bool) {
	var b strings.Builder
	last := 0
	for _, e := range edits {
		if e.start < last || e.end < e.start || e.end > len(text) {
			return "", false
		}
		b.Write(text[last:e.start])
		b.WriteString(e.text)
		last = e.end
	}
	b.Write(text[last:])
	return b.String(), true
}

// mask makes the masked text; nodes of whole are masked as if they were
// secret. It is false when the positions are not to be trusted.
func (d *Document) mask(whole map[*yaml.Node]bool) (string, bool) {
	spans, order, ok := d.src.spans(d.root)
	if !ok {
		return "", false
	}
	keys := keyNodes(d.root)
	var edits []edit
	comments := newCommentMasker(d.by, d.src)
	last := 0
	for _, n := range order {
		sp := spans[n]
		edits = append(edits, comments.gap(last, sp.body)...)
		last = sp.end
		if n.Kind == yaml.AliasNode {
			continue
		}
		if !keys[n] && (d.secret[n] || whole[n]) {
			if !holdsNothing(n) {
				edits = append(edits, maskScalar(n, sp))
			}
			continue
		}
		at := inner(n, sp)
		_, holes := d.by.text(string(d.src.text[at.start:at.end]))
		for _, h := range holes {
			edits = append(edits, edit{hole{at.start + h.start, at.start + h.end}, MaskText})
		}
	}
	edits = append(edits, comments.gap(last, len(d.src.text))...)
	return splice(d.src.text, edits)
}

// maskScalar masks a scalar as a whole, keeping its style.
func maskScalar(n *yaml.Node, sp span) edit {
	switch n.Style &^ yaml.TaggedStyle {
	case yaml.DoubleQuotedStyle:
		return edit{hole{sp.start, sp.end}, `"` + MaskText + `"`}
	case yaml.SingleQuotedStyle:
		return edit{hole{sp.start, sp.end}, `'` + MaskText + `'`}
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return edit{hole{sp.body, sp.end}, strings.Repeat(" ", max(sp.indent, 1)) + MaskText}
	}
	return edit{hole{sp.start, sp.end}, MaskText}
}

// keyNodes collects the scalars that are keys of maps. Keys are shown.
func keyNodes(root *yaml.Node) map[*yaml.Node]bool {
	keys := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		for i, child := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 {
				keys[child] = true
			}
			walk(child)
		}
	}
	if root != nil {
		walk(root)
	}
	return keys
}

// commentMasker masks comments in the gaps between scalars. A secret may go on
// over neighbouring comment lines.
type commentMasker struct {
	by       *Masker
	src      *source
	lines    *lineMasker
	lastLine int // line of the last comment
}

func newCommentMasker(by *Masker, src *source) *commentMasker {
	return &commentMasker{by: by, src: src, lines: by.lines(), lastLine: -1}
}

func (c *commentMasker) gap(from, to int) []edit {
	var edits []edit
	for at := from; at < to; at++ {
		if c.src.text[at] != '#' {
			continue
		}
		end := min(c.src.lineEnd(at), to)
		line, column := c.src.position(at)
		if line != c.lastLine+1 {
			c.lines = c.by.lines()
		}
		c.lastLine = line
		// Indentation counts for secrets over several lines, so the comment is
		// judged with the columns before it as blanks.
		pad := strings.Repeat(" ", column-1)
		for _, h := range c.lines.line(pad + string(c.src.text[at:end])) {
			edits = append(edits, edit{hole{at + h.start - len(pad), at + h.end - len(pad)}, MaskText})
		}
		at = end
	}
	return edits
}

// compare walks a document and its masked self together. It gives the scalars
// that must be masked as a whole, and false when the shapes differ.
func (d *Document) compare(shape *Document) (again []*yaml.Node, ok bool) {
	if shape.root == nil {
		return nil, false
	}
	ok = true
	var walk func(a, b *yaml.Node, key bool)
	walk = func(a, b *yaml.Node, key bool) {
		if !ok {
			return
		}
		if a.Kind != b.Kind || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
			ok = false
			return
		}
		for i := range a.Content {
			walk(a.Content[i], b.Content[i], a.Kind == yaml.MappingNode && i%2 == 0)
		}
		switch {
		case a.Kind == yaml.AliasNode:
			ok = a.Value == b.Value
		case a.Kind != yaml.ScalarNode:
		case !key && d.secret[a] && !holdsNothing(a):
			ok = strings.TrimSpace(b.Value) == MaskText
		case strings.TrimSpace(b.Value) == MaskText && a.Value != b.Value:
			// masked as a whole, or all of it was one secret
		default:
			want, _ := d.by.text(a.Value)
			got, holes := d.by.text(b.Value)
			if slices.ContainsFunc(holes, func(h hole) bool { return b.Value[h.start:h.end] != MaskText }) || got != want {
				ok = ok && !key
				again = append(again, a)
			}
		}
	}
	walk(d.root, shape.root, false)
	return again, ok
}
