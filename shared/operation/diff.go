package operation

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// maxDiff bounds the diff of one file that is displayed and stored.
const maxDiff = 64 << 10

// describe returns what happens to the file, secrets masked.
func (c change) describe() fleet.FileChange {
	if c.diff != nil {
		return *c.diff
	}
	instance, _, _ := grove.InstancePath(c.action.Path)
	d := fleet.FileChange{Path: c.action.Path, Action: c.action.Action, Instance: instance}
	masker := cmp.Or(c.masker, grove.MaskerOf(nil))
	old, now := masker.Mask(c.action.Path, c.before), masker.Mask(c.action.Path, c.action.Content)
	from, to := "a/"+c.action.Path, "b/"+c.action.Path
	if c.action.Action == grove.CreateFile {
		from = "/dev/null"
	}
	if c.action.Action == grove.DeleteFile {
		to = "/dev/null"
	}
	if d.Diff = udiff.Unified(from, to, old, now); len(d.Diff) > maxDiff {
		d.Diff = strings.ToValidUTF8(d.Diff[:maxDiff], "") + "\n… the rest is left out\n"
	}
	d.Keys, d.Secrets = changedKeys(c.action.Path, c.before, c.action.Content, old, now)
	for _, key := range c.typed {
		if !slices.Contains(d.Keys, key) {
			d.Keys, d.Secrets = append(d.Keys, key), append(d.Secrets, key)
		}
	}
	slices.Sort(d.Keys)
	slices.Sort(d.Secrets)
	d.Values = changedValues(c.action.Path, d.Keys, old, now)
	return d
}

// changedKeys lists the root's keys that differ, and which of them look the same
// once masked.
func changedKeys(path string, before, after []byte, maskedBefore, maskedAfter string) (keys, secrets []string) {
	if !strings.HasSuffix(path, ".yml") {
		return nil, nil
	}
	old, now := root(path, before), root(path, after)
	shownOld, shownNow := root(path, []byte(maskedBefore)), root(path, []byte(maskedAfter))
	all := maps.Clone(old)
	maps.Copy(all, now)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		was, had := old[k]
		is, has := now[k]
		if had == has && same(was, is) {
			continue
		}
		keys = append(keys, k)
		if had && has && same(shownOld[k], shownNow[k]) {
			secrets = append(secrets, k)
		}
	}
	return keys, secrets
}

// Limits of the values that a change lists.
const (
	maxValues = 50
	maxValue  = 200 // characters
)

// changedValues lists what keys change from and to, from texts whose secrets are masked.
func changedValues(path string, keys []string, maskedBefore, maskedAfter string) []fleet.KeyChange {
	if len(keys) == 0 {
		return nil
	}
	old, now := root(path, []byte(maskedBefore)), root(path, []byte(maskedAfter))
	var out []fleet.KeyChange
	for _, k := range keys[:min(len(keys), maxValues)] {
		out = append(out, fleet.KeyChange{Key: k, Before: valueText(old[k]), After: valueText(now[k])})
	}
	return out
}

// valueText is a value as YAML, on one line where it is a scalar.
func valueText(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	text := n.Value
	if n.Kind != yaml.ScalarNode || n.Tag == "!!str" && n.Value == "" {
		raw, err := yaml.Marshal(n)
		if err != nil {
			return ""
		}
		text = strings.TrimRight(string(raw), "\n")
	}
	if r := []rune(text); len(r) > maxValue {
		text = string(r[:maxValue]) + "…"
	}
	return text
}

// root gives the values of a file's map by key; what cannot be read, or grows
// without bound, has none. Decoding would take quadratic time in the keys.
func root(path string, text []byte) map[string]*yaml.Node {
	m := map[string]*yaml.Node{}
	if doc, _ := grove.Read(path, text); doc == nil {
		return m
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return m
	}
	content := doc.Content[0].Content
	for i := 0; i+1 < len(content); i += 2 {
		m[content[i].Value] = content[i+1]
	}
	return m
}

// same compares values, whatever their style. Aliases are bounded: root read
// them.
func same(a, b *yaml.Node) bool {
	for a != nil && a.Kind == yaml.AliasNode {
		a = a.Alias
	}
	for b != nil && b.Kind == yaml.AliasNode {
		b = b.Alias
	}
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && a.ShortTag() == b.ShortTag() && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, same)
}
