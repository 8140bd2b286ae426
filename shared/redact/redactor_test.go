package redact

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
)

// m is what a masked value looks like.
func m(value string) string { return strings.Repeat("*", len(value)) }

func redactor(t testing.TB, values ...string) *Redactor {
	t.Helper()
	r, err := New(values)
	require.NoError(t, err)
	return r
}

func TestMask_HidesValuesInEachForm(t *testing.T) {
	const value = `open "sesame" & co/7`
	r := redactor(t, value, "sesame-sesame", "-----BEGIN KEY-----\nfirst-line-of-it\nsecond-line\n", "short", "")
	encoded := base64.StdEncoding.EncodeToString([]byte(value + "\n"))
	for line, want := range map[string]string{
		"plain " + value + " end":                 "plain " + m(value) + " end",
		`json {"p":"open \"sesame\" & co/7"}`:     `json {"p":"` + m(value+`\\`) + `"}`,
		"query ?p=open+%22sesame%22+%26+co%2F7":   "query ?p=" + m("open+%22sesame%22+%26+co%2F7"),
		"path /open%20%22sesame%22%20&%20co%2F7/": "path /" + m("open%20%22sesame%22%20&%20co%2F7") + "/",
		"Secret: " + encoded:                      "Secret: " + m(encoded[:24]) + encoded[24:],
		"first-line-of-it":                        m("first-line-of-it"),
		"a second-line b first-line-of-it":        "a " + m("second-line") + " b " + m("first-line-of-it"),
		"overlapping sesame-sesame-sesame":        "overlapping " + m("sesame-sesame-sesame"),
		"short stays":                             "short stays",
		"nothing":                                 "nothing",
		"":                                        "",
		"cut off first-line-of":                   "cut off " + m("first-line-of"),
		"begins first":                            "begins first",
	} {
		assert.Equal(t, want, r.Mask(line), line)
	}
}

// The automaton finds what looking for each value at each place finds.
func TestFind_AgreesWithSearchingEachValue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab"[random.IntN(2)]
		}
		return string(b)
	}
	for range 300 {
		var values []string
		for range 1 + random.IntN(5) {
			values = append(values, word(minValue+random.IntN(5)))
		}
		r, text := redactor(t, values...), word(200)
		want := []byte(text)
		for v := range r.all() {
			for at := 0; at+len(v) <= len(text); at++ {
				if text[at:at+len(v)] == v {
					copy(want[at:], strings.Repeat("x", len(v)))
				}
			}
		}
		spans, _ := r.find([]byte(text))
		got := []byte(text)
		for _, s := range spans {
			copy(got[s.start:s.end], strings.Repeat("x", s.end-s.start))
		}
		require.Equal(t, string(want), string(got), values)
	}
}

// all gives the forms that are looked for.
func (r *Redactor) all() map[string]bool {
	found := map[string]bool{}
	var walk func(state int32, text []byte)
	walk = func(state int32, text []byte) {
		if int(r.hides[state]) == len(text) && len(text) > 0 {
			found[string(text)] = true
		}
		for b := range 256 {
			if to, ok := r.next[edge(state, byte(b))]; ok {
				walk(to, append(bytes.Clone(text), byte(b)))
			}
		}
	}
	walk(0, nil)
	return found
}

// However a log is cut into parts, together they show what masking it at once shows.
func TestMaskPart_HoldsBackNothingAndLeaksNothing(t *testing.T) {
	const value = "sésame-ouvre-toi"
	r := redactor(t, value)
	log := []byte("a " + value + " b sésame " + value + value + " é")
	whole := r.Mask(string(log))
	require.NotContains(t, whole, "ouvre")
	for _, grows := range []bool{false, true} {
		for limit := 4; limit <= len(log)+1; limit++ {
			t.Run(fmt.Sprint(grows, limit), func(t *testing.T) {
				var out strings.Builder
				for from := 0; from < len(log); {
					lead := r.Lead(int64(from))
					end := min(len(log), from+limit+r.Trail())
					text, n := r.MaskPart(Part{Text: log[from-lead : end], Lead: lead, Limit: limit, Grows: grows && end == len(log)})
					if n == 0 {
						break
					}
					out.WriteString(text)
					from += n
				}
				assert.Equal(t, whole, out.String())
			})
		}
	}
}

// A log that is followed never shows a value's beginning that arrived alone.
func TestMaskPart_WaitsForTheRestOfAValue(t *testing.T) {
	const value = "sesame-open-up"
	r := redactor(t, value)
	log := "token=" + value + "\ntoken=sesame-closed\n"
	var out strings.Builder
	from := 0
	for arrived := 1; arrived <= len(log); arrived++ {
		lead := r.Lead(int64(from))
		text, n := r.MaskPart(Part{Text: []byte(log[from-lead : arrived]), Lead: lead, Limit: 100, Grows: arrived < len(log)})
		out.WriteString(text)
		from += n
		assert.NotContains(t, strings.TrimSuffix(out.String(), "sesame-closed\n"), "sesame-o")
	}
	assert.Equal(t, "token="+m(value)+"\ntoken=sesame-closed\n", out.String())
}

// The automaton's work grows with the text alone: going back never costs more steps than
// going on did, whatever the values look like.
func TestFind_WorkIsLinear(t *testing.T) {
	hard := []string{strings.Repeat("a", 2000) + "b", strings.Repeat("a", 1000) + "cb", strings.Repeat("ab", 800) + "c"}
	r := redactor(t, hard...)
	for _, text := range []string{strings.Repeat("a", 1<<16), strings.Repeat(strings.Repeat("a", 1999)+"c", 32), strings.Repeat("ab", 1<<15)} {
		steps, state := 0, int32(0)
		for i := range len(text) {
			for s := state; ; s = r.fail[s] {
				steps++
				if _, ok := r.next[edge(s, text[i])]; ok || s == 0 {
					break
				}
			}
			state = r.step(state, text[i])
		}
		assert.LessOrEqual(t, steps, 2*len(text))
	}
}

func TestNew_BoundsItsValues(t *testing.T) {
	_, err := New([]string{strings.Repeat("long value ", 1<<16)})
	assert.True(t, fault.Is(err, fault.TooLarge))
	r := redactor(t, strings.Repeat("0123456789", 2000))
	assert.Equal(t, maxValue, r.longest)
	long := strings.Repeat("0123456789", 2000)
	assert.Equal(t, "x"+m(long), r.Mask("x"+long))
}
