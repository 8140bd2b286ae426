package listindex

import (
	"cmp"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
)

// tally is how many documents have a value.
type tally struct {
	value string
	n     int
}

// totals are what all documents of a view have of each facet, most frequent first.
type totals [facets][]tally

// allTotals gives the totals of the view.
func (v *View) allTotals() *totals {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.totals == nil {
		v.totals = &totals{facetCluster: v.clusterTotals()}
		for field := range facets {
			if field != facetCluster {
				v.totals[field] = v.counts(field, v.live)
				slices.SortFunc(v.totals[field], moreFrequent)
			}
		}
	}
	return v.totals
}

func (v *View) clusterTotals() []tally {
	all := make([]tally, 0, len(v.clusters))
	for i, c := range v.clusters {
		if n := len(v.parts[i].docs); n > 0 {
			all = append(all, tally{c.Cluster.ID, n})
		}
	}
	slices.SortFunc(all, moreFrequent)
	return all
}

// totalsAfter gives the totals of the view from those of the one before.
func (v *View) totalsAfter(before *totals, d *difference) *totals {
	next := &totals{facetCluster: before[facetCluster]}
	if d.resized {
		next[facetCluster] = v.clusterTotals()
	}
	for field := range facets {
		if field == facetCluster {
			continue
		}
		counts := make(map[string]int, len(before[field]))
		for _, all := range before[field] {
			counts[all.value] = all.n
		}
		for value, b := range v.ix.facets[field] {
			for _, doc := range d.gone {
				if b.has(doc) {
					counts[value]--
				}
			}
			for _, doc := range d.fresh {
				if b.has(doc) {
					counts[value]++
				}
			}
		}
		delete(counts, "")
		for value, n := range counts {
			if n > 0 {
				next[field] = append(next[field], tally{value, n})
			}
		}
		slices.SortFunc(next[field], moreFrequent)
	}
	return next
}

func moreFrequent(a, b tally) int {
	return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.value, b.value))
}

// counts counts documents by their value.
func (v *View) counts(field int, docs bitmap) []tally {
	var counts []tally
	if field == facetCluster {
		counts = make([]tally, 0, len(v.clusters))
		bySlot := make([]int, len(v.ix.slots))
		for doc := range docs.all {
			bySlot[v.ix.docs[doc].slot]++
		}
		for n, count := range bySlot {
			if count > 0 {
				counts = append(counts, tally{v.ix.slots[n].cluster, count})
			}
		}
		return counts
	}
	for value, b := range v.ix.facets[field] {
		if value == "" {
			continue
		}
		if n := docs.countAnd(*b); n > 0 {
			counts = append(counts, tally{value, n})
		}
	}
	return counts
}

// mostCounted gives the most frequent values, and those that were chosen.
func mostCounted(all []tally, chosen []string) map[string]int {
	if len(all) > fleet.MaxChoices {
		slices.SortFunc(all, moreFrequent)
	}
	return firstOf(all, chosen)
}

// firstOf gives the first values, and those that were chosen.
func firstOf(all []tally, chosen []string) map[string]int {
	kept := make(map[string]int, min(len(all), fleet.MaxChoices))
	for i, t := range all {
		if i < fleet.MaxChoices || slices.Contains(chosen, t.value) {
			kept[t.value] = t.n
		}
	}
	return kept
}
