package listindex

import (
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
)

// index finds rows by what filters look into. It only grows: a row that changes
// becomes a new document, and each View knows which documents are its own. So
// views that follow each other share one index, and a change costs as
// much as the rows that changed. A document and its cluster's slot never change.
type index struct {
	mu     sync.RWMutex
	docs   []document
	slots  []slot
	facets [facets]map[string]*bitmap // by field and value; facetCluster has none
	broken bitmap                     // has problems in its files
	words  *texts                     // of all names and settings
	names  *group
	groups map[string]*group   // of the settings, by key
	named  map[string][]*group // by what a setting answers to
	terms  termCache
	cols   columnCache
}

// document is a row as it was in some views.
type document struct {
	slot uint32
	name string
}

// slot is a cluster as it was in some views.
type slot struct {
	cluster string
	docs    []uint32
}

// group is the values of one setting, each once.
type group struct {
	texts
	path  string
	key   string              // the path in lower case
	size  int                 // documents, those of former views included
	docs  [][]uint32          // by id, the documents that have the value
	slots map[uint32][]uint32 // by id, the slots that have it
	words map[uint32][]uint32 // by word, the values it is in
}

func newIndex() *index {
	ix := &index{words: newTexts(), names: newGroup(""), groups: map[string]*group{}}
	for i := range ix.facets {
		ix.facets[i] = map[string]*bitmap{}
	}
	return ix
}

func newGroup(key string) *group {
	return &group{texts: *newTexts(), path: key, key: strings.ToLower(key), slots: map[uint32][]uint32{}, words: map[uint32][]uint32{}}
}

// value finds or adds a value of a group.
func (ix *index) value(g *group, value string) uint32 {
	id, fresh := g.id(value)
	if fresh {
		g.docs = append(g.docs, nil)
		for word := range wordsOf(g.at(id)) {
			w, _ := ix.words.id(string(word))
			if in := g.words[w]; len(in) == 0 || in[len(in)-1] != id {
				g.words[w] = append(in, id)
			}
		}
	}
	return id
}

func (ix *index) group(key string) *group {
	g := ix.groups[key]
	if g == nil {
		g = newGroup(key)
		ix.groups[key] = g
		if ix.named == nil {
			ix.named = map[string][]*group{}
		}
		for _, name := range namesOf(key) {
			ix.named[name] = append(ix.named[name], g)
		}
	}
	return g
}

// addSlot takes in a cluster without its rows.
func (ix *index) addSlot(c *fleet.Chunk) uint32 {
	n := uint32(len(ix.slots))
	ix.slots = append(ix.slots, slot{cluster: c.Cluster.ID})
	for k, v := range c.Settings {
		g := ix.group(k)
		id := ix.value(g, v)
		g.slots[id] = append(g.slots[id], n)
	}
	if a := c.Cluster.Annotation; a != nil {
		annotated(a, func(key, value string) {
			g := ix.group(key)
			id := ix.value(g, value)
			g.slots[id] = append(g.slots[id], n)
		})
	}
	return n
}

// Groups of what people keep in Ocim, which free text finds like settings.
const (
	groupNote = "note"
	groupTag  = "tag"
)

func annotated(a *fleet.Annotation, add func(key, value string)) {
	if a.Note != "" {
		add(groupNote, a.Note)
	}
	for _, tag := range a.Tags {
		add(groupTag, tag)
	}
}

// addDocument takes in a row of a cluster.
func (ix *index) addDocument(in uint32, c *fleet.Chunk, r *fleet.Row) uint32 {
	n := uint32(len(ix.docs))
	i := &r.Instance
	ix.docs = append(ix.docs, document{slot: in, name: i.Name})
	ix.slots[in].docs = append(ix.slots[in].docs, n)
	for field := range facets {
		if field == facetCluster {
			continue
		}
		for _, value := range facetValues(field, c, r) {
			b := ix.facets[field][value]
			if b == nil {
				b = new(bitmap)
				ix.facets[field][value] = b
			}
			b.add(n)
		}
	}
	if len(i.Problems) > 0 {
		ix.broken.add(n)
	}
	id := ix.value(ix.names, i.Name)
	ix.names.docs[id] = append(ix.names.docs[id], n)
	add := func(key, value string) {
		g := ix.group(key)
		id := ix.value(g, value)
		if in := g.docs[id]; len(in) == 0 || in[len(in)-1] != n {
			g.docs[id] = append(in, n)
			g.size++
		}
	}
	for k, v := range r.Settings {
		add(k, v)
	}
	if a := i.Annotation; a != nil {
		annotated(a, add)
	}
	return n
}
