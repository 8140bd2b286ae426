package grove

import (
	"bytes"
	"context"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
)

// Applied is what came of changes to a file.
type Applied struct {
	Text []byte
	Made int // how many of the changes; not all with an error
	Work int // bytes that were parsed for them
}

// Apply makes changes of a YAML file one after the other, each on the outcome of those
// before it, and changes nothing else: comments, order, quotes and spacing stay.
//
// The file is parsed as a whole twice, however many changes there are: each is made in
// the lines of its own entry. A change that its entry's lines are not enough for is made on
// the whole file, and all are in a file whose entries depend on each other.
//
// It is fault.Invalid, with the path as field, when the file cannot be parsed, the path
// leads through a scalar or an alias, or an alias shares the value.
//
// A canceled context ends it between two changes.
func Apply(ctx context.Context, file string, text []byte, changes []Change) (out Applied, err error) {
	out.Text = text
	with := &editing{file: file}
	defer func() { out.Work = with.work }()
	apart := true
	for out.Made < len(changes) {
		rest := changes[out.Made:]
		if apart && len(rest) > 1 {
			var made int
			out.Text, made, apart = with.inParts(ctx, out.Text, rest)
			if out.Made += made; made == len(rest) {
				break
			}
		}
		if err := ctx.Err(); err != nil {
			return out, err
		}
		whole := &editing{file: file}
		doc, err := changes[out.Made].alone(out.Text, whole)
		with.work += whole.work
		if err != nil {
			return out, err
		}
		out.Text = doc.src.text
		out.Made++
	}
	return out, nil
}

// editing is what changes of one file have in common.
type editing struct {
	file    string
	uniform bool // all lines end like crlf says; else each looks at its neighbors
	crlf    bool
	work    int // bytes parsed
}

func (w *editing) read(text []byte) (*Document, []fleet.FileProblem) {
	w.work += len(text)
	return outline(w.file, text)
}

// inParts makes changes, each in the lines of its entry, until one needs more. It is
// false when the file cannot be edited so at all; an empty one can once it has an entry.
func (w *editing) inParts(ctx context.Context, text []byte, changes []Change) (edited []byte, made int, apart bool) {
	doc, _ := w.read(text)
	if doc == nil {
		return text, 0, false
	}
	if doc.root == nil || isNull(doc.root) {
		return text, 0, true
	}
	if w.uniform, w.crlf = lineEnds(text); !w.uniform || hasAlias(doc.root) {
		return text, 0, false
	}
	root, ok := splitMap(doc.src, doc.root, 0, len(text), false)
	if !ok {
		return text, 0, false
	}
	for _, c := range changes {
		if len(c.Path) == 0 || len(c.Path) > maxDepth || ctx.Err() != nil || !root.change(w, c) {
			break
		}
		made++
	}
	if made == 0 {
		return text, 0, true
	}
	edited = root.text(nil)
	if after, _ := w.read(edited); after == nil || after.root == nil || !root.is(after.root) {
		return text, 0, false
	}
	return edited, made, true
}

// lineEnds reports whether all lines end alike, and whether by CR LF.
func lineEnds(text []byte) (uniform, crlf bool) {
	returns, pairs, feeds := bytes.Count(text, []byte("\r")), bytes.Count(text, []byte("\r\n")), bytes.Count(text, []byte("\n"))
	return returns == 0 || returns == pairs && pairs == feeds, returns > 0
}

func hasAlias(root *yaml.Node) bool {
	found := false
	visit(root, func(n *yaml.Node) bool { found = found || n.Kind == yaml.AliasNode; return !found })
	return found
}

// parts are the entries of a block map, in order.
type parts struct {
	node        *yaml.Node
	head        []byte // what stands before the first entry, of a map within another
	first, last *part
	byKey       map[string]*part
}

// part is one entry of a block map, with the lines up to the next one.
type part struct {
	before, after *part
	key, value    *yaml.Node
	src           *source // that the nodes were read from
	start, end    int     // there
	inner         *parts  // the value as parts, once a change was inside it
}

// splitMap takes the text of a block map apart. It is false when a key is there twice,
// or not at the start of a line. With apart, what is before the first entry is the head.
func splitMap(src *source, m *yaml.Node, start, end int, apart bool) (*parts, bool) {
	if m.Kind != yaml.MappingNode || m.Style&yaml.FlowStyle != 0 || len(m.Content) == 0 {
		return nil, false
	}
	p := &parts{node: m, byKey: make(map[string]*part, len(m.Content)/2)}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := m.Content[i]
		line, _ := src.line(key.Line)
		at, ok := src.offset(key.Line, key.Column)
		if !ok || key.Kind != yaml.ScalarNode || p.byKey[key.Value] != nil || len(bytes.TrimLeft(src.text[line:at], " ")) > 0 {
			return nil, false
		}
		switch {
		case i > 0:
			p.last.end = line
		case apart:
			p.head = src.text[start:line]
		default:
			line = start
		}
		next := &part{before: p.last, key: key, value: m.Content[i+1], src: src, start: line, end: end}
		p.link(p.last, next)
		p.link(next, nil)
		p.byKey[key.Value] = next
	}
	return p, true
}

// link makes one part follow another; nil is the end.
func (p *parts) link(a, b *part) {
	if a == nil {
		p.first = b
	} else {
		a.after = b
	}
	if b == nil {
		p.last = a
	} else {
		b.before = a
	}
}

// change makes a change in the fewest entries that it can depend on. When it is false,
// nothing changed.
func (p *parts) change(with *editing, c Change) bool {
	at := p.byKey[c.Path[0]]
	if at != nil && len(c.Path) > 1 && at.opened() {
		within := c
		within.Path = c.Path[1:]
		if at.inner.change(with, within) {
			return true
		}
	}
	from, to := at, at
	switch {
	case at == nil && c.Unset:
		return true // there is nothing to remove
	case at == nil:
		from, to = p.last, p.last
	case c.Unset && len(c.Path) == 1:
		// What follows could join what is before.
		if p.first == p.last {
			return false // the map itself is written in another way then
		}
		if at.before != nil {
			from = at.before
		}
		if at.after != nil {
			to = at.after
		}
	}
	var text []byte
	for q := from; q != to.after; q = q.after {
		text = q.text(text)
	}
	doc, err := c.alone(text, with)
	if err != nil || doc.root == nil {
		return false
	}
	now, ok := splitMap(doc.src, doc.root, 0, len(doc.src.text), false)
	if !ok {
		return false
	}
	for q := from; q != to.after; q = q.after {
		delete(p.byKey, q.key.Value)
	}
	for q := now.first; q != nil; q = q.after {
		p.byKey[q.key.Value] = q
	}
	before, after := from.before, to.after
	p.link(before, now.first)
	p.link(now.last, after)
	return true
}

// opened reports whether the entry holds a map that could be taken apart.
func (p *part) opened() bool {
	if p.inner == nil {
		if inner, ok := splitMap(p.src, p.value, p.start, p.end, true); ok {
			p.inner = inner
		}
	}
	return p.inner != nil
}

// text appends what the part is now.
func (p *part) text(to []byte) []byte {
	if p.inner != nil {
		return p.inner.text(to)
	}
	return append(to, p.src.text[p.start:p.end]...)
}

func (p *parts) text(to []byte) []byte {
	to = append(to, p.head...)
	for q := p.first; q != nil; q = q.after {
		to = q.text(to)
	}
	return to
}

// is reports whether a map that was read has exactly these parts.
func (p *parts) is(m *yaml.Node) bool {
	if m.Kind != p.node.Kind || m.Anchor != p.node.Anchor || m.Style != p.node.Style || m.ShortTag() != p.node.ShortTag() {
		return false
	}
	i := 0
	for q := p.first; q != nil; q, i = q.after, i+2 {
		if i+1 >= len(m.Content) || !identical(q.key, m.Content[i]) {
			return false
		}
		if q.inner != nil && !q.inner.is(m.Content[i+1]) || q.inner == nil && !identical(q.value, m.Content[i+1]) {
			return false
		}
	}
	return i == len(m.Content)
}
