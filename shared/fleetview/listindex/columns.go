package listindex

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Bounds of columns.
const (
	columnsKept = 32  // keys whose values are remembered
	maxCell     = 300 // characters of a value
)

// columnCache remembers the values of some keys by document. A document never changes,
// so only those that came since are looked at.
type columnCache struct {
	mu    sync.Mutex
	known map[string]*column
}

type column struct {
	values []string // by document; empty without one
}

// Values gives what an instance has for some settings, without those that it has not.
// Entries of a list are joined. What an instance does not set its cluster's own
// settings give.
func (v *View) Values(cluster, instance string, keys []string) map[string]string {
	at, ok := v.find(cluster)
	if !ok {
		return nil
	}
	v.ix.mu.RLock()
	defer v.ix.mu.RUnlock()
	row, ok := slices.BinarySearchFunc(v.parts[at].docs, instance, func(doc uint32, name string) int {
		return strings.Compare(v.ix.docs[doc].name, name)
	})
	if !ok {
		return nil
	}
	doc := v.parts[at].docs[row]
	v.ix.settle()
	out := map[string]string{}
	for _, key := range keys {
		if value := v.ix.column(key)[doc]; value != "" {
			out[key] = value
		}
	}
	return out
}

// column gives the values of a key. The index is held for reading.
func (ix *index) column(key string) []string {
	c := &ix.cols
	c.mu.Lock()
	defer c.mu.Unlock()
	col := c.known[key]
	if col == nil {
		if c.known == nil || len(c.known) >= columnsKept {
			c.known = map[string]*column{}
		}
		col = &column{}
		c.known[key] = col
	}
	if len(col.values) < len(ix.docs) {
		col.extend(ix, key)
	}
	return col.values
}

// extend reads the documents that came since.
func (c *column) extend(ix *index, key string) {
	seen := len(c.values)
	values := make([]string, len(ix.docs))
	copy(values, c.values)
	for _, g := range ix.groupsOf(key) {
		joins := g.path != key && listPath(g.path) == key
		for text, id := range g.ids {
			text = cell(text)
			docs := g.docs[id]
			for i := len(docs) - 1; i >= 0 && int(docs[i]) >= seen; i-- { // they rise
				switch doc := docs[i]; {
				case text == "":
				case values[doc] == "":
					values[doc] = text
				case joins:
					values[doc] = cell(values[doc] + ", " + text)
				}
			}
		}
	}
	for _, g := range ix.groupsOf(key) {
		for text, id := range g.ids {
			for _, slot := range g.slots[id] {
				for _, doc := range ix.slots[slot].docs {
					if int(doc) >= seen && values[doc] == "" {
						values[doc] = cell(text)
					}
				}
			}
		}
	}
	c.values = values
}

// groupsOf gives the groups that answer to a key: its own first, then the entries of its
// list in order, then settings of that name inside others.
func (ix *index) groupsOf(key string) []*group {
	rank := func(g *group) int {
		switch {
		case g.path == key:
			return 0
		case listPath(g.path) == key:
			return 1
		}
		return 2
	}
	groups := slices.Clone(ix.named[key])
	slices.SortFunc(groups, func(a, b *group) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(entry(a.path), entry(b.path)), cmp.Compare(a.path, b.path))
	})
	return groups
}

// listPath gives the path of the list that a path is an entry of, else the path.
func listPath(path string) string {
	if at := strings.LastIndexByte(path, '.'); at > 0 && isNumber(path[at+1:]) {
		return path[:at]
	}
	return path
}

// entry gives the place of a list's entry, zero for what is none.
func entry(path string) int {
	n, _ := strconv.Atoi(path[strings.LastIndexByte(path, '.')+1:])
	return n
}

func cell(text string) string {
	text = strings.TrimSpace(text)
	if len(text) <= maxCell {
		return text
	}
	return strings.ToValidUTF8(text[:maxCell], "") + "…"
}
