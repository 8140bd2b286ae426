package grove

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// setting lists ways to write a value at the editor's path, best first.
func (e *editor) setting(value any) []edit {
	if e.doc.root == nil || isNull(e.doc.root) {
		return e.appendRoot(value)
	}
	depth := len(e.chain) - 1
	if depth == len(e.path) {
		return e.replace(e.chain[depth], value)
	}
	for i := len(e.path) - 1; i > depth; i-- {
		value = map[string]any{e.path[i]: value}
	}
	parent := e.chain[depth]
	if isNull(parent) {
		return e.replace(parent, map[string]any{e.path[depth]: value})
	}
	return e.add(parent, e.path[depth], value)
}

// appendRoot writes the first key of a file that has none.
func (e *editor) appendRoot(value any) []edit {
	for i := len(e.path) - 1; i > 0; i-- {
		value = map[string]any{e.path[i]: value}
	}
	entry, err := encodeEntry(e.path[0], value, false)
	if err != nil {
		return nil
	}
	if len(e.text) > 0 && !strings.HasSuffix(string(e.text), "\n") {
		entry = "\n" + entry
	}
	ways := []edit{{hole{len(e.text), len(e.text)}, entry + "\n"}}
	if e.doc.root != nil {
		ways = append(ways, edit{e.extent(e.doc.root), entry})
	}
	return ways
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

func (e *editor) replace(n *yaml.Node, value any) []edit {
	var ways []edit
	at := e.extent(n)
	line, err := encode(value, true)
	if err != nil {
		return nil
	}
	scalar := n.Kind == yaml.ScalarNode && at.end > at.start && !isBlock(n)
	natural, _ := encode(value, e.flow)
	if scalar && !strings.Contains(natural, "\n") {
		ways = append(ways, edit{at, likewise(n, value, natural)})
	}
	parent, index := e.parentOf(n)
	if parent == nil {
		return append(ways, edit{at, natural}, edit{at, line})
	}
	if parent.Kind == yaml.SequenceNode {
		if !e.flow {
			ways = append(ways, edit{at, indentLines(natural, n.Column-1)})
		}
		return append(ways, edit{at, line})
	}
	key := parent.Content[index-1]
	colon := e.afterColon(key)
	if colon < 0 {
		return ways
	}
	rest := hole{colon, max(at.end, colon)}
	if !e.flow {
		name, _ := encode(key.Value, false)
		if entry, err := encodeEntry(key.Value, value, false); err == nil && strings.HasPrefix(entry, name+":") {
			ways = append(ways, edit{rest, indentLines(entry[len(name)+1:], blockIndent(parent))})
		}
	}
	return append(ways, edit{rest, " " + line})
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
func likewise(old *yaml.Node, value any, natural string) string {
	s, isText := value.(string)
	if !isText {
		return natural
	}
	switch {
	case old.Style&yaml.DoubleQuotedStyle != 0:
		return doubleQuoted(s)
	case old.Style&yaml.SingleQuotedStyle != 0 && !strings.HasPrefix(natural, `"`):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return natural
}

// add writes a new entry at the end of a map or list.
func (e *editor) add(parent *yaml.Node, segment string, value any) []edit {
	at := e.extent(parent)
	list := parent.Kind == yaml.SequenceNode
	if list && segment != strconv.Itoa(len(parent.Content)) {
		return nil
	}
	if parent.Style&yaml.FlowStyle != 0 {
		text, err := encode(value, true)
		if !list {
			text, err = encodeEntry(segment, value, true)
		}
		if err != nil || len(parent.Content) == 0 {
			return []edit{{hole{at.end - 1, at.end - 1}, text}}
		}
		last := e.extent(parent.Content[len(parent.Content)-1]).end
		return []edit{{hole{last, last}, ", " + text}, {hole{at.end - 1, at.end - 1}, text}}
	}
	var ways []edit
	indent := blockIndent(parent)
	end := e.doc.src.lineEnd(at.end)
	for _, flow := range []bool{false, true} {
		text, err := encodeEntry(segment, value, flow)
		if list {
			text, err = encode(value, flow)
			text = "- " + indentLines(text, 2)
		}
		if err == nil {
			text = "\n" + strings.Repeat(" ", max(indent, 0)) + indentLines(text, max(indent, 0))
			ways = append(ways, edit{hole{end, end}, text})
			if far := e.afterBlanks(end); far > end {
				ways = append(ways, edit{hole{far, far}, strings.TrimPrefix(text, "\n") + "\n"})
			}
		}
	}
	return ways
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
