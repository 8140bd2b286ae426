package grove

import (
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Bounds of what Flatten gives.
const (
	MaxSettings     = 4000       // entries
	MaxSettingPath  = 256        // bytes of a path
	MaxSettingValue = 4096       // bytes of a value; longer ones are cut
	maxSettingBytes = 128 * 1024 // paths and values together
)

// Flatten gives every scalar by its path, `KEY`, `KEY.sub.key` or `KEY.0` for the
// first entry of a list, as text. Secrets are left out; a text that contains one
// is masked. What exceeds the bounds is left out, deepest and last first to go.
func (d *Document) Flatten() map[string]string {
	out := map[string]string{}
	if d == nil || d.root == nil {
		return out
	}
	f := flattener{secret: d.secret, out: out}
	if root := deref(d.root); root.Kind == yaml.MappingNode {
		f.walk(root, "", 0)
	}
	return out
}

type flattener struct {
	secret map[*yaml.Node]bool
	out    map[string]string
	bytes  int
}

func (f *flattener) full() bool { return len(f.out) >= MaxSettings || f.bytes >= maxSettingBytes }

func (f *flattener) walk(n *yaml.Node, path string, depth int) {
	n = deref(n)
	if f.full() || len(path) > MaxSettingPath || depth > MaxDepth {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for _, e := range entries(n) {
			if key, holes := maskLine(e.key); len(holes) == 0 {
				f.walk(e.value, extend(path, key), depth+1)
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if f.full() {
				return
			}
			f.walk(item, extend(path, strconv.Itoa(i)), depth+1)
		}
	case yaml.ScalarNode:
		if path == "" || f.secret[n] && !holdsNothing(n) {
			return
		}
		value, _ := maskText(n.Value)
		if isNull(n) {
			value = ""
		}
		value = cut(value, MaxSettingValue)
		f.out[path] = value
		f.bytes += len(path) + len(value)
	}
}

func extend(path, segment string) string {
	if path == "" {
		return segment
	}
	return path + "." + segment
}

// cut shortens a text to so many bytes without splitting a character.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xC0 == 0x80 {
		most--
	}
	return s[:most]
}
