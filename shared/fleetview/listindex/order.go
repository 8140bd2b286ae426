package listindex

import (
	"cmp"
	"slices"
	"sort"
)

// ordering is the documents of a view as one Order has them.
type ordering struct {
	docs  sequence
	ranks *ranks
}

// newOrdering takes documents that are in order.
func newOrdering(docs []uint32) *ordering {
	most := uint32(0)
	for _, doc := range docs {
		most = max(most, doc)
	}
	r := &ranks{of: make([]uint64, most+1)}
	step := ^uint64(0) / uint64(len(docs)+1)
	for i, doc := range docs {
		r.of[doc] = uint64(i+1) * step
	}
	return &ordering{docs: slices.Collect(slices.Chunk(docs, blockSize/2)), ranks: r}
}

// ranks reports which of two documents comes first in an order, without looking at
// them. Numbers leave room between them, so a document that comes in later gets its own
// without changing others, and the orders of snapshots that follow each other
// share them. It is written only while the index is held for writing.
type ranks struct {
	of []uint64 // by document
}

func (r *ranks) compare(a, b uint32) int { return cmp.Compare(r.of[a], r.of[b]) }

// put ranks a document that comes in at a spot; false when there is no room.
func (r *ranks) put(doc uint32, docs sequence, at spot) bool {
	low, high := uint64(0), ^uint64(0)
	if before, ok := docs.before(at); ok {
		low = r.of[before]
	}
	if after, ok := docs.at(at); ok {
		high = r.of[after]
	}
	if high-low < 2 {
		return false
	}
	r.set(doc, low+(high-low)/2)
	return true
}

func (r *ranks) set(doc uint32, rank uint64) {
	for int(doc) >= len(r.of) {
		r.of = append(r.of, 0)
	}
	r.of[doc] = rank
}

// sequence is documents in order, in blocks that are never changed and never
// empty, so that a clone that differs a little copies little.
type sequence [][]uint32

const blockSize = 512

// spot is a place in a sequence: a block, and where in it. The end is after the
// last block.
type spot struct{ block, at int }

// search finds the first document that passes, where all after it do too.
func (q sequence) search(passes func(doc uint32) bool) spot {
	n := sort.Search(len(q), func(i int) bool { return passes(q[i][len(q[i])-1]) })
	if n == len(q) {
		return spot{n, 0}
	}
	return spot{n, sort.Search(len(q[n]), func(i int) bool { return passes(q[n][i]) })}
}

func (q sequence) at(s spot) (uint32, bool) {
	if s.block == len(q) {
		return 0, false
	}
	return q[s.block][s.at], true
}

func (q sequence) before(s spot) (uint32, bool) {
	if s.at > 0 {
		return q[s.block][s.at-1], true
	}
	if s.block == 0 {
		return 0, false
	}
	former := q[s.block-1]
	return former[len(former)-1], true
}

func (q *sequence) remove(s spot) {
	block := (*q)[s.block]
	if len(block) == 1 {
		*q = slices.Delete(*q, s.block, s.block+1)
		return
	}
	(*q)[s.block] = slices.Concat(block[:s.at], block[s.at+1:])
}

func (q *sequence) replace(s spot, doc uint32) {
	(*q)[s.block] = slices.Clone((*q)[s.block])
	(*q)[s.block][s.at] = doc
}

func (q *sequence) insert(s spot, doc uint32) {
	switch {
	case len(*q) == 0:
		*q = sequence{{doc}}
		return
	case s.block == len(*q):
		s.block--
		s.at = len((*q)[s.block])
	}
	block := slices.Concat((*q)[s.block][:s.at], []uint32{doc}, (*q)[s.block][s.at:])
	if len(block) <= blockSize {
		(*q)[s.block] = block
		return
	}
	*q = slices.Replace(*q, s.block, s.block+1, block[:blockSize/2], block[blockSize/2:])
}

// all ranges over the documents.
func (q sequence) all(yield func(uint32) bool) { q.from(spot{})(yield) }

// from ranges over the documents from a spot on.
func (q sequence) from(s spot) func(yield func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for n := s.block; n < len(q); n++ {
			block := q[n]
			if n == s.block {
				block = block[s.at:]
			}
			for _, doc := range block {
				if !yield(doc) {
					return
				}
			}
		}
	}
}
