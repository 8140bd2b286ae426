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
	names  *group
	groups map[string]*group   // of the settings, by key
	named  map[string][]*group // by what a setting answers to
	terms  termCache
	cols   columnCache
	queue  queue
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
	split int                 // values whose words are known
}

func newIndex() *index {
	ix := &index{names: newGroup(""), groups: map[string]*group{}, terms: termCache{words: newTexts()}}
	for i := range ix.facets {
		ix.facets[i] = map[string]*bitmap{}
	}
	return ix
}

func newGroup(key string) *group {
	return &group{texts: *newTexts(), path: key, key: strings.ToLower(key), slots: map[uint32][]uint32{}, words: map[uint32][]uint32{}}
}

// value finds or adds a value of a group.
func (g *group) value(text []byte) uint32 {
	id, fresh := g.id(text)
	if fresh {
		g.docs = append(g.docs, nil)
	}
	return id
}

// has notes that a document has a value.
func (g *group) has(text []byte, doc uint32) {
	id := g.value(text)
	if in := g.docs[id]; len(in) == 0 || in[len(in)-1] != doc {
		g.docs[id] = append(in, doc)
		g.size++
	}
}

// splitWords finds the words of up to so many values that came since; true when it knows
// those of all.
func (g *group) splitWords(words *texts, most int) bool {
	for ; g.split < len(g.ends) && most > 0; most-- {
		id := uint32(g.split)
		for word := range wordsOf(g.at(id)) {
			w, _ := words.id(word)
			if in := g.words[w]; len(in) == 0 || in[len(in)-1] != id {
				g.words[w] = append(in, id)
			}
		}
		g.split++
	}
	return g.split == len(g.ends)
}

func (ix *index) group(path []byte) *group {
	g := ix.groups[string(path)]
	if g == nil {
		key := string(path)
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
func (ix *index) addSlot(c *fleet.Cluster, settings map[string]string) uint32 {
	n := uint32(len(ix.slots))
	ix.slots = append(ix.slots, slot{cluster: c.ID})
	ix.add(pending{of: n, slot: true, settings: Settings{Map: settings}, annotation: c.Annotation})
	return n
}

// Groups of what people keep in Ocim, which free text finds like settings.
const (
	groupNote = "note"
	groupTag  = "tag"
)

func annotated(a *fleet.Annotation, add func(key, value string)) {
	if a == nil {
		return
	}
	if a.Note != "" {
		add(groupNote, a.Note)
	}
	for _, tag := range a.Tags {
		add(groupTag, tag)
	}
}

// addDocument takes in a row of a cluster.
func (ix *index) addDocument(in uint32, c *fleet.Cluster, r *Row) uint32 {
	n := uint32(len(ix.docs))
	i := &r.Instance
	ix.docs = append(ix.docs, document{slot: in, name: i.Name})
	ix.slots[in].docs = append(ix.slots[in].docs, n)
	for field := range facets {
		switch field {
		case facetCluster:
		case facetTag, facetPlugin:
			for _, value := range facetValues(field, c, r) {
				ix.count(field, value, n)
			}
		default:
			ix.count(field, facetValue(field, c, i), n)
		}
	}
	if len(i.Problems) > 0 {
		ix.broken.add(n)
	}
	ix.add(pending{of: n, settings: r.Settings, annotation: i.Annotation})
	return n
}

// count notes that a document has a value of a facet.
func (ix *index) count(field int, value string, doc uint32) {
	b := ix.facets[field][value]
	if b == nil {
		b = new(bitmap)
		ix.facets[field][value] = b
	}
	b.add(doc)
}
