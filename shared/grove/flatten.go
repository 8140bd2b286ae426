package grove

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/pattern"
)

// Bounds of what Flatten gives.
const (
	maxSettings     = 4000       // entries
	maxSettingPath  = 256        // bytes of a path
	maxSettingValue = 4096       // bytes of a value; longer ones are cut
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
	f := flattener{secret: d.secret, by: d.by, out: out}
	if root := deref(d.root); root.Kind == yaml.MappingNode {
		f.walk(root, "", 0)
	}
	return out
}

type flattener struct {
	secret map[*yaml.Node]bool
	by     *Masker
	out    map[string]string
	bytes  int
}

func (f *flattener) full() bool { return len(f.out) >= maxSettings || f.bytes >= maxSettingBytes }

func (f *flattener) walk(n *yaml.Node, path string, depth int) {
	n = deref(n)
	if f.full() || len(path) > maxSettingPath || depth > maxDepth {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for _, e := range entries(n) {
			if key, holes := f.by.line(e.key); len(holes) == 0 {
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
		value, _ := f.by.text(n.Value)
		if isNull(n) {
			value = ""
		}
		f.set(path, value)
		if strings.Contains(strings.TrimSpace(n.Value), "\n") {
			f.block(path, value)
		}
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

// set keeps a setting.
func (f *flattener) set(path, value string) {
	value = cut(value, maxSettingValue)
	f.out[path] = value
	f.bytes += len(path) + len(value)
}

// blockSetting is a setting in text that patches another file: NAME = value in Python,
// NAME: value in YAML.
var blockSetting = pattern.Lazy(`^\s*([A-Z][A-Z0-9_]{2,})\s*(?:=|:\s)\s*(\S.*)$`)

// block gives the settings inside block text, such as GROVE_COMMON_SETTINGS, by the path
// of the text and their own name. The text is masked already; what it masks is left out.
func (f *flattener) block(path, text string) {
	for line := range strings.Lines(text) {
		if f.full() {
			return
		}
		found := blockSetting().FindStringSubmatch(strings.TrimRight(line, "\r\n \t"))
		if found == nil || strings.Contains(found[2], MaskText) {
			continue
		}
		value := strings.TrimSuffix(strings.TrimSpace(found[2]), ",")
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		if at := extend(path, found[1]); len(at) <= maxSettingPath {
			f.set(at, value)
		}
	}
}

// flattenLines adds a file of lines, such as requirements.txt, to the settings: each
// line that is no comment by the file's name and its place. Bounds are those of Flatten.
func (m *Masker) flattenLines(file, text string, settings map[string]string) {
	place := 0
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		if line == "" || line[0] == '#' {
			continue
		}
		if place >= maxLines || len(settings) >= maxSettings {
			return
		}
		masked, _ := m.line(line)
		settings[extend(file, strconv.Itoa(place))] = cut(masked, maxSettingValue)
		place++
	}
}

// maxLines bounds the lines of one file among the settings.
const maxLines = 200
