package grove

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// setting lists ways to write a value at the editor's path, best first. They are made one
// at a time: writing YAML is most of the work, and the first way nearly always serves.
func (e *editor) setting(value *yaml.Node) iter.Seq[edit] {
	if e.doc.root == nil || isNull(e.doc.root) {
		return e.appendRoot(value)
	}
	depth := len(e.chain) - 1
	if depth == len(e.path) {
		return e.replace(e.chain[depth], value)
	}
	for i := len(e.path) - 1; i > depth; i-- {
		value = wrap(e.path[i], value)
	}
	parent := e.chain[depth]
	if isNull(parent) {
		return e.replace(parent, wrap(e.path[depth], value))
	}
	return e.add(parent, e.path[depth], value)
}

// appendRoot writes the first key of a file that has none.
func (e *editor) appendRoot(value *yaml.Node) iter.Seq[edit] {
	for i := len(e.path) - 1; i > 0; i-- {
		value = wrap(e.path[i], value)
	}
	entry, err := encodeEntry(e.path[0], value, false)
	if err != nil {
		return slices.Values[[]edit](nil)
	}
	if len(e.text) > 0 && !strings.HasSuffix(string(e.text), "\n") {
		entry = "\n" + entry
	}
	ways := []edit{{hole{len(e.text), len(e.text)}, entry + "\n"}}
	if e.doc.root != nil {
		ways = append(ways, edit{e.extent(e.doc.root), entry})
	}
	return slices.Values(ways)
}

// parentOf gives the node above one of the chain, and its index there.
func (e *editor) parentOf(n *yaml.Node) (*yaml.Node, int) {
	for i := 1; i < len(e.chain); i++ {
		if e.chain[i] == n {
			return e.chain[i-1], childAt(e.chain[i-1], e.path[i-1])
		}
	}
	return nil, -1
}

func (e *editor) replace(n, value *yaml.Node) iter.Seq[edit] {
	return func(yield func(edit) bool) {
		at := e.extent(n)
		natural, err := encode(value, e.flow)
		if err != nil {
			return
		}
		scalar := n.Kind == yaml.ScalarNode && at.end > at.start && !isBlock(n)
		if scalar && !strings.Contains(natural, "\n") && !yield(edit{at, likewise(n, value, natural)}) {
			return
		}
		line, err := encode(value, true)
		if err != nil {
			return
		}
		parent, index := e.parentOf(n)
		switch {
		case parent == nil:
			_ = yield(edit{at, natural}) && yield(edit{at, line})
		case parent.Kind == yaml.SequenceNode:
			_ = (e.flow || yield(edit{at, indentLines(natural, n.Column-1)})) && yield(edit{at, line})
		default:
			e.replaceAfterKey(parent, parent.Content[index-1], at.end, value, line, yield)
		}
	}
}

// replaceAfterKey replaces all that stands behind the colon of a key, up to end.
func (e *editor) replaceAfterKey(parent, key *yaml.Node, end int, value *yaml.Node, line string, yield func(edit) bool) {
	colon := e.afterColon(key)
	if colon < 0 {
		return
	}
	rest := hole{colon, max(end, colon)}
	if !e.flow {
		k, _ := node(key.Value)
		name, _ := encode(k, false)
		entry, err := encodeEntry(key.Value, value, false)
		if err == nil && strings.HasPrefix(entry, name+":") && !yield(edit{rest, indentLines(entry[len(name)+1:], blockIndent(parent))}) {
			return
		}
	}
	yield(edit{rest, " " + line})
}

// afterColon finds the end of the colon behind a key, -1 when there is none.
func (e *editor) afterColon(key *yaml.Node) int {
	end := e.extent(key).end
	if colon := strings.IndexByte(string(e.text[end:]), ':'); colon >= 0 {
		return end + colon + 1
	}
	return -1
}

// likewise writes a text in the quotes that the old one had.
func likewise(old, value *yaml.Node, natural string) string {
	switch {
	case value.Kind != yaml.ScalarNode || value.ShortTag() != "!!str":
	case old.Style&yaml.DoubleQuotedStyle != 0:
		return doubleQuoted(value.Value)
	case old.Style&yaml.SingleQuotedStyle != 0 && !strings.HasPrefix(natural, `"`):
		return "'" + strings.ReplaceAll(value.Value, "'", "''") + "'"
	}
	return natural
}

// add writes a new entry at the end of a map or list.
func (e *editor) add(parent *yaml.Node, segment string, value *yaml.Node) iter.Seq[edit] {
	return func(yield func(edit) bool) {
		list := parent.Kind == yaml.SequenceNode
		if list && segment != strconv.Itoa(len(parent.Content)) {
			return
		}
		at := e.extent(parent)
		written := func(flow bool) (string, error) {
			if list {
				return encode(value, flow)
			}
			return encodeEntry(segment, value, flow)
		}
		if parent.Style&yaml.FlowStyle != 0 {
			text, err := written(true)
			if err == nil && len(parent.Content) > 0 {
				last := e.extent(parent.Content[len(parent.Content)-1]).end
				if !yield(edit{hole{last, last}, ", " + text}) {
					return
				}
			}
			yield(edit{hole{at.end - 1, at.end - 1}, text})
			return
		}
		indent, end := max(blockIndent(parent), 0), e.doc.src.lineEnd(at.end)
		for _, flow := range []bool{false, true} {
			text, err := written(flow)
			if err != nil {
				continue
			}
			if list {
				text = "- " + indentLines(text, 2)
			}
			text = "\n" + strings.Repeat(" ", indent) + indentLines(text, indent)
			if !yield(edit{hole{end, end}, text}) {
				return
			}
			if far := e.afterBlanks(end); far > end && !yield(edit{hole{far, far}, strings.TrimPrefix(text, "\n") + "\n"}) {
				return
			}
		}
	}
}

// afterBlanks passes blank lines, which belong to a block scalar that keeps them.
func (e *editor) afterBlanks(at int) int {
	for n := breakAt(e.text, at); n > 0; n = breakAt(e.text, at) {
		at += n
	}
	return at
}

// extent is where a node stands, its anchor and tag included.
func (e *editor) extent(n *yaml.Node) hole {
	start, _ := e.doc.src.offset(n.Line, n.Column)
	if sp, ok := e.spans[n]; ok {
		if sp.start == sp.end {
			start = sp.start
		}
		return hole{min(start, sp.start), sp.end}
	}
	end := start
	for _, child := range n.Content {
		end = max(end, e.extent(child).end)
	}
	if n.Style&yaml.FlowStyle == 0 {
		return hole{start, end}
	}
	if len(n.Content) == 0 {
		end = e.doc.src.skipProperties(start, true) + 1
	}
	for ; end < len(e.text); end++ {
		switch e.text[end] {
		case ']', '}':
			return hole{start, end + 1}
		case '#':
			end = e.doc.src.lineEnd(end)
		}
	}
	return hole{start, min(end, len(e.text))}
}

// removals lists ways to remove the entry at the editor's path, best first.
func (e *editor) removals() []edit {
	n := e.chain[len(e.chain)-1]
	parent, index := e.parentOf(n)
	first, step := index, 1
	if parent.Kind == yaml.MappingNode {
		first, step = index-1, 2
	}
	entryEnd := func(value int) int {
		at := e.extent(parent.Content[value])
		if step == 2 {
			return max(at.end, e.afterColon(parent.Content[value-1]))
		}
		return at.end
	}
	start, end := e.extent(parent.Content[first]).start, entryEnd(index)
	only := len(parent.Content) == step
	if parent.Style&yaml.FlowStyle != 0 {
		switch {
		case only:
			outer := e.extent(parent)
			return []edit{{hole{start, end}, ""}, {hole{outer.start + 1, outer.end - 1}, ""}}
		case index+1 < len(parent.Content):
			return []edit{{hole{start, e.extent(parent.Content[index+1]).start}, ""}}
		}
		return []edit{{hole{entryEnd(first - 1), end}, ""}}
	}
	empty := "{}"
	if step == 1 {
		empty = "[]"
		dash := strings.LastIndexByte(string(e.text[:start]), '-')
		if dash < 0 {
			return nil
		}
		start = dash
	}
	if only && len(e.path) > 1 {
		ways := []edit{{hole{start, end}, empty}}
		if above, at := e.parentOf(parent); above != nil && above.Kind == yaml.MappingNode {
			if colon := e.afterColon(above.Content[at-1]); colon > 0 {
				ways = append(ways, edit{hole{colon, end}, " " + empty})
			}
		}
		return ways
	}
	line, _ := e.doc.src.position(start)
	lineStart, _ := e.doc.src.line(line)
	stop := e.doc.src.lineEnd(end)
	stop += breakAt(e.text, stop)
	var ways []edit
	if strings.TrimSpace(string(e.text[lineStart:start])) == "" {
		ways = append(ways, edit{hole{lineStart, stop}, ""})
	}
	if index+1 < len(parent.Content) && step == 2 {
		ways = append(ways, edit{hole{start, e.extent(parent.Content[index+1]).start}, ""})
	}
	return ways
}
