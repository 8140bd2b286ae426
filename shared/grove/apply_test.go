package grove

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// oneByOne makes each change on the whole file: what Apply must come to in less work.
func oneByOne(file string, text []byte, changes []Change) Applied {
	out := Applied{Text: text}
	for _, c := range changes {
		with := &editing{file: file}
		doc, err := c.alone(out.Text, with)
		out.Work += with.work
		if err != nil {
			break
		}
		out.Text = doc.src.text
		out.Made++
	}
	return out
}

// writer makes up files as people write them, and worse.
type writer struct {
	*rand.Rand
	b      strings.Builder
	anchor bool
}

func (w *writer) pick(from ...string) string { return from[w.IntN(len(from))] }

var (
	fileKeys   = []string{"A", "B", "C", "D", "E", "F", "G", "H"}
	nestedKeys = []string{"a", "b", "c", "0", "1"}
)

func (w *writer) file() string {
	w.b.Reset()
	w.anchor = w.IntN(12) == 0
	w.b.WriteString(w.pick("", "", "", "", "# head\n", "---\n", "\xef\xbb\xbf", "\n\n", "--- # x\n"))
	switch w.IntN(30) {
	case 0:
		return w.b.String()
	case 1:
		w.b.WriteString("{A: 1, B: [1, 2], C: {a: 1}}\n")
	default:
		w.entries(fileKeys, 0, 2+w.IntN(7))
	}
	text := w.b.String()
	if w.IntN(6) == 0 {
		text = strings.TrimRight(text, "\n")
	}
	switch w.IntN(12) {
	case 0:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case 1:
		text = strings.Replace(text, "\n", "\r\n", 3)
	case 2:
		text += "...\n"
	}
	return text
}

func (w *writer) entries(keys []string, indent, count int) {
	pad := strings.Repeat(" ", indent)
	for i, at := range w.Perm(len(keys)) {
		if i >= count {
			return
		}
		key := keys[at]
		if w.IntN(80) == 0 && i > 0 {
			key = keys[w.IntN(len(keys))] // twice, perhaps
		}
		w.b.WriteString(pad + w.pick(key, key, key, `"`+key+`"`, key) + ":")
		w.value(indent)
		w.b.WriteString(w.pick("", "", "", "", "\n", "# about the next\n", pad+"# note\n", pad+"    # odd\n", "\n\n"))
	}
}

func (w *writer) value(indent int) {
	pad := strings.Repeat(" ", indent+2)
	if w.anchor && w.IntN(3) == 0 {
		w.b.WriteString(w.pick(" &x 1\n", " *x\n", " &x {a: 1}\n"))
		return
	}
	switch w.IntN(9) {
	case 0:
		w.b.WriteString("\n")
	case 1:
		w.b.WriteString(w.pick(" |", " |-", " |+", " >", " >-", " >+") + "\n" + pad + "text: x\n" + w.pick("", "\n") + pad + "more # no comment\n" + w.pick("", "", "\n", "\n\n"))
	case 2:
		w.b.WriteString(w.pick(" [1, two, 'three']", " {a: 1, b: {c: 2}}", " []", " {}", " [\n"+pad+"1,\n"+pad+"2]") + w.pick("", " # c") + "\n")
	case 3:
		w.b.WriteString("\n")
		dash := w.pick(pad, pad[:indent])
		for range 1 + w.IntN(3) {
			w.b.WriteString(dash + "- " + w.pick("one", "a: 1\n"+dash+"  b: 2", `"x"`, "[1]") + w.pick("", " # item") + "\n")
		}
	case 4, 5:
		if indent > 4 {
			w.b.WriteString(" deep\n")
			return
		}
		w.b.WriteString(w.pick("", "", " # nested", " # c") + "\n" + w.pick("", "", pad+"# first\n"))
		w.entries(nestedKeys, indent+w.pick2(), 1+w.IntN(4))
	default:
		w.b.WriteString(" " + w.pick("1", "word", `"two"`, "'it''s'", "true", "!!str 5", "two words", "two\n"+pad+"lines", "~", "'{{ A }}'") + w.pick("", "", " # c", "   # far") + "\n")
	}
}

func (w *writer) pick2() int { return 2 + 2*w.IntN(2) }

func (w *writer) change() Change {
	c := Change{Path: []string{w.pick(append([]string{"N1", "N2", "N3"}, fileKeys...)...)}}
	for w.IntN(3) == 0 {
		c.Path = append(c.Path, w.pick(append([]string{"new", "2"}, nestedKeys...)...))
	}
	values := []any{
		1, "word", "", nil, true, "x\ny", "x\ny\n", "x\n\n\n", "\n", " lead", "# no", "a: b", "yes", "12", "{{ A }}", strings.Repeat("long ", 30),
		map[string]any{"a": 1, "b": "x\ny\n"},
		map[string]any{},
		[]any{},
		[]any{1, "two", []any{3}},
		map[string]any{"a": map[string]any{"b": nil}},
	}
	if c.Unset = w.IntN(3) == 0; !c.Unset {
		c.Value = values[w.IntN(len(values))]
	}
	return c
}

// The work is less, but every byte is what one change after the other comes to.
func TestApply_IsOneChangeAfterTheOther(t *testing.T) {
	for seed := range uint64(applySeeds) {
		w := &writer{Rand: rand.New(rand.NewPCG(seed, 7))}
		text := []byte(w.file())
		var changes []Change
		for range 1 + w.IntN(12) {
			changes = append(changes, w.change())
		}
		want := oneByOne("x.yml", text, changes)
		got, err := Apply(t.Context(), "x.yml", text, changes)
		require.Equalf(t, want.Made, got.Made, "seed %d: %v\n%s\n%v", seed, err, text, changes)
		require.Equalf(t, string(want.Text), string(got.Text), "seed %d\n%s\n%v", seed, text, changes)
		if want.Made < len(changes) {
			with := &editing{file: "x.yml"}
			_, wantErr := changes[want.Made].alone(want.Text, with)
			require.EqualErrorf(t, err, wantErr.Error(), "seed %d", seed)
		}
	}
}

const applySeeds = 400

// configuration makes a file with so many keys, some of them in maps.
func configuration(keys int) []byte {
	var b bytes.Buffer
	for i := range keys {
		switch i % 10 {
		case 3:
			fmt.Fprintf(&b, "# about this\nBLOCK_%d: |\n  one = %d\n  two = 2\n\n", i, i)
		case 7:
			fmt.Fprintf(&b, "MAP_%d:\n  enabled: true # here\n  name: \"unit %d\"\n", i, i)
		default:
			fmt.Fprintf(&b, "KEY_%d: \"value %d\"\n", i, i)
		}
	}
	return b.Bytes()
}

// spread makes changes all over such a file: values, new keys, removed ones and nested ones.
func spread(keys, changes int) []Change {
	var out []Change
	for i := range changes {
		at := i * keys / changes / 10 * 10
		switch i % 5 {
		case 0:
			out = append(out, Change{Path: []string{fmt.Sprintf("KEY_%d", at)}, Value: fmt.Sprintf("new %d", i)})
		case 1:
			out = append(out, Change{Path: []string{fmt.Sprintf("NEW_%d", i)}, Value: "a\nb\n"})
		case 2:
			out = append(out, Change{Path: []string{fmt.Sprintf("MAP_%d", at+7), "enabled"}, Value: false})
		case 3:
			out = append(out, Change{Path: []string{fmt.Sprintf("MAP_%d", at+7), fmt.Sprintf("extra_%d", i)}, Value: i})
		default:
			out = append(out, Change{Path: []string{fmt.Sprintf("KEY_%d", at+5)}, Unset: true})
		}
	}
	return out
}

// Twice as many changes of a file that is twice as large are twice the work, and no more.
func TestApply_WorkGrowsWithTheFile(t *testing.T) {
	cost := func(keys, changes int) int {
		text := configuration(keys)
		applied, err := Apply(t.Context(), "config.yml", text, spread(keys, changes))
		require.NoError(t, err)
		assert.LessOrEqual(t, applied.Work, 4*len(text)+100*changes*4, "%d keys", keys)
		return applied.Work
	}
	for keys := 300; keys <= 2400; keys *= 2 {
		assert.Less(t, cost(2*keys, keys/3*2), 3*cost(keys, keys/3), "%d keys", keys)
	}
	many := spread(300, 100)
	want := oneByOne("config.yml", configuration(300), many)
	got, err := Apply(t.Context(), "config.yml", configuration(300), many)
	require.NoError(t, err)
	assert.Equal(t, string(want.Text), string(got.Text))
	assert.Less(t, got.Work, want.Work/25, "less than each on the whole file")
}
