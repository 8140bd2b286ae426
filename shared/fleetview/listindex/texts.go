package listindex

import (
	"bytes"
	"slices"
	"strings"
)

// texts is a list of texts, each once, that can be searched in one go.
type texts struct {
	ids  map[string]uint32
	text []byte   // all in lower case, one after another
	ends []uint32 // in text, by id
}

func newTexts() *texts { return &texts{ids: map[string]uint32{}} }

// id finds a text or adds it; true when it was added.
func (t *texts) id(text []byte) (uint32, bool) {
	id, ok := t.ids[string(text)]
	if !ok {
		id = uint32(len(t.ends))
		t.ids[string(text)] = id
		t.text = append(t.text, bytes.ToLower(text)...)
		t.ends = append(t.ends, uint32(len(t.text)))
	}
	return id, !ok
}

// at gives a text in lower case.
func (t *texts) at(id uint32) []byte {
	start := uint32(0)
	if id > 0 {
		start = t.ends[id-1]
	}
	return t.text[start:t.ends[id]]
}

// containing lists the texts from an id on that hold a part in lower case.
func (t *texts) containing(part []byte, from int) []uint32 {
	var found []uint32
	at := 0
	if from > 0 {
		at = int(t.ends[from-1])
	}
	for id := from; id < len(t.ends); {
		i := bytes.Index(t.text[at:], part)
		if i < 0 {
			break
		}
		start := at + i
		for id < len(t.ends)-1 && int(t.ends[id]) <= start && (len(part) > 0 || int(t.ends[id]) < start) {
			id++
		}
		if start+len(part) <= int(t.ends[id]) { // else it spans two texts
			found = append(found, uint32(id))
		}
		at = int(t.ends[id])
		id++
	}
	return found
}

// wordsOf ranges over the words of a text in lower case: what stands between spaces,
// dots, dashes and the like.
func wordsOf(text []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(text) > 0 {
			end := slices.IndexFunc(text, separates)
			if end < 0 {
				end = len(text)
			}
			if end > 0 && !yield(text[:end]) {
				return
			}
			text = text[min(end+1, len(text)):]
		}
	}
}

func separates(b byte) bool {
	return b < 0x80 && (b < '0' || b > '9') && (b < 'a' || b > 'z')
}

// needle is a text that is looked for, with the words that a text which holds
// it must have.
type needle struct {
	text  []byte // in lower case
	parts []needlePart
	seen  int // words looked at
}

// needlePart is a word of a needle. At an end of the needle it may be a part of
// a longer word.
type needlePart struct {
	text              []byte
	openLeft, openEnd bool
	words             []uint32 // that it may be
}

func newNeedle(text string) *needle {
	n := &needle{text: []byte(strings.ToLower(text))}
	at := 0
	for word := range wordsOf(n.text) {
		start := at + bytes.Index(n.text[at:], word)
		at = start + len(word)
		n.parts = append(n.parts, needlePart{text: word, openLeft: start == 0, openEnd: at == len(n.text)})
	}
	return n
}

// extend looks at the words that came since.
func (n *needle) extend(words *texts) {
	for i := range n.parts {
		p := &n.parts[i]
		for _, id := range words.containing(p.text, n.seen) {
			word := words.at(id)
			if (p.openLeft || bytes.HasPrefix(word, p.text)) && (p.openEnd || bytes.HasSuffix(word, p.text)) &&
				(p.openLeft || p.openEnd || len(word) == len(p.text)) {
				p.words = append(p.words, id)
			}
		}
	}
	n.seen = len(words.ends)
}

// scanned is up to how many values are looked through one by one rather than
// by their words.
const scanned = 64

// in lists the values of a group, from an id on, that hold the needle.
func (n *needle) in(g *group, from int) []uint32 {
	values := len(g.ends) - from
	if values <= scanned || len(n.parts) == 0 {
		return g.containing(n.text, from)
	}
	// The rarest word leaves the fewest values to look at.
	fewest, rarest := values/4, -1
	for i, p := range n.parts {
		count := 0
		for _, w := range p.words {
			count += len(g.words[w])
		}
		if count < fewest {
			fewest, rarest = count, i
		}
	}
	if rarest < 0 {
		return g.containing(n.text, from)
	}
	var found []uint32
	for _, w := range n.parts[rarest].words {
		ids := g.words[w]
		first, _ := slices.BinarySearch(ids, uint32(from))
		for _, id := range ids[first:] {
			if bytes.Contains(g.at(id), n.text) {
				found = append(found, id)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
