package fleet

import (
	"maps"
	"slices"
	"sort"
	"sync"
)

// view is a snapshot's part of an index: which documents are its own, and in
// which orders. It is made with the snapshot or at the first Find.
type view struct {
	ix    *index
	live  bitmap
	count int    // documents in live
	parts []part // of the snapshot's chunks, in their order

	mu      sync.Mutex
	orders  map[Order]*ordering
	answers map[string]*answer
}

// part is a chunk's part of a view.
type part struct {
	slot uint32
	docs []uint32 // of the chunk's rows, in their order
	sums []uint64 // of the rows' encoding; empty when the chunk was not decoded
	sum  uint64   // of what the cluster gives its rows
}

// ordering is the documents of a view as one Order has them.
type ordering struct {
	docs []uint32
	rank []uint32 // of each document in docs
}

// answer is what a filter finds in a view.
type answer struct {
	hits   bitmap
	total  int
	facets Facets
}

// answersKept bounds the answers that a view remembers.
const answersKept = 128

// Find filters, sorts and pages the snapshot. The cursor is a former page's
// Next; one that is not ours is fault.Invalid.
func (s *Snapshot) Find(f Filter, o Order, after string, limit int) (InstancePage, error) {
	var cursor *position
	if after != "" {
		var err error
		if cursor, err = parsePosition(after); err != nil {
			return InstancePage{}, err
		}
	}
	s.once.Do(s.index)
	s.view.ix.mu.RLock()
	defer s.view.ix.mu.RUnlock()
	a := s.answer(&f)
	page := InstancePage{Revision: s.Revision, Instances: []Instance{}, Facets: a.facets, Total: a.total}
	docs, more := s.page(a, o, cursor, limit)
	for _, doc := range docs {
		page.Instances = append(page.Instances, *s.instance(doc))
	}
	if more {
		page.Next = o.position(&page.Instances[len(docs)-1]).String()
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
	v.orders, v.answers = map[Order]*ordering{}, map[string]*answer{}
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
	v.orders, v.answers = map[Order]*ordering{}, map[string]*answer{}
	s.inherit(before)
}

// instance gives a document of this snapshot.
func (s *Snapshot) instance(doc uint32) *Instance {
	d := s.view.ix.docs[doc]
	return &s.Chunk(s.view.ix.slots[d.slot].cluster).Row(d.name).Instance
}

// answer finds what passes a filter.
func (s *Snapshot) answer(f *Filter) *answer {
	v := s.view
	key, kept := f.key()
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

func (s *Snapshot) search(f *Filter) *answer {
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
		base.and(v.ix.match(termKey{SettingTerm{Op: "~", Value: f.Name}, true}))
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
		if chosen := f.chosen(field); len(chosen) > 0 {
			masks[field] = s.mask(field, chosen)
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
		a.facets.set(field, s.counts(field, counted), f.chosen(field))
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
func (s *Snapshot) page(a *answer, o Order, cursor *position, limit int) (docs []uint32, more bool) {
	by := s.ordering(o)
	start := 0
	if cursor != nil {
		start = sort.Search(len(by.docs), func(i int) bool {
			return o.position(s.instance(by.docs[i])).compare(*cursor, o.Descending) > 0
		})
	}
	// Few hits are picked out and sorted; many are met soon by going along.
	if a.total < len(by.docs)/16 {
		for doc := range a.hits.all {
			if int(by.rank[doc]) >= start {
				docs = append(docs, doc)
			}
		}
		slices.SortFunc(docs, func(x, y uint32) int { return int(by.rank[x]) - int(by.rank[y]) })
		return docs[:min(limit, len(docs))], len(docs) > limit
	}
	for _, doc := range by.docs[start:] {
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
func (s *Snapshot) ordering(o Order) *ordering {
	v := s.view
	if o.By == "" {
		o.By = SortName
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	by := v.orders[o]
	if by == nil {
		by = newOrdering(s.sorted(o, v.live), len(v.live)*64)
		v.orders[o] = by
	}
	return by
}

func newOrdering(docs []uint32, most int) *ordering {
	by := &ordering{docs: docs, rank: make([]uint32, most)}
	for i, doc := range docs {
		by.rank[doc] = uint32(i)
	}
	return by
}

// sorted puts documents into an order.
func (s *Snapshot) sorted(o Order, docs bitmap) []uint32 {
	type placed struct {
		position
		doc uint32
	}
	var all []placed
	for i, c := range s.Chunks {
		for n, doc := range s.view.parts[i].docs {
			if docs.has(doc) {
				all = append(all, placed{o.position(&c.Rows[n].Instance), doc})
			}
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
func (s *Snapshot) inherit(before *view) {
	v := s.view
	fresh := newBitmap(len(v.live) * 64)
	n := 0
	for doc := range v.live.all {
		if !before.live.has(doc) {
			fresh.add(doc)
			n++
		}
	}
	if n > v.count/8 {
		return
	}
	before.mu.Lock()
	orders := maps.Clone(before.orders)
	before.mu.Unlock()
	for o, by := range orders {
		v.orders[o] = newOrdering(s.merge(o, by.docs, s.sorted(o, fresh)), len(v.live)*64)
	}
}

// merge puts fresh documents in among those of a former order that are still
// there.
func (s *Snapshot) merge(o Order, former, fresh []uint32) []uint32 {
	kept := make([]uint32, 0, len(former)+len(fresh))
	for _, doc := range former {
		if s.view.live.has(doc) {
			kept = append(kept, doc)
		}
	}
	for i := len(fresh) - 1; i >= 0; i-- {
		at := o.position(s.instance(fresh[i]))
		where := sort.Search(len(kept), func(n int) bool {
			return o.position(s.instance(kept[n])).compare(at, o.Descending) > 0
		})
		kept = slices.Insert(kept, where, fresh[i])
	}
	return kept
}
