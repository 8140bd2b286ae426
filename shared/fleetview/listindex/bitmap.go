package listindex

import (
	"math/bits"
)

// bitmap is a set of documents of an index. What is beyond its end is not in it.
type bitmap []uint64

func newBitmap(docs int) bitmap { return make(bitmap, (docs+63)/64) }

func (b *bitmap) add(doc uint32) {
	for int(doc/64) >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[doc/64] |= 1 << (doc % 64)
}

func (b bitmap) drop(doc uint32) { b[doc/64] &^= 1 << (doc % 64) }

func (b bitmap) has(doc uint32) bool {
	return int(doc/64) < len(b) && b[doc/64]&(1<<(doc%64)) != 0
}

// sized gives a copy with room for so many documents.
func (b bitmap) sized(docs int) bitmap {
	c := newBitmap(docs)
	copy(c, b)
	return c
}

// and keeps what is in c too.
func (b bitmap) and(c bitmap) {
	n := min(len(b), len(c))
	for i, w := range c[:n] {
		b[i] &= w
	}
	clear(b[n:])
}

// or adds what is in c, as far as b reaches.
func (b bitmap) or(c bitmap) {
	for i, w := range c[:min(len(b), len(c))] {
		b[i] |= w
	}
}

func (b bitmap) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b bitmap) countAnd(c bitmap) int {
	n := 0
	for i, w := range c[:min(len(b), len(c))] {
		n += bits.OnesCount64(b[i] & w)
	}
	return n
}

// all ranges over the documents, rising.
func (b bitmap) all(yield func(uint32) bool) {
	for i, w := range b {
		for w != 0 {
			if !yield(uint32(i*64 + bits.TrailingZeros64(w))) {
				return
			}
			w &= w - 1
		}
	}
}
