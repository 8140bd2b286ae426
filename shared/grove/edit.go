package grove

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
)

// Change is one change of a YAML file: a value to set, or an entry to remove.
type Change struct {
	// Path is keys from the root down, and positions in lists. What is missing of it is
	// added at the end of its map.
	Path []string
	// Value is whatever YAML can hold: text, numbers, booleans, nil, maps and slices.
	Value any
	Unset bool // removes the entry; one that is not there changes nothing
}

// alone makes the change and changes nothing else: comments, order, quotes and spacing
// stay. It is fault.Invalid, with the path as field, when the text cannot be parsed, the
// path leads through a scalar or an alias, or an alias shares the value.
func (c Change) alone(text []byte, with *editing) (*Document, error) {
	e, err := openEditor(with, text, c.Path)
	if err != nil {
		return nil, err
	}
	if c.Unset {
		if len(e.chain) <= len(c.Path) {
			return e.doc, nil
		}
		inList := e.chain[len(c.Path)-1].Kind == yaml.SequenceNode
		return e.apply(slices.Values(e.removals()), true, func(root *yaml.Node) bool { return inList || follow(root, c.Path) == nil })
	}
	value, isText := node(c.Value)
	switch {
	case value == nil:
		return nil, e.invalid("the value cannot be written as YAML")
	case !isText:
		return nil, e.invalid("the value is not text in UTF-8")
	}
	return e.apply(e.setting(value), false, func(root *yaml.Node) bool {
		found := follow(root, c.Path)
		return found != nil && sameValue(found, value)
	})
}

// follow finds a path without going through aliases, nil when it is not there.
func follow(n *yaml.Node, path []string) *yaml.Node {
	for _, segment := range path {
		if n == nil {
			return nil
		}
		at := childAt(n, segment)
		if at < 0 {
			return nil
		}
		n = n.Content[at]
	}
	return n
}

// childAt gives the index in Content of the value at a segment, -1 for none.
func childAt(n *yaml.Node, segment string) int {
	switch n.Kind {
	case yaml.MappingNode:
		for i := len(n.Content) - 2; i >= 0; i -= 2 { // the last of two equal keys counts
			if k := n.Content[i]; k.Kind == yaml.ScalarNode && k.Value == segment {
				return i + 1
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(n.Content) && strconv.Itoa(i) == segment {
			return i
		}
	}
	return -1
}

// sameValue reports whether two nodes decode to the same.
func sameValue(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Kind == yaml.AliasNode || a.ShortTag() != b.ShortTag() {
		return false
	}
	if a.Kind == yaml.ScalarNode && !isNull(a) && a.Value != b.Value {
		return false
	}
	return slices.EqualFunc(a.Content, b.Content, sameValue)
}

// editor knows where the nodes along a path stand.
type editor struct {
	with  *editing
	doc   *Document
	text  []byte
	path  []string
	spans map[*yaml.Node]span
	chain []*yaml.Node // root first, as far as the path exists
	flow  bool         // the end of the chain is inside a flow map or list
}

func (e *editor) invalid(format string, args ...any) error {
	return fault.InvalidField(shownPath(e.path), format, args...)
}

func shownPath(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = printable(p)
	}
	return strings.Join(parts, ".")
}

func openEditor(with *editing, text []byte, path []string) (*editor, error) {
	e := &editor{with: with, text: text, path: path}
	if len(path) == 0 || len(path) > maxDepth {
		return nil, e.invalid("the path must have 1 to %d parts", maxDepth)
	}
	doc, problems := with.read(text)
	if doc == nil {
		p := problems[0]
		return nil, e.invalid("%s cannot be edited, line %d, column %d: %s", with.file, p.Line, p.Column, p.Message)
	}
	e.doc = doc
	if doc.root == nil {
		return e, nil
	}
	var ok bool
	if e.spans, _, ok = doc.src.spans(doc.root); !ok {
		return nil, e.invalid("%s is written in a way that only a person can edit", with.file)
	}
	n := doc.root
	e.chain = []*yaml.Node{n}
	for i, segment := range path {
		e.flow = e.flow || n.Style&yaml.FlowStyle != 0
		at := childAt(n, segment)
		if at < 0 {
			if n.Kind == yaml.AliasNode {
				return nil, e.invalid("%s is an alias; edit what it stands for", shownPath(path[:i]))
			}
			if n.Kind == yaml.ScalarNode && !isNull(n) {
				return nil, e.invalid("%s is not a map", shownPath(path[:i]))
			}
			break
		}
		n = n.Content[at]
		e.chain = append(e.chain, n)
	}
	if e.shared() {
		return nil, e.invalid("the value is shared through an alias (*); edit the file by hand")
	}
	return e, nil
}

// shared reports whether an alias outside the node at the path stands for it, a
// part of it, or something around it.
func (e *editor) shared() bool {
	touched := map[*yaml.Node]bool{}
	for _, n := range e.chain {
		touched[n] = true
	}
	complete := len(e.chain) == len(e.path)+1
	target := e.chain[len(e.chain)-1]
	if complete {
		visit(target, func(n *yaml.Node) bool { touched[n] = true; return true })
	}
	shared := false
	visit(e.doc.root, func(n *yaml.Node) bool {
		if n.Kind == yaml.AliasNode && touched[n.Alias] {
			shared = true
		}
		return !complete || n != target
	})
	return shared
}

// visit walks a tree without following aliases, not into nodes for which f is
// false.
func visit(n *yaml.Node, f func(*yaml.Node) bool) {
	if !f(n) {
		return
	}
	for _, child := range n.Content {
		visit(child, f)
	}
}

// apply tries ways to make a change and takes the first whose outcome reads as
// wanted and is equal elsewhere.
func (e *editor) apply(ways iter.Seq[edit], removing bool, wanted func(root *yaml.Node) bool) (*Document, error) {
	for way := range ways {
		way.text = e.withLineEnds(way)
		text, ok := splice(e.text, []edit{way})
		if !ok {
			continue
		}
		doc, problems := e.with.read([]byte(text))
		if doc == nil || doc.root == nil && e.doc.root != nil && !e.emptied() {
			if len(text) > MaxFile {
				return nil, fault.New(fault.TooLarge, "%s", problems[0].Message)
			}
			continue
		}
		root := doc.root
		if root == nil {
			root = &yaml.Node{Kind: yaml.MappingNode}
		}
		if wanted(root) && equalExcept(e.doc.root, root, e.path, removing) {
			return doc, nil
		}
	}
	return nil, e.invalid("the file is written in a way that only a person can edit here")
}

// withLineEnds gives the new text the line ends of its neighbors.
func (e *editor) withLineEnds(way edit) string {
	if !strings.Contains(way.text, "\n") {
		return way.text
	}
	crlf := e.with.crlf
	if !e.with.uniform {
		at := bytes.LastIndexByte(e.text[:way.start], '\n')
		if at < 0 {
			at = bytes.IndexByte(e.text, '\n')
		}
		crlf = at > 0 && e.text[at-1] == '\r'
	}
	if !crlf {
		return way.text
	}
	return strings.ReplaceAll(strings.ReplaceAll(way.text, "\r\n", "\n"), "\n", "\r\n")
}

// emptied reports whether the change may leave nothing but comments.
func (e *editor) emptied() bool { return len(e.path) == 1 && len(e.doc.root.Content) == 2 }

// equalExcept compares two trees but for what is at the path in a, and in b
// too unless it was removed.
func equalExcept(a, b *yaml.Node, path []string, removed bool) bool {
	if a == nil || isNull(a) || a.Kind != yaml.MappingNode && a.Kind != yaml.SequenceNode {
		a = &yaml.Node{Kind: b.Kind, Tag: b.Tag}
	}
	if b.Kind != a.Kind || b.Anchor != a.Anchor {
		return false
	}
	restA, childA := without(a, path[0])
	restB, childB := without(b, path[0])
	if removed && len(path) == 1 {
		restB = b.Content
	}
	if !slices.EqualFunc(restA, restB, identical) {
		return false
	}
	if len(path) == 1 || childA == nil || childB == nil {
		return true
	}
	return equalExcept(childA, childB, path[1:], removed)
}

// without lists the content of a map or list but for one entry.
func without(n *yaml.Node, segment string) (rest []*yaml.Node, child *yaml.Node) {
	at := childAt(n, segment)
	for i, c := range n.Content {
		if i == at {
			child = c
		} else if n.Kind != yaml.MappingNode || i != at-1 {
			rest = append(rest, c)
		}
	}
	return rest, child
}

func identical(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && a.Anchor == b.Anchor && a.Style == b.Style &&
		a.ShortTag() == b.ShortTag() && slices.EqualFunc(a.Content, b.Content, identical)
}
