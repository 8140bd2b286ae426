package listindex

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
)

// View is the rows of the fleet at one moment. It never changes.
type View struct {
	ix       *index
	clusters []*fleet.Chunk // by id, their rows without settings
	parts    []part         // of the clusters, in their order
	live     bitmap
	count    int // documents in live

	mu      sync.Mutex
	orders  map[fleet.Order]*ordering
	answers map[string]*answer
	totals  *totals // nil until they are wanted
}

// part is a cluster's part of a View.
type part struct {
	slot     uint32
	docs     []uint32          // of the rows, in their order
	settings map[string]string // of the cluster
}

// Change is what happened to a cluster since a View. When its provider, settings, note
// or tags differ, Rows must be all.
type Change struct {
	Cluster  fleet.Cluster     // ID says which; the rest replaces what was known
	Settings map[string]string // of the cluster
	Rows     []*Row            // that are new or differ
	Gone     []string          // names of rows that are there no more
	All      bool              // Rows are all there are
	Removed  bool              // the whole cluster is gone; only Cluster.ID counts
}

// Cluster is a cluster with its rows, by name.
type Cluster struct {
	fleet.Cluster
	Settings map[string]string
	Rows     []*Row
}

// Build makes a View of clusters with their rows. Until Settle is done, the first filter
// that looks into settings waits for it.
func Build(clusters []*Cluster) *View {
	v := &View{ix: newIndex()}
	for _, c := range clusters {
		own := &fleet.Chunk{Cluster: c.Cluster, Rows: make([]fleet.Row, len(c.Rows))}
		p := part{slot: v.ix.addSlot(&c.Cluster, c.Settings), docs: make([]uint32, len(c.Rows)), settings: c.Settings}
		for i, r := range c.Rows {
			own.Rows[i] = r.Row
			p.docs[i] = v.ix.addDocument(p.slot, &c.Cluster, r)
		}
		v.clusters, v.parts = append(v.clusters, own), append(v.parts, p)
	}
	v.sort()
	v.live = newBitmap(len(v.ix.docs))
	for _, p := range v.parts {
		v.take(p.docs)
	}
	v.orders, v.answers = map[fleet.Order]*ordering{}, map[string]*answer{}
	return v
}

func (v *View) sort() {
	byID := func(a, b *fleet.Chunk) int { return strings.Compare(a.Cluster.ID, b.Cluster.ID) }
	if slices.IsSortedFunc(v.clusters, byID) {
		return
	}
	parts := map[*fleet.Chunk]part{}
	for i, c := range v.clusters {
		parts[c] = v.parts[i]
	}
	slices.SortFunc(v.clusters, byID)
	for i, c := range v.clusters {
		v.parts[i] = parts[c]
	}
}

// Clusters gives all clusters by id, with their rows. They are shared and not to be
// changed.
func (v *View) Clusters() []*fleet.Chunk { return v.clusters }

func (v *View) find(cluster string) (int, bool) {
	return slices.BinarySearchFunc(v.clusters, cluster, func(c *fleet.Chunk, id string) int {
		return strings.Compare(c.Cluster.ID, id)
	})
}

// Settings gives the settings of a cluster itself.
func (v *View) Settings(cluster string) map[string]string {
	if i, ok := v.find(cluster); ok {
		return v.parts[i].settings
	}
	return nil
}

// Overgrown reports whether most documents of the index are of former views only.
func (v *View) Overgrown() bool { return len(v.ix.docs) > 2*v.count+4096 }

// take adds documents that are not in yet.
func (v *View) take(docs []uint32) {
	v.count += len(docs)
	for _, doc := range docs {
		v.live.add(doc)
	}
}

// shared names what a cluster's annotation gives its rows.
func shared(a *fleet.Annotation) string {
	if a == nil {
		return ""
	}
	return a.Note + "\x00" + strings.Join(a.Tags, " ")
}

// Next makes the View after some changes. The former one stays as it is. Only one View
// may follow another: all of them share what they have in common.
func (v *View) Next(changes []Change) *View {
	v.ix.mu.Lock()
	defer v.ix.mu.Unlock()
	next := &View{
		ix: v.ix, clusters: slices.Clone(v.clusters), parts: slices.Clone(v.parts),
		orders: map[fleet.Order]*ordering{}, answers: map[string]*answer{},
	}
	d := &difference{former: map[uint32]uint32{}}
	for _, c := range changes {
		next.change(c, d)
	}
	next.live, next.count = v.live.sized(len(v.ix.docs)), v.count-len(d.gone)
	for _, doc := range d.gone {
		next.live.drop(doc)
	}
	next.take(d.fresh)
	next.inherit(v, d)
	return next
}

// difference is which documents went and came between two views.
type difference struct {
	gone, fresh []uint32
	former      map[uint32]uint32 // of a fresh document, the one of the same row that is gone
	resized     bool              // a cluster has more rows or fewer
}

// change brings one cluster up to date, and notes which documents went and came.
func (v *View) change(c Change, d *difference) {
	i, known := v.find(c.Cluster.ID)
	if c.Removed {
		if known {
			d.gone, d.resized = append(d.gone, v.parts[i].docs...), true
			v.clusters, v.parts = slices.Delete(v.clusters, i, i+1), slices.Delete(v.parts, i, i+1)
		}
		return
	}
	chunk := &fleet.Chunk{Cluster: c.Cluster}
	var former *fleet.Chunk
	var was part
	if known {
		former, was = v.clusters[i], v.parts[i]
	} else {
		former = new(fleet.Chunk)
		v.clusters, v.parts = slices.Insert(v.clusters, i, nil), slices.Insert(v.parts, i, part{})
	}
	p := part{slot: was.slot, settings: c.Settings}
	// What the cluster gives its rows is in the index for all of them together.
	same := known && former.Cluster.Provider == c.Cluster.Provider && shared(former.Cluster.Annotation) == shared(c.Cluster.Annotation) && maps.Equal(was.settings, c.Settings)
	keep := same && !c.All
	if !same {
		p.slot = v.ix.addSlot(&c.Cluster, c.Settings)
	}
	rows := slices.Clone(c.Rows)
	slices.SortFunc(rows, CompareNames)
	left := map[string]bool{}
	for _, name := range c.Gone {
		left[name] = true
	}
	chunk.Rows = make([]fleet.Row, 0, len(former.Rows)+len(rows))
	p.docs = make([]uint32, 0, cap(chunk.Rows))
	add := func(row *fleet.Row, doc uint32) {
		chunk.Rows, p.docs = append(chunk.Rows, *row), append(p.docs, doc)
	}
	insert := func() uint32 {
		doc := v.ix.addDocument(p.slot, &c.Cluster, rows[0])
		d.fresh = append(d.fresh, doc)
		add(&rows[0].Row, doc)
		rows = rows[1:]
		return doc
	}
	for n := range former.Rows {
		row := &former.Rows[n] // rows are large
		name := row.Instance.Name
		for len(rows) > 0 && rows[0].Instance.Name < name {
			insert()
		}
		if len(rows) > 0 && rows[0].Instance.Name == name {
			d.gone = append(d.gone, was.docs[n])
			d.former[insert()] = was.docs[n]
		} else if keep && !left[name] {
			add(row, was.docs[n])
		} else {
			d.gone = append(d.gone, was.docs[n])
		}
	}
	for len(rows) > 0 {
		insert()
	}
	v.clusters[i], v.parts[i] = chunk, p
	d.resized = d.resized || len(p.docs) != len(was.docs)
}

// inherit takes over the orders and totals of the view before, so that they need not be
// found again. When much changed, that is left to the first call that wants them.
func (v *View) inherit(before *View, d *difference) {
	if len(d.gone)+len(d.fresh) > 64+v.count/64 {
		return
	}
	before.mu.Lock()
	orders, totals := maps.Clone(before.orders), before.totals
	before.mu.Unlock()
	for o, by := range orders {
		v.orders[o] = v.carry(o, before, by, d)
	}
	if totals != nil {
		v.totals = v.totalsAfter(totals, d)
	}
}

// carry makes a former order that of this view.
func (v *View) carry(o fleet.Order, before *View, former *ordering, d *difference) *ordering {
	by := &ordering{docs: slices.Clone(former.docs), ranks: former.ranks}
	place := func(doc uint32) spot {
		return by.docs.search(func(other uint32) bool { return by.ranks.compare(other, doc) >= 0 })
	}
	stays := map[uint32]bool{} // has its place, or its row has
	for doc, was := range d.former {
		if positionOf(o, v.instance(doc)) == positionOf(o, before.instance(was)) {
			by.docs.replace(place(was), doc)
			by.ranks.set(doc, by.ranks.of[was])
			stays[doc], stays[was] = true, true
		}
	}
	for _, doc := range d.gone {
		if !stays[doc] {
			by.docs.remove(place(doc))
		}
	}
	roomy := true
	for _, doc := range d.fresh {
		if stays[doc] {
			continue
		}
		at := v.place(o, by.docs, positionOf(o, v.instance(doc)))
		roomy = roomy && by.ranks.put(doc, by.docs, at)
		by.docs.insert(at, doc)
	}
	if !roomy {
		return newOrdering(slices.Collect(by.docs.all))
	}
	return by
}
