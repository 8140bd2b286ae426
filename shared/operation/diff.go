package operation

import (
	"cmp"
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
	old, now := viewOf(masker, c.action.Path, c.before, c.old), viewOf(masker, c.action.Path, c.action.Content, c.now)
	from, to := "a/"+c.action.Path, "b/"+c.action.Path
	if c.action.Action == grove.CreateFile {
		from = "/dev/null"
	}
	if c.action.Action == grove.DeleteFile {
		to = "/dev/null"
	}
	if d.Diff = udiff.Unified(from, to, old.Text, now.Text); len(d.Diff) > maxDiff {
		d.Diff = strings.ToValidUTF8(d.Diff[:maxDiff], "") + "\n… the rest is left out\n"
	}
	if strings.HasSuffix(c.action.Path, ".yml") {
		d.Keys, d.Secrets = changedKeys(old, now)
	}
	changed := d.Keys // in order
	for _, key := range c.typed {
		if _, found := slices.BinarySearch(changed, key); !found {
			d.Keys, d.Secrets = append(d.Keys, key), append(d.Secrets, key)
		}
	}
	slices.Sort(d.Keys)
	slices.Sort(d.Secrets)
	d.Values = changedValues(d.Keys, old.Shown, now.Shown)
	return d
}

// viewOf is the view of a file, of its document where that was read already.
func viewOf(masker *grove.Masker, path string, text []byte, doc *grove.Document) grove.View {
	if doc != nil {
		return doc.View()
	}
	return masker.View(path, text)
}

// changedKeys lists the root's keys that differ, and which of them look the same
// once masked.
func changedKeys(old, now grove.View) (keys, secrets []string) {
	for _, k := range differing(old.Values, now.Values) {
		keys = append(keys, k)
		_, had := old.Values[k]
		_, has := now.Values[k]
		if had && has && same(old.Shown[k], now.Shown[k]) {
			secrets = append(secrets, k)
		}
	}
	return keys, secrets
}

// differing lists the keys whose values are not the same, in order.
func differing(old, now map[string]*yaml.Node) []string {
	var keys []string
	for k, was := range old {
		if is, has := now[k]; !has || !same(was, is) {
			keys = append(keys, k)
		}
	}
	for k := range now {
		if _, had := old[k]; !had {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// Limits of the values that a change lists.
const (
	maxValues = 50
	maxValue  = 200 // characters
)

// changedValues lists what keys change from and to, secrets masked.
func changedValues(keys []string, old, now map[string]*yaml.Node) []fleet.KeyChange {
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
// without bound, has none.
func root(path string, text []byte) map[string]*yaml.Node {
	doc, _ := grove.Read(path, text)
	if doc == nil {
		return nil
	}
	return doc.RootValues()
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
