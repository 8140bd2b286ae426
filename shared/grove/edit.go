package grove

import (
	"bytes"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
)

// Set changes one value of a YAML file and nothing else: comments, order,
// quotes and spacing stay. A path is keys from the root down, and positions in
// lists; what is missing of it is added at the end of its map. value is
// whatever YAML can hold: text, numbers, booleans, nil, maps and slices.
//
// It is fault.Invalid, with the path as field, when the file cannot be parsed,
// the path leads through a scalar or an alias, or an alias shares the value.
func Set(file string, text []byte, path []string, value any) ([]byte, error) {
	e, err := openEditor(file, text, path)
	if err != nil {
		return nil, err
	}
	var n yaml.Node
	if err := n.Encode(value); err != nil {
		return nil, e.invalid("the value cannot be written as YAML")
	}
	binary := false
	visit(&n, func(n *yaml.Node) bool { binary = binary || n.ShortTag() == "!!binary"; return true })
	if binary {
		return nil, e.invalid("the value is not text in UTF-8")
	}
	return e.apply(e.setting(value), false, func(n *yaml.Node) bool {
		found := follow(n, path)
		return found != nil && holds(found, value)
	})
}

// Unset removes one entry of a YAML file and nothing else. Removing what is not
// there changes nothing. Errors are those of Set.
func Unset(file string, text []byte, path []string) ([]byte, error) {
	e, err := openEditor(file, text, path)
	if err != nil {
		return nil, err
	}
	if len(e.chain) <= len(path) {
		return text, nil
	}
	inList := e.chain[len(path)-1].Kind == yaml.SequenceNode
	return e.apply(e.removals(), true, func(root *yaml.Node) bool { return inList || follow(root, path) == nil })
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

// holds reports whether a node decodes to the same as a value encodes to.
func holds(n *yaml.Node, value any) bool {
	var want yaml.Node
	return want.Encode(value) == nil && sameValue(n, &want)
}

func sameValue(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Kind == yaml.AliasNode || len(a.Content) != len(b.Content) ||
		a.ShortTag() != b.ShortTag() {
		return false
	}
	if a.Kind == yaml.ScalarNode && !isNull(a) && a.Value != b.Value {
		return false
	}
	for i := range a.Content {
		if !sameValue(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// editor knows where the nodes along a path stand.
type editor struct {
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

func openEditor(file string, text []byte, path []string) (*editor, error) {
	e := &editor{text: text, path: path}
	if len(path) == 0 || len(path) > maxDepth {
		return nil, e.invalid("the path must have 1 to %d parts", maxDepth)
	}
	doc, problems := Read(file, text)
	if doc == nil {
		p := problems[0]
		return nil, e.invalid("%s cannot be edited, line %d, column %d: %s", file, p.Line, p.Column, p.Message)
	}
	e.doc = doc
	if doc.root == nil {
		return e, nil
	}
	var ok bool
	if e.spans, _, ok = doc.src.spans(doc.root); !ok {
		return nil, e.invalid("%s is written in a way that only a person can edit", file)
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
func (e *editor) apply(ways []edit, removing bool, wanted func(root *yaml.Node) bool) ([]byte, error) {
	for _, way := range ways {
		way.text = e.withLineEnds(way)
		text, ok := splice(e.text, []edit{way})
		if !ok {
			continue
		}
		doc, problems := Read(e.doc.file, []byte(text))
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
			return []byte(text), nil
		}
	}
	return nil, e.invalid("the file is written in a way that only a person can edit here")
}

// withLineEnds gives the new text the line ends of its neighbors.
func (e *editor) withLineEnds(way edit) string {
	if !strings.Contains(way.text, "\n") {
		return way.text
	}
	at := bytes.LastIndexByte(e.text[:way.start], '\n')
	if at < 0 {
		at = bytes.IndexByte(e.text, '\n')
	}
	if at < 1 || e.text[at-1] != '\r' {
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
	if len(restA) != len(restB) {
		return false
	}
	for i := range restA {
		if !identical(restA[i], restB[i]) {
			return false
		}
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
	if a.Kind != b.Kind || a.Value != b.Value || a.Anchor != b.Anchor || a.Style != b.Style ||
		a.ShortTag() != b.ShortTag() || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !identical(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
