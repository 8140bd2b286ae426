package grove

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// source is a text with the starts of its lines, so that the parser's lines
// and columns can be turned into offsets.
type source struct {
	text  []byte
	lines []int // offset of the first byte of each line

	// The place that offset found last: finding all of a long line in turn would
	// otherwise count it from its start each time.
	found struct{ line, column, at int }
}

var utf8BOM = []byte("\xef\xbb\xbf")

func newSource(text []byte) *source {
	s := &source{text: text, lines: []int{0}}
	if bytes.HasPrefix(text, utf8BOM) {
		s.lines[0] = len(utf8BOM) // the parser's columns start after it
	}
	for i := 0; i < len(text); {
		n := breakAt(text, i)
		if n == 0 {
			i++
			continue
		}
		i += n
		s.lines = append(s.lines, i)
	}
	return s
}

// breakAt gives the length of the line break at i, 0 when there is none. YAML
// also breaks lines at NEL, LS and PS.
func breakAt(text []byte, i int) int {
	switch rest := text[i:]; {
	case len(rest) == 0:
		return 0
	case rest[0] == '\n':
		return 1
	case rest[0] == '\r':
		if len(rest) > 1 && rest[1] == '\n' {
			return 2
		}
		return 1
	case bytes.HasPrefix(rest, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(rest, []byte("\u2028")), bytes.HasPrefix(rest, []byte("\u2029")):
		return 3
	}
	return 0
}

// line gives the bounds of a line, counted from 1, without its break.
func (s *source) line(n int) (start, end int) {
	start = s.lines[min(max(n, 1), len(s.lines))-1]
	return start, s.lineEnd(start)
}

// lineEnd finds the break that ends the line around an offset.
func (s *source) lineEnd(at int) int {
	for at < len(s.text) && breakAt(s.text, at) == 0 {
		at++
	}
	return at
}

// position is the inverse of offset.
func (s *source) position(at int) (line, column int) {
	line = max(sort.SearchInts(s.lines, at+1), 1)
	start := min(s.lines[line-1], at)
	return line, 1 + utf8.RuneCount(s.text[start:at])
}

// offset finds a line and a column (in characters), both counted from 1.
func (s *source) offset(line, column int) (int, bool) {
	if line < 1 || line > len(s.lines) {
		return 0, false
	}
	at, from := s.lines[line-1], 1
	if s.found.line == line && s.found.column <= column {
		at, from = s.found.at, s.found.column
	}
	for ; from < column; from++ {
		if at >= len(s.text) {
			return 0, false
		}
		_, n := utf8.DecodeRune(s.text[at:])
		at += n
	}
	s.found.line, s.found.column, s.found.at = line, max(column, 1), at
	return at, at <= len(s.text)
}

// span is the position of a scalar or alias in the text.
type span struct {
	start, end int // the token itself: quotes included, anchor and tag not
	body       int // of a block scalar: the first byte after its header line; else start
	indent     int // of a block scalar's content
}

// spans locates every scalar and alias of a document, in order. It is false
// when the text does not agree with the tree, which happens only for YAML that
// no one writes; callers then take a safe way that needs no positions.
func (s *source) spans(root *yaml.Node) (map[*yaml.Node]span, []*yaml.Node, bool) {
	found := map[*yaml.Node]span{}
	var order []*yaml.Node
	last := 0
	var walk func(n *yaml.Node, indent int) bool
	walk = func(n *yaml.Node, indent int) bool {
		if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
			if n.Style&yaml.FlowStyle == 0 {
				indent = blockIndent(n)
			}
			for _, child := range n.Content {
				if !walk(child, indent) {
					return false
				}
			}
			return true
		}
		sp, ok := s.locate(n, indent)
		if !ok || sp.start < last {
			return false
		}
		found[n] = sp
		order = append(order, n)
		last = sp.end
		return true
	}
	ok := root == nil || walk(root, -1)
	return found, order, ok
}

// blockIndent is the indentation of a block map or list.
func blockIndent(n *yaml.Node) int {
	if n.Kind == yaml.MappingNode && len(n.Content) > 0 {
		return n.Content[0].Column - 1 // an anchor before the map shifts its own column
	}
	return n.Column - 1
}

func (s *source) locate(n *yaml.Node, indent int) (span, bool) {
	at, ok := s.offset(n.Line, n.Column)
	if !ok {
		return span{}, false
	}
	if n.Kind == yaml.AliasNode {
		end := at + 1 + len(n.Value)
		return span{start: at, end: end, body: at}, end <= len(s.text) && string(s.text[at:end]) == "*"+n.Value
	}
	style := n.Style &^ (yaml.TaggedStyle | yaml.FlowStyle)
	if style == 0 && n.Value == "" {
		at = s.skipProperties(at, false)
		return span{start: at, end: at, body: at}, true
	}
	at = s.skipProperties(at, true)
	if at >= len(s.text) {
		return span{}, false
	}
	switch style {
	case yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle:
		end, ok := s.quotedEnd(at)
		return span{start: at, end: end, body: at}, ok
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return s.blockSpan(at, indent)
	}
	end, ok := s.plainEnd(at, n.Value)
	return span{start: at, end: end, body: at}, ok
}

// skipProperties passes the anchor and tag before a value; across lines and
// comments when the value may stand on a later line.
func (s *source) skipProperties(at int, lines bool) int {
	for at < len(s.text) && (s.text[at] == '&' || s.text[at] == '!') {
		for at < len(s.text) && !isSpace(s.text[at]) {
			at++
		}
		end := at
		for at < len(s.text) && isSpace(s.text[at]) && (lines || breakAt(s.text, at) == 0) {
			at++
		}
		for lines && at < len(s.text) && s.text[at] == '#' {
			at = s.lineEnd(at)
			for at < len(s.text) && isSpace(s.text[at]) {
				at++
			}
		}
		if !lines && (at >= len(s.text) || s.text[at] != '&' && s.text[at] != '!') {
			return end
		}
	}
	return at
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

func (s *source) quotedEnd(at int) (int, bool) {
	quote := s.text[at]
	if quote != '"' && quote != '\'' {
		return 0, false
	}
	for i := at + 1; i < len(s.text); i++ {
		switch {
		case quote == '"' && s.text[i] == '\\':
			i++
		case s.text[i] == quote && quote == '\'' && i+1 < len(s.text) && s.text[i+1] == '\'':
			i++
		case s.text[i] == quote:
			return i + 1, true
		}
	}
	return 0, false
}

// plainEnd follows an unquoted scalar through the text. It has no escapes: text
// and value differ only where lines are folded.
func (s *source) plainEnd(at int, value string) (int, bool) {
	for i := 0; i < len(value); {
		if !isSpace(value[i]) {
			if at >= len(s.text) || s.text[at] != value[i] {
				return 0, false
			}
			at++
			i++
			continue
		}
		from, run := at, i
		for at < len(s.text) && isSpace(s.text[at]) {
			at++
		}
		for i < len(value) && isSpace(value[i]) {
			i++
		}
		blank := s.text[from:at]
		if len(blank) == 0 || !bytes.ContainsAny(blank, "\r\n") && string(blank) != value[run:i] {
			return 0, false
		}
	}
	return at, true
}

// blockSpan measures a literal or folded scalar: its end is the end of its last
// line that is not blank.
func (s *source) blockSpan(at, parent int) (span, bool) {
	if s.text[at] != '|' && s.text[at] != '>' {
		return span{}, false
	}
	headerEnd := s.lineEnd(at)
	header, _, _ := strings.Cut(string(s.text[at:headerEnd]), "#")
	sp := span{start: at, end: headerEnd, body: min(headerEnd+breakAt(s.text, headerEnd), len(s.text)), indent: -1}
	if i := strings.IndexAny(header, "123456789"); i >= 0 {
		sp.indent = max(parent, 0) + int(header[i]-'0')
	}
	for line := sp.body; line < len(s.text); {
		end := s.lineEnd(line)
		content := line
		for content < end && s.text[content] == ' ' {
			content++
		}
		if content < end { // not blank
			if sp.indent < 0 {
				sp.indent = max(content-line, parent+1, 1)
			}
			if content-line < sp.indent {
				break
			}
			sp.end = end
		} else if sp.indent >= 0 && end-line > sp.indent {
			sp.end = end // spaces beyond the indentation are content
		}
		line = end + breakAt(s.text, end)
		if line == end {
			break
		}
	}
	if sp.end < sp.body {
		sp.end = sp.body // an empty block scalar
	}
	return sp, true
}
