package listindex

import (
	"cmp"
	"slices"

	"github.com/open-craft/ocim/shared/fleet"
)

// answer is what a filter finds in a view.
type answer struct {
	hits   bitmap
	total  int
	facets fleet.Facets
}

// answersKept bounds the answers that a view remembers.
const answersKept = 128

// Find filters, sorts and pages the rows. The cursor is a former page's Next; one that
// is not from this list is fault.Invalid. The page has no revision.
func (v *View) Find(f fleet.Filter, o fleet.Order, after string, limit int) (fleet.InstancePage, error) {
	var cursor *position
	if after != "" {
		var err error
		if cursor, err = parsePosition(after); err != nil {
			return fleet.InstancePage{}, err
		}
	}
	v.ix.mu.RLock()
	defer v.ix.mu.RUnlock()
	a := v.answer(&f)
	page := fleet.InstancePage{Instances: []fleet.Instance{}, Facets: a.facets, Total: a.total}
	docs, more := v.page(a, o, cursor, limit)
	for _, doc := range docs {
		page.Instances = append(page.Instances, *v.instance(doc))
	}
	if more {
		page.Next = positionOf(o, &page.Instances[len(docs)-1]).String()
	}
	return page, nil
}

// instance gives a document of this snapshot.
func (v *View) instance(doc uint32) *fleet.Instance {
	d := v.ix.docs[doc]
	i, _ := v.find(v.ix.slots[d.slot].cluster)
	return &v.clusters[i].Row(d.name).Instance
}

// answer finds what passes a filter.
func (v *View) answer(f *fleet.Filter) *answer {
	key, kept := keyOf(f)
	if kept {
		v.mu.Lock()
		a := v.answers[key]
		v.mu.Unlock()
		if a != nil {
			return a
		}
	}
	a := v.search(f)
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

func (v *View) search(f *fleet.Filter) *answer {
	base := slices.Clone(v.live)
	v.hide(&base, f.Visible)
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
		if values, _ := choices(f, &a.facets, field); len(values) > 0 {
			masks[field] = v.mask(field, values)
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
		chosen, counts := choices(f, &a.facets, field)
		if a.total == v.count && masks[field] == nil {
			*counts = firstOf(v.allTotals()[field], nil)
		} else {
			*counts = mostCounted(v.counts(field, counted), chosen)
		}
	}
	return a
}

// hide drops the documents of clusters that are not visible; nil shows all.
func (v *View) hide(docs *bitmap, visible func(cluster string) bool) {
	if visible == nil {
		return
	}
	for i, c := range v.clusters {
		if !visible(c.Cluster.ID) {
			for _, doc := range v.parts[i].docs {
				docs.drop(doc)
			}
		}
	}
}

// mask gives the documents with one of some values.
func (v *View) mask(field int, values []string) bitmap {
	mask := newBitmap(len(v.live) * 64)
	for _, value := range values {
		if field == facetCluster {
			if i, ok := v.find(value); ok {
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

// page gives the documents of a page, and whether more follow.
func (v *View) page(a *answer, o fleet.Order, cursor *position, limit int) (docs []uint32, more bool) {
	by := v.ordering(o)
	rest := by.docs.all
	first := uint64(0)
	if cursor != nil {
		start := v.place(o, by.docs, *cursor)
		next, ok := by.docs.at(start)
		if !ok {
			return nil, false
		}
		rest, first = by.docs.from(start), by.ranks.of[next]
	}
	// Few hits are picked out and sorted; many are met soon by going along.
	if a.total < v.count/16 {
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

// ordering gives the documents in an order, sorted when it is first wanted.
func (v *View) ordering(o fleet.Order) *ordering {
	o.By = cmp.Or(o.By, fleet.SortName)
	v.mu.Lock()
	defer v.mu.Unlock()
	by := v.orders[o]
	if by == nil {
		by = newOrdering(v.sorted(o))
		v.orders[o] = by
	}
	return by
}

// place finds the first document of an order beyond a position.
func (v *View) place(o fleet.Order, docs sequence, at position) spot {
	return docs.search(func(doc uint32) bool {
		return positionOf(o, v.instance(doc)).compare(at, o.Descending) > 0
	})
}

// sorted puts the documents of the snapshot into an order.
func (v *View) sorted(o fleet.Order) []uint32 {
	type placed struct {
		position
		doc uint32
	}
	all := make([]placed, 0, v.count)
	for i, c := range v.clusters {
		for n, doc := range v.parts[i].docs {
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
