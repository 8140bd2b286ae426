package fleet

import (
	"bytes"
	"strings"
	"sync"
)

// index finds rows by what filters look into. It only grows: a row that changes
// becomes a new document, and each snapshot knows which documents are its own. So
// snapshots that follow each other share one index, and a change costs as
// much as the rows that changed. A document and its cluster's slot never change.
type index struct {
	mu     sync.RWMutex
	docs   []document
	slots  []slot
	facets [facets]map[string]*bitmap // by field and value; facetCluster has none
	broken bitmap                     // has problems in its files
	names  *group
	groups map[string]*group // of the settings, by key
	terms  termCache
}

// document is a row as it was in some snapshots.
type document struct {
	slot uint32
	name string
}

// slot is a cluster as it was in some snapshots.
type slot struct {
	cluster string
	docs    []uint32
}

// group is the values of one setting, each once.
type group struct {
	key   string              // in lower case
	ids   map[string]uint32   // by value
	text  []byte              // the values in lower case, one after another
	ends  []uint32            // of the values in text, by id
	docs  [][]uint32          // by id, the documents that have the value
	slots map[uint32][]uint32 // by id, the slots that have it
}

func newIndex() *index {
	ix := &index{names: newGroup(""), groups: map[string]*group{}}
	for i := range ix.facets {
		ix.facets[i] = map[string]*bitmap{}
	}
	return ix
}

func newGroup(key string) *group {
	return &group{key: strings.ToLower(key), ids: map[string]uint32{}, slots: map[uint32][]uint32{}}
}

// id finds or adds a value.
func (g *group) id(value string) uint32 {
	id, ok := g.ids[value]
	if !ok {
		id = uint32(len(g.ends))
		g.ids[value] = id
		g.text = append(g.text, strings.ToLower(value)...)
		g.ends = append(g.ends, uint32(len(g.text)))
		g.docs = append(g.docs, nil)
	}
	return id
}

// containing lists the values from an id on that hold a text in lower case.
func (g *group) containing(text []byte, from int) []uint32 {
	var found []uint32
	at := 0
	if from > 0 {
		at = int(g.ends[from-1])
	}
	for id := from; id < len(g.ends); {
		i := bytes.Index(g.text[at:], text)
		if i < 0 {
			break
		}
		start := at + i
		for id < len(g.ends)-1 && int(g.ends[id]) <= start && (len(text) > 0 || int(g.ends[id]) < start) {
			id++
		}
		if start+len(text) <= int(g.ends[id]) { // else it spans two values
			found = append(found, uint32(id))
		}
		at = int(g.ends[id])
		id++
	}
	return found
}

func (ix *index) group(key string) *group {
	g := ix.groups[key]
	if g == nil {
		g = newGroup(key)
		ix.groups[key] = g
	}
	return g
}

// addSlot takes in a cluster without its rows.
func (ix *index) addSlot(c *Chunk) uint32 {
	n := uint32(len(ix.slots))
	ix.slots = append(ix.slots, slot{cluster: c.Cluster.ID})
	for k, v := range c.Settings {
		g := ix.group(k)
		id := g.id(v)
		g.slots[id] = append(g.slots[id], n)
	}
	return n
}

// addDocument takes in a row of a cluster.
func (ix *index) addDocument(in uint32, c *Chunk, r *Row) uint32 {
	n := uint32(len(ix.docs))
	i := &r.Instance
	ix.docs = append(ix.docs, document{slot: in, name: i.Name})
	ix.slots[in].docs = append(ix.slots[in].docs, n)
	for field := range facets {
		if field == facetCluster {
			continue
		}
		value := facetValue(field, c, i)
		b := ix.facets[field][value]
		if b == nil {
			b = new(bitmap)
			ix.facets[field][value] = b
		}
		b.add(n)
	}
	if len(i.Problems) > 0 {
		ix.broken.add(n)
	}
	id := ix.names.id(i.Name)
	ix.names.docs[id] = append(ix.names.docs[id], n)
	for k, v := range r.Settings {
		g := ix.group(k)
		id := g.id(v)
		g.docs[id] = append(g.docs[id], n)
	}
	return n
}

// overgrown reports whether most documents are of no snapshot any more.
func (ix *index) overgrown(live int) bool { return len(ix.docs) > 2*live+4096 }
