package redact

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/open-craft/ocim/shared/fault"
)

// Bounds of what is masked.
const (
	// minValue is how many bytes a value has at least. Shorter ones would mask words that
	// are no secret; GitLab's masked variables have the same bound.
	minValue = 8
	// maxValue is how much of a value is looked for in one piece.
	maxValue = 4 << 10
	// maxValues bounds the bytes of all values together, with their encodings.
	maxValues = 256 << 10
)

// Redactor finds values in text, in one pass however many there are: an automaton after
// Aho and Corasick. It is safe for concurrent use.
type Redactor struct {
	next    map[uint64]int32 // state and byte to state
	fail    []int32          // state of the longest end of this state's text that is also a value's beginning
	depth   []int32          // bytes of a value's beginning that the state stands for
	hides   []int32          // bytes of the longest value that ends in the state
	longest int
}

// span is a part of a text that is masked.
type span struct{ start, end int }

// New makes a Redactor of values. Of a value over several lines each line counts, as
// logs show them one by one; what is shorter than minValue is left out.
func New(values []string) (*Redactor, error) {
	r := &Redactor{next: map[uint64]int32{}, fail: []int32{0}, depth: []int32{0}, hides: []int32{0}}
	size := 0
	for _, v := range values {
		for _, form := range forms(v) {
			for piece := range slices.Chunk([]byte(form), maxValue) {
				if size += len(piece); size > maxValues {
					return nil, fault.New(fault.TooLarge, "The instances of this log have more secrets than Ocim can mask. Read it in GitLab or with kubectl.")
				}
				r.add(piece)
			}
		}
	}
	r.link()
	return r, nil
}

// quoted escapes what quotes in JSON and shells do.
var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// forms lists how a value may appear in a log.
func forms(value string) []string {
	var all []string
	for line := range strings.Lines(value) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		all = append(all, line, url.QueryEscape(line), url.PathEscape(line), quoted.Replace(line))
	}
	// Whole groups of three bytes, which look the same whatever follows the value.
	all = append(all, base64.StdEncoding.EncodeToString([]byte(value[:len(value)/3*3])))
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(form string) bool { return len(form) < minValue })
}

func edge(state int32, b byte) uint64 { return uint64(state)<<8 | uint64(b) }

func (r *Redactor) add(value []byte) {
	state := int32(0)
	for i, b := range value {
		to, ok := r.next[edge(state, b)]
		if !ok {
			to = int32(len(r.fail))
			r.next[edge(state, b)] = to
			r.fail, r.depth, r.hides = append(r.fail, 0), append(r.depth, int32(i+1)), append(r.hides, 0)
		}
		state = to
	}
	r.hides[state] = int32(len(value))
	r.longest = max(r.longest, len(value))
}

// link finds where each state goes on when no value continues it. States are linked by
// their depth, since a link leads to a shallower one.
func (r *Redactor) link() {
	type step struct {
		from, to int32
		b        byte
	}
	steps := make([]step, 0, len(r.next))
	for e, to := range r.next {
		steps = append(steps, step{int32(e >> 8), to, byte(e)})
	}
	slices.SortFunc(steps, func(a, b step) int { return int(r.depth[a.to] - r.depth[b.to]) })
	for _, s := range steps {
		if s.from != 0 {
			r.fail[s.to] = r.step(r.fail[s.from], s.b)
		}
		r.hides[s.to] = max(r.hides[s.to], r.hides[r.fail[s.to]])
	}
}

func (r *Redactor) step(state int32, b byte) int32 {
	for {
		if to, ok := r.next[edge(state, b)]; ok {
			return to
		}
		if state == 0 {
			return 0
		}
		state = r.fail[state]
	}
}

// find lists the parts of a text that are values, in order and apart, and how many bytes
// at its end may be a value's beginning.
func (r *Redactor) find(text []byte) (spans []span, begun int) {
	state := int32(0)
	for i, b := range text {
		state = r.step(state, b)
		if n := int(r.hides[state]); n > 0 {
			found := span{i + 1 - n, i + 1}
			for len(spans) > 0 && spans[len(spans)-1].end >= found.start {
				found.start = min(found.start, spans[len(spans)-1].start)
				spans = spans[:len(spans)-1]
			}
			spans = append(spans, found)
		}
	}
	return spans, int(r.depth[state])
}

// unfinished counts the bytes at the end of a text that begin a letter and do not end it.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n < len(text); n++ {
		b := text[len(text)-n]
		if utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRune(text[len(text)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// Mask masks a line. The beginning of a value at its end counts as one, because long
// lines are cut.
func (r *Redactor) Mask(line string) string {
	text := []byte(line)
	spans, begun := r.find(text)
	if begun >= minValue {
		spans = append(spans, span{len(text) - begun, len(text)})
	}
	overwrite(text, spans)
	return string(text)
}

// Part is a part of a log with what surrounds it, so that a value which is cut off at
// either end is masked, too.
type Part struct {
	Text  []byte // from Lead bytes before the part to Trail bytes after it, as far as the log goes
	Lead  int    // bytes before the part
	Limit int    // bytes of the part, at most
	Grows bool   // the log may go on after Text
}

// Lead is how many bytes before a part at an offset are needed to mask it.
func (r *Redactor) Lead(from int64) int { return int(min(from, int64(max(r.longest-1, 0)))) }

// Trail is how many bytes after a part are needed to mask it.
func (r *Redactor) Trail() int { return max(r.longest-1, 0) }

// MaskPart masks a part of a log and returns how many bytes of the log it stands for.
// Where a log that grows ends with a value's beginning, this is left to the next part;
// so is a letter that the limit cut through.
func (r *Redactor) MaskPart(p Part) (text string, n int) {
	spans, begun := r.find(p.Text)
	end := min(p.Lead+p.Limit, len(p.Text))
	if p.Grows {
		end = min(end, len(p.Text)-begun)
	}
	if end < p.Lead {
		return "", 0
	}
	if end < len(p.Text) || p.Grows {
		end -= unfinished(p.Text[p.Lead:end])
	}
	overwrite(p.Text, spans)
	return string(p.Text[p.Lead:end]), end - p.Lead
}

// overwrite masks parts of a text byte by byte, so that what follows stays where it was:
// lines of logs are known by their offsets.
func overwrite(text []byte, spans []span) {
	for _, s := range spans {
		copy(text[s.start:s.end], bytes.Repeat([]byte{'*'}, s.end-s.start))
	}
}
