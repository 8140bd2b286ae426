package listindex

import (
	"slices"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
)

// termsKept bounds the terms whose documents are remembered.
const termsKept = 64

// termCache remembers which documents a term matches. A document never changes, so what is
// remembered stays right, and only what came since is looked at.
type termCache struct {
	mu    sync.Mutex
	known map[termKey]*term
	clock int64
	words *texts // of all names and settings
}

// termKey is a condition on the settings, or a part of the name.
type termKey struct {
	fleet.SettingTerm
	name bool
}

type term struct {
	termKey
	needle *needle // of a text that is looked for
	used   int64
	groups map[*group]*matches
	docs   int    // documents looked at
	found  bitmap // replaced, never changed
}

// matches are the values of a group that a term matches.
type matches struct {
	every bool
	seen  int
	ids   []uint32
}

// match gives the documents that a term matches. The index is held for reading.
func (ix *index) match(key termKey) bitmap {
	if key.name {
		ix.settleNames()
	} else {
		ix.settle()
	}
	c := &ix.terms
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	t := c.known[key]
	if t == nil {
		if len(c.known) >= termsKept {
			c.forgetOldest()
		}
		if c.known == nil {
			c.known = map[termKey]*term{}
		}
		t = &term{termKey: key, needle: newNeedle(key.Value), groups: map[*group]*matches{}}
		c.known[key] = t
	}
	t.used = c.clock
	if t.docs < len(ix.docs) {
		t.extend(ix)
	}
	return t.found
}

func (c *termCache) forgetOldest() {
	var oldest *term
	for _, t := range c.known {
		if oldest == nil || t.used < oldest.used {
			oldest = t
		}
	}
	delete(c.known, oldest.termKey)
}

// extend looks at the documents that came since.
func (t *term) extend(ix *index) {
	found := t.found.sized(len(ix.docs))
	add := func(docs []uint32) {
		for i := len(docs) - 1; i >= 0 && int(docs[i]) >= t.docs; i-- { // they rise
			found.add(docs[i])
		}
	}
	chosen := t.choose(ix)
	for g, every := range chosen {
		if !every && t.Op != "=" && len(g.ends) > scanned {
			g.splitWords(ix.terms.words, len(g.ends))
		}
	}
	t.needle.extend(ix.terms.words)
	for g, every := range chosen {
		m := t.groups[g]
		if m == nil {
			m = &matches{every: every}
			t.groups[g] = m
		}
		m.extend(t, g)
		take := func(id uint32) {
			add(g.docs[id])
			for _, n := range g.slots[id] {
				add(ix.slots[n].docs)
			}
		}
		if m.every {
			for id := range g.docs {
				take(uint32(id))
			}
		} else {
			for _, id := range m.ids {
				take(id)
			}
		}
	}
	t.docs, t.found = len(ix.docs), found
}

// choose gives the groups a term looks into; true where every value matches.
func (t *term) choose(ix *index) map[*group]bool {
	chosen := map[*group]bool{}
	switch {
	case t.name:
		chosen[ix.names] = false
	case t.Key == "":
		text := strings.ToLower(t.Value)
		for _, g := range ix.groups {
			chosen[g] = strings.Contains(g.key, text)
		}
	case t.Op != "":
		for _, g := range ix.named[t.Key] {
			chosen[g] = false
		}
	default:
		// A key that holds a map or list has only its leaves in the settings.
		for key, g := range ix.groups {
			if strings.HasPrefix(key, t.Key+".") {
				chosen[g] = true
			}
		}
		for _, g := range ix.named[t.Key] {
			chosen[g] = true
		}
	}
	return chosen
}

// extend looks at the values that came since.
func (m *matches) extend(t *term, g *group) {
	switch {
	case m.every:
	case t.Op == "=":
		for _, value := range spellings(t.Value) {
			if id, ok := g.ids[value]; ok && int(id) >= m.seen {
				m.ids = append(m.ids, id)
			}
		}
	default:
		m.ids = append(m.ids, t.needle.in(g, m.seen)...)
	}
	m.seen = len(g.ends)
}

// namesOf lists what a setting answers to: its path; the path of its list, so that
// PLUGINS=forum finds the entry PLUGINS.1; and, in capitals, its last part, which is how a
// nested setting or one inside block text is known.
func namesOf(path string) []string {
	names := []string{path}
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if at := strings.LastIndexByte(path, '.'); at > 0 && path[at+1:] != "" && strings.Trim(path[at+1:], "0123456789") == "" {
		path = path[:at]
		add(path)
	}
	if last := path[strings.LastIndexByte(path, '.')+1:]; last != "" && last == strings.ToUpper(last) && strings.ToLower(last) != last {
		add(last)
	}
	return names
}

// spellings lists the values that equal one: YAML and Python write booleans in different
// cases.
func spellings(value string) []string {
	switch strings.ToLower(value) {
	case "true":
		return []string{"true", "True", "TRUE"}
	case "false":
		return []string{"false", "False", "FALSE"}
	}
	return []string{value}
}
