package listindex

import (
	"cmp"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
)

// counted bounds the candidates whose instances are counted for one suggestion list.
const counted = 400

// candidate is a text that may be suggested, with the documents that have it, some of
// them perhaps of former views.
type candidate struct {
	text  string
	worth int // documents, counted roughly
	docs  func(add func(docs []uint32))
}

// Suggest completes keys, or the values of a key, that contain a text: those that begin
// with it first, then those that most instances have. Nothing is suggested that only
// clusters have which are not visible; nil shows all.
func (v *View) Suggest(visible func(cluster string) bool, key, text string, limit int) []fleet.Suggestion {
	v.ix.mu.RLock()
	defer v.ix.mu.RUnlock()
	v.ix.settle()
	seen := slices.Clone(v.live)
	v.hide(&seen, visible)
	var found []candidate
	if key == "" {
		found = v.ix.keysWith(strings.ToLower(text))
	} else {
		found = v.ix.valuesWith(key, strings.ToLower(text))
	}
	begins := func(c candidate) int {
		if strings.HasPrefix(strings.ToLower(c.text), strings.ToLower(text)) {
			return 0
		}
		return 1
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(begins(a), begins(b)), cmp.Compare(b.worth, a.worth), cmp.Compare(a.text, b.text))
	})
	out := []fleet.Suggestion{}
	for _, c := range found[:min(len(found), counted)] {
		docs := newBitmap(len(v.ix.docs))
		c.docs(func(list []uint32) {
			for _, doc := range list {
				docs.add(doc)
			}
		})
		if n := docs.countAnd(seen); n > 0 {
			if out = append(out, fleet.Suggestion{Text: c.text, Instances: n}); len(out) == limit {
				break
			}
		}
	}
	return out
}

// keysWith lists the keys that contain a text in lower case; a list has one.
func (ix *index) keysWith(text string) []candidate {
	groups := map[string][]*group{}
	for _, g := range ix.groups {
		if g.path == groupNote || g.path == groupTag || strings.HasPrefix(g.path, "requirements.txt.") {
			continue
		}
		if name := listPath(g.path); strings.Contains(strings.ToLower(name), text) {
			groups[name] = append(groups[name], g)
		}
	}
	out := make([]candidate, 0, len(groups))
	for name, of := range groups {
		c := candidate{text: name, docs: func(add func([]uint32)) {
			for _, g := range of {
				for id := range g.docs {
					g.having(ix, uint32(id), add)
				}
			}
		}}
		for _, g := range of {
			c.worth += g.size
		}
		out = append(out, c)
	}
	return out
}

// valuesWith lists the values of a key that contain a text in lower case.
func (ix *index) valuesWith(key, text string) []candidate {
	type place struct {
		g  *group
		id uint32
	}
	places := map[string][]place{}
	for _, g := range ix.named[key] {
		for value, id := range g.ids {
			if strings.Contains(strings.ToLower(value), text) && strings.TrimSpace(value) != "" && len(value) <= maxCell {
				places[value] = append(places[value], place{g, id})
			}
		}
	}
	out := make([]candidate, 0, len(places))
	for value, at := range places {
		c := candidate{text: value, docs: func(add func([]uint32)) {
			for _, p := range at {
				p.g.having(ix, p.id, add)
			}
		}}
		for _, p := range at {
			c.worth += len(p.g.docs[p.id])
		}
		out = append(out, c)
	}
	return out
}

// having gives the documents with a value, those of clusters that have it included.
func (g *group) having(ix *index, id uint32, add func([]uint32)) {
	add(g.docs[id])
	for _, slot := range g.slots[id] {
		add(ix.slots[slot].docs)
	}
}
