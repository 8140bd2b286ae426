package grove

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
)

// encode writes a value as YAML, two spaces a level, without a final newline.
// In flow style it stays on one line.
func encode(value any, flow bool) (string, error) {
	n := new(yaml.Node)
	if err := n.Encode(value); err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the value cannot be written as YAML")
	}
	if flow {
		n = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}}
		oneLine(n)
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
func encodeEntry(key string, value any, flow bool) (string, error) {
	var k, v yaml.Node
	if err := v.Encode(value); err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the value of %s cannot be written as YAML", printable(key))
	}
	if err := k.Encode(key); err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the key %s cannot be written as YAML", printable(key))
	}
	text, err := encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{&k, &v}}, flow)
	if flow && err == nil {
		text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	}
	return text, err
}

func oneLine(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		if n.ShortTag() == "!!str" && (isBlock(n) || strings.ContainsAny(n.Value, "\n\r")) {
			n.Style = yaml.DoubleQuotedStyle
		}
		return
	}
	n.Style |= yaml.FlowStyle
	for _, child := range n.Content {
		oneLine(child)
	}
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
