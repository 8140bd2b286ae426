package fleetview

import (
	"maps"
	"slices"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
)

// view is a snapshot's part of an index: which documents are its own, and in
// which orders. It is made with the snapshot or at the first Find.
type view struct {
	ix    *index
	live  bitmap
	count int    // documents in live
	parts []part // of the snapshot's chunks, in their order

	mu      sync.Mutex
	orders  map[fleet.Order]*ordering
	answers map[string]*answer
}

// part is a chunk's part of a view.
type part struct {
	slot uint32
	docs []uint32 // of the chunk's rows, in their order
	sums []uint64 // of the rows' encoding; empty when the chunk was not decoded
	sum  uint64   // of what the cluster gives its rows
}

// answer is what a filter finds in a view.
type answer struct {
	hits   bitmap
	total  int
	facets fleet.Facets
}

// answersKept bounds the answers that a view remembers.
const answersKept = 128

// Find filters, sorts and pages the snapshot. The cursor is a former page's
// Next; one that is not ours is fault.Invalid.
func (s *Snapshot) Find(f fleet.Filter, o fleet.Order, after string, limit int) (fleet.InstancePage, error) {
	var cursor *position
	if after != "" {
		var err error
		if cursor, err = parsePosition(after); err != nil {
			return fleet.InstancePage{}, err
		}
	}
	s.once.Do(s.index)
	s.view.ix.mu.RLock()
	defer s.view.ix.mu.RUnlock()
	a := s.answer(&f)
	page := fleet.InstancePage{Revision: s.Revision, Instances: []fleet.Instance{}, Facets: a.facets, Total: a.total}
	docs, more := s.page(a, o, cursor, limit)
	for _, doc := range docs {
		page.Instances = append(page.Instances, *s.instance(doc))
	}
	if more {
		page.Next = positionOf(o, &page.Instances[len(docs)-1]).String()
	}
	return page, nil
}

// index makes the view of a snapshot that was not decoded.
func (s *Snapshot) index() {
	if s.view != nil {
		return
	}
	v := &view{ix: newIndex()}
	for _, c := range s.Chunks {
		p := part{slot: v.ix.addSlot(c)}
		for i := range c.Rows {
			p.docs = append(p.docs, v.ix.addDocument(p.slot, c, &c.Rows[i]))
		}
		v.parts = append(v.parts, p)
	}
	v.finish()
	s.view = v
}

// finish makes a view of its parts.
func (v *view) finish() {
	v.live = newBitmap(len(v.ix.docs))
	for _, p := range v.parts {
		v.take(p.docs)
	}
	v.orders, v.answers = map[fleet.Order]*ordering{}, map[string]*answer{}
}

// take adds documents that are not in yet.
func (v *view) take(docs []uint32) {
	v.count += len(docs)
	for _, doc := range docs {
		v.live.add(doc)
	}
}

// follow finishes the view of a snapshot that differs from the one before in
// some clusters, whose former documents are gone.
func (s *Snapshot) follow(before *view, gone []uint32, clusters []string) {
	v := s.view
	v.live, v.count = before.live.sized(len(v.ix.docs)), before.count-len(gone)
	for _, doc := range gone {
		v.live.drop(doc)
	}
	for _, id := range clusters {
		if i, ok := s.find(id); ok {
			v.take(v.parts[i].docs)
		}
	}
	v.orders, v.answers = map[fleet.Order]*ordering{}, map[string]*answer{}
	s.inherit(before, gone, clusters)
}

// instance gives a document of this snapshot.
func (s *Snapshot) instance(doc uint32) *fleet.Instance {
	d := s.view.ix.docs[doc]
	return &s.Chunk(s.view.ix.slots[d.slot].cluster).Row(d.name).Instance
}

// answer finds what passes a filter.
func (s *Snapshot) answer(f *fleet.Filter) *answer {
	v := s.view
	key, kept := keyOf(f)
	if kept {
		v.mu.Lock()
		a := v.answers[key]
		v.mu.Unlock()
		if a != nil {
			return a
		}
	}
	a := s.search(f)
	if kept {
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(v.answers) >= answersKept {
			clear(v.answers)
		}
		v.answers[key] = a
	}
	return a
}

func (s *Snapshot) search(f *fleet.Filter) *answer {
	v := s.view
	base := slices.Clone(v.live)
	if f.Visible != nil {
		for i, c := range s.Chunks {
			if !f.Visible(c.Cluster.ID) {
				for _, doc := range v.parts[i].docs {
					base.drop(doc)
				}
			}
		}
	}
	if f.Name != "" {
		base.and(v.ix.match(termKey{fleet.SettingTerm{Op: "~", Value: f.Name}, true}))
	}
	for _, t := range f.Settings {
		base.and(v.ix.match(termKey{t, false}))
	}
	if f.Broken {
		base.and(v.ix.broken)
	}
	var masks [facets]bitmap
	a := &answer{hits: slices.Clone(base)}
	for field := range facets {
		if values := chosen(f, field); len(values) > 0 {
			masks[field] = s.mask(field, values)
			a.hits.and(masks[field])
		}
	}
	a.total = a.hits.count()
	for field := range facets {
		counted := a.hits
		if masks[field] != nil {
			counted = slices.Clone(base)
			for other, mask := range masks {
				if other != field && mask != nil {
					counted.and(mask)
				}
			}
		}
		setFacet(&a.facets, field, s.counts(field, counted), chosen(f, field))
	}
	return a
}

// mask gives the documents with one of some values.
func (s *Snapshot) mask(field int, values []string) bitmap {
	v := s.view
	mask := newBitmap(len(v.live) * 64)
	for _, value := range values {
		if field == facetCluster {
			if i, ok := s.find(value); ok {
				for _, doc := range v.parts[i].docs {
					mask.add(doc)
				}
			}
		} else if b := v.ix.facets[field][value]; b != nil {
			mask.or(*b)
		}
	}
	return mask
}

// counts counts documents by their value.
func (s *Snapshot) counts(field int, docs bitmap) map[string]int {
	v := s.view
	counts := map[string]int{}
	if field == facetCluster {
		if docs.count() == v.count {
			for i, c := range s.Chunks {
				if n := len(v.parts[i].docs); n > 0 {
					counts[c.Cluster.ID] = n
				}
			}
			return counts
		}
		bySlot := make([]int, len(v.ix.slots))
		for doc := range docs.all {
			bySlot[v.ix.docs[doc].slot]++
		}
		for n, count := range bySlot {
			if count > 0 {
				counts[v.ix.slots[n].cluster] = count
			}
		}
		return counts
	}
	for value, b := range v.ix.facets[field] {
		if value == "" {
			continue
		}
		if n := docs.countAnd(*b); n > 0 {
			counts[value] = n
		}
	}
	return counts
}

// page gives the documents of a page, and whether more follow.
func (s *Snapshot) page(a *answer, o fleet.Order, cursor *position, limit int) (docs []uint32, more bool) {
	by := s.ordering(o)
	rest := by.docs.all
	first := uint64(0)
	if cursor != nil {
		start := s.place(o, by.docs, *cursor)
		next, ok := by.docs.at(start)
		if !ok {
			return nil, false
		}
		rest, first = by.docs.from(start), by.ranks.of[next]
	}
	// Few hits are picked out and sorted; many are met soon by going along.
	if a.total < s.view.count/16 {
		rank := by.ranks.of
		for doc := range a.hits.all {
			if rank[doc] >= first {
				docs = append(docs, doc)
			}
		}
		slices.SortFunc(docs, by.ranks.compare)
		return docs[:min(limit, len(docs))], len(docs) > limit
	}
	for doc := range rest {
		if a.hits.has(doc) {
			if len(docs) == limit {
				return docs, true
			}
			docs = append(docs, doc)
		}
	}
	return docs, false
}

// ordering gives the documents in an order, sorted the first time it is wanted.
func (s *Snapshot) ordering(o fleet.Order) *ordering {
	v := s.view
	if o.By == "" {
		o.By = fleet.SortName
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	by := v.orders[o]
	if by == nil {
		by = newOrdering(s.sorted(o))
		v.orders[o] = by
	}
	return by
}

// place finds the first document of an order beyond a position.
func (s *Snapshot) place(o fleet.Order, docs sequence, at position) spot {
	return docs.search(func(doc uint32) bool {
		return positionOf(o, s.instance(doc)).compare(at, o.Descending) > 0
	})
}

// sorted puts the documents of the snapshot into an order.
func (s *Snapshot) sorted(o fleet.Order) []uint32 {
	type placed struct {
		position
		doc uint32
	}
	all := make([]placed, 0, s.view.count)
	for i, c := range s.Chunks {
		for n, doc := range s.view.parts[i].docs {
			all = append(all, placed{positionOf(o, &c.Rows[n].Instance), doc})
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return a.compare(b.position, o.Descending) })
	out := make([]uint32, len(all))
	for i, p := range all {
		out[i] = p.doc
	}
	return out
}

// inherit takes over the orders of the view before, so that they need not be
// sorted anew. Where much changed, that is left to the first who wants them.
func (s *Snapshot) inherit(before *view, gone []uint32, clusters []string) {
	v := s.view
	gone = slices.DeleteFunc(gone, v.live.has)
	var fresh []uint32
	for _, id := range clusters {
		if i, ok := s.find(id); ok {
			for _, doc := range v.parts[i].docs {
				if !before.live.has(doc) {
					fresh = append(fresh, doc)
				}
			}
		}
	}
	if len(gone)+len(fresh) > 64+v.count/64 {
		return
	}
	before.mu.Lock()
	orders := maps.Clone(before.orders)
	before.mu.Unlock()
	for o, by := range orders {
		v.orders[o] = s.carry(o, by, gone, fresh)
	}
}

// carry makes a former order that of this snapshot.
func (s *Snapshot) carry(o fleet.Order, former *ordering, gone, fresh []uint32) *ordering {
	by := &ordering{docs: slices.Clone(former.docs), ranks: former.ranks}
	for _, doc := range gone {
		by.docs.remove(by.docs.search(func(other uint32) bool { return by.ranks.compare(other, doc) >= 0 }))
	}
	roomy := true
	for _, doc := range fresh {
		at := s.place(o, by.docs, positionOf(o, s.instance(doc)))
		roomy = roomy && by.ranks.put(doc, by.docs, at)
		by.docs.insert(at, doc)
	}
	if !roomy {
		return newOrdering(slices.Collect(by.docs.all))
	}
	return by
}
