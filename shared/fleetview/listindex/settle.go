package listindex

import (
	"maps"
	"slices"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
)

// queue is what free text and settings are found by and was not taken in yet. Most of what
// a fleet is made of stands here at first: the list, its facets and its totals don't need
// it, so a replica that starts answers before it is done. Everything is taken in in the
// order in which it came, so that documents rise everywhere.
type queue struct {
	mu    sync.Mutex
	rest  []pending
	names int // documents whose names were taken in
}

// pending is what a document has, or a slot.
type pending struct {
	of         uint32
	slot       bool
	settings   Settings
	annotation *fleet.Annotation
}

// add takes in what a document or slot has, after all that came before it. The index is
// held for writing.
func (ix *index) add(p pending) {
	ix.queue.mu.Lock()
	defer ix.queue.mu.Unlock()
	ix.queue.rest = append(ix.queue.rest, p)
}

// settle takes in all that waits. The index is held for reading, and nothing is added
// until it is let go.
func (ix *index) settle() { ix.settleSome(-1) }

// settleSome takes in up to so many; true when nothing waits any more.
func (ix *index) settleSome(most int) bool {
	q := &ix.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.rest) > 0 && most != 0 {
		ix.take(&q.rest[0])
		q.rest[0] = pending{}
		q.rest = q.rest[1:]
		most--
	}
	if len(q.rest) > 0 {
		return false
	}
	q.rest = nil
	return true
}

// settleNames takes in the names of all documents. The index is held for reading.
func (ix *index) settleNames() {
	q := &ix.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	for ; q.names < len(ix.docs); q.names++ {
		ix.names.has([]byte(ix.docs[q.names].name), uint32(q.names))
	}
}

func (ix *index) take(p *pending) {
	add := func(key, value []byte) bool {
		g := ix.group(key)
		if !p.slot {
			g.has(value, p.of)
			return true
		}
		id := g.value(value)
		g.slots[id] = append(g.slots[id], p.of)
		return true
	}
	p.settings.all(add)
	annotated(p.annotation, func(key, value string) { add([]byte(key), []byte(value)) })
}

// settledAtOnce is how many documents or values are taken in before others get the index.
const settledAtOnce = 256

// Settle makes the first filters by settings and free text as fast as later ones. Lists
// are answered, and views made, meanwhile.
func (v *View) Settle() {
	ix := v.ix
	for done := false; !done; {
		ix.mu.RLock()
		done = ix.settleSome(settledAtOnce)
		ix.mu.RUnlock()
	}
	ix.mu.RLock()
	ix.settle()
	ix.settleNames()
	groups := append(slices.Collect(maps.Values(ix.groups)), ix.names)
	ix.mu.RUnlock()
	for _, g := range groups {
		for done := false; !done; {
			ix.mu.RLock()
			ix.settle() // what a view brought since
			ix.terms.mu.Lock()
			done = len(g.ends) <= scanned || g.splitWords(ix.terms.words, settledAtOnce)
			ix.terms.mu.Unlock()
			ix.mu.RUnlock()
		}
	}
}
