package grove

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
)

// node makes a value a node, nil when YAML cannot hold it; text is false for bytes that
// are not UTF-8.
func node(value any) (n *yaml.Node, text bool) {
	n = new(yaml.Node)
	if n.Encode(value) != nil {
		return nil, true
	}
	text = true
	visit(n, func(n *yaml.Node) bool { text = text && n.ShortTag() != "!!binary"; return text })
	return n, text
}

// encode writes a node as YAML, two spaces a level, without a final newline. In flow
// style it stays on one line.
func encode(n *yaml.Node, flow bool) (string, error) {
	if flow {
		n = oneLine(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}})
	}
	var buf bytes.Buffer
	e := yaml.NewEncoder(&buf)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the value cannot be written as YAML")
	}
	if err := e.Close(); err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the value cannot be written as YAML")
	}
	text := strings.TrimRight(buf.String(), "\n")
	if flow { // as an entry, so that what needs quotes there has them
		text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	}
	return text, nil
}

// encodeEntry writes `key: value`.
func encodeEntry(key string, value *yaml.Node, flow bool) (string, error) {
	text, err := encode(wrap(key, value), flow)
	if flow && err == nil {
		text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	}
	return text, err
}

// wrap makes a map of one entry.
func wrap(key string, value *yaml.Node) *yaml.Node {
	k, _ := node(key)
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{k, value}}
}

// oneLine copies a node so that it is written on one line.
func oneLine(n *yaml.Node) *yaml.Node {
	flat := *n
	if n.Kind == yaml.ScalarNode {
		if n.ShortTag() == "!!str" && (isBlock(n) || strings.ContainsAny(n.Value, "\n\r")) {
			flat.Style = yaml.DoubleQuotedStyle
		}
		return &flat
	}
	flat.Style |= yaml.FlowStyle
	flat.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		flat.Content[i] = oneLine(child)
	}
	return &flat
}

// doubleQuoted writes a text as one double-quoted line.
func doubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// indentLines puts spaces before every line but the first and the blank ones.
func indentLines(text string, indent int) string {
	lines := strings.Split(text, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = strings.Repeat(" ", indent) + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}
