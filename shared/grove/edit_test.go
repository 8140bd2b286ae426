package grove

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
)

// Set and Unset make one change of a file.
func Set(file string, text []byte, path []string, value any) ([]byte, error) {
	applied, err := Apply(context.Background(), file, text, []Change{{Path: path, Value: value}})
	return applied.Text, err
}

func Unset(file string, text []byte, path []string) ([]byte, error) {
	applied, err := Apply(context.Background(), file, text, []Change{{Path: path, Unset: true}})
	return applied.Text, err
}

const commented = `# head
A: 1   # one
B: "two"

# about C
C:
  # nested
  x: 1
  y: [1, 2]   # list
D: {a: 1, b: 2}
E: |
  text
  more

F:
- one   # first
- two
G:
`

func TestSet(t *testing.T) {
	replaced := func(old, new string) string { return strings.Replace(commented, old, new, 1) }
	tests := []struct {
		name  string
		path  string
		value any
		want  string
	}{
		{"number", "A", 12, replaced("A: 1  ", "A: 12  ")},
		{"keeps its quotes", "B", "three", replaced(`"two"`, `"three"`)},
		{"text that needs quotes", "A", "yes", replaced("A: 1", `A: "yes"`)},
		{"text that looks like a number", "A", "12", replaced("A: 1", `A: "12"`)},
		{"null", "A", nil, replaced("A: 1", "A: null")},
		{"nested", "C.x", true, replaced("x: 1", "x: true")},
		{"in a flow list", "C.y.1", "a, b", replaced("[1, 2]", "[1, 'a, b']")},
		{"end of a flow list", "C.y.2", 3, replaced("[1, 2]", "[1, 2, 3]")},
		{"in a flow map", "D.b", []any{1, 2}, replaced("b: 2", "b: [1, 2]")},
		{"new in a flow map", "D.c", map[string]any{"d": 1}, replaced("b: 2}", "b: 2, c: {d: 1}}")},
		{"item", "F.0", "uno", replaced("- one", "- uno")},
		{"new item", "F.2", "three", replaced("- two\n", "- two\n- three\n")},
		{"map as item", "F.1", map[string]any{"a": 1, "b": 2}, replaced("- two\n", "- a: 1\n  b: 2\n")},
		{"empty value", "G", "x", replaced("G:\n", "G: x\n")},
		{"map into an empty value", "G.h.i", 1, replaced("G:\n", "G:\n  h:\n    i: 1\n")},
		{"new key in a map", "C.z", "new", replaced("# list\n", "# list\n  z: new\n")},
		{"new key at the root", "H", 1, commented + "H: 1\n"},
		{"new map at the root", "H.i", "x\ny", commented + "H:\n  i: |-\n    x\n    y\n"},
		{"block by a block", "E", "other\nlines\n", replaced("E: |\n  text\n  more\n", "E: |\n  other\n  lines\n")},
		{"block by text", "E", "word", replaced("E: |\n  text\n  more\n", "E: word\n")},
		{"map by a list", "C", []string{"a"}, replaced("C:\n  # nested\n  x: 1\n  y: [1, 2]   # list\n", "C:\n  - a   # list\n")},
		{"lines before a comment", "A", "x\ny", replaced("A: 1 ", `A: "x\ny" `)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Set("x.yml", []byte(commented), strings.Split(tt.path, "."), tt.value)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
		})
	}
}

func TestSetSmallFiles(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "A: 1\n"},
		{"# c", "# c\nA: 1\n"},
		{"---\n", "---\nA: 1\n"},
		{"{}\n", "{A: 1}\n"},
		{"B: 2", "B: 2\nA: 1"},
		{"B: 2 # c\n# end\n", "B: 2 # c\nA: 1\n# end\n"},
		{"B: |+\n  x\n\n", "B: |+\n  x\n\nA: 1\n"},
		{"B: &b {c: 1}\nD: *b\n", "B: &b {c: 1}\nD: *b\nA: 1\n"},
		{"B: 2\r\n", "B: 2\r\nA: 1\r\n"},
		{"A: 0\nB: 1\nA: 2\n", "A: 0\nB: 1\nA: 1\n"},
	}
	for _, tt := range tests {
		got, err := Set("x.yml", []byte(tt.text), []string{"A"}, 1)
		require.NoError(t, err, "%q", tt.text)
		assert.Equal(t, tt.want, string(got))
	}
}

func TestUnset(t *testing.T) {
	replaced := func(old, new string) string { return strings.Replace(commented, old, new, 1) }
	tests := []struct{ name, path, want string }{
		{"scalar", "A", replaced("A: 1   # one\n", "")},
		{"map", "C", replaced("C:\n  # nested\n  x: 1\n  y: [1, 2]   # list\n", "")},
		{"nested", "C.x", replaced("  x: 1\n", "")},
		{"flow first", "D.a", replaced("{a: 1, b: 2}", "{b: 2}")},
		{"flow last", "D.b", replaced("{a: 1, b: 2}", "{a: 1}")},
		{"flow item", "C.y.0", replaced("[1, 2]", "[2]")},
		{"block scalar", "E", replaced("E: |\n  text\n  more\n", "")},
		{"item", "F.0", replaced("- one   # first\n", "")},
		{"empty", "G", replaced("G:\n", "")},
		{"missing", "H.i", commented},
		{"missing item", "F.7", commented},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Unset("x.yml", []byte(commented), strings.Split(tt.path, "."))
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
		})
	}
	for text, want := range map[string]string{
		"A:\n  b: 1\nC: 2\n": "A:\n  {}\nC: 2\n", "A: {b: 1}\n": "A: {}\n", "A:\n  - b: 1\n    c: 2\n": "A:\n  - b: 1\n    c: 2\n",
	} {
		got, err := Unset("x.yml", []byte(text), []string{"A", "b"})
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	got, err := Unset("x.yml", []byte("A: 1\n# end\n"), []string{"A"})
	require.NoError(t, err)
	assert.Equal(t, "# end\n", string(got))
	got, err = Unset("x.yml", []byte("A:\n- 1\n"), []string{"A", "0"})
	require.NoError(t, err)
	assert.Equal(t, "A: []\n", string(got))
}

func TestSetRefuses(t *testing.T) {
	tests := []struct{ text, path, message string }{
		{"A: 1\n", "", "1 to 50 parts"},
		{"A: [\n", "A", "cannot be edited, line"},
		{"A: 1\n", "A.b", "A is not a map"},
		{"A: [1]\n", "A.5", "only a person"},
		{"A: &a 1\nB: *a\n", "A", "shared through an alias"},
		{"A: &a {b: 1}\nB: *a\n", "A.b", "shared through an alias"},
		{"A: &a {b: 1}\nB: *a\n", "B.b", "B is an alias"},
		{"- 1\n", "A", "only a person"},
	}
	for _, tt := range tests {
		var path []string
		if tt.path != "" {
			path = strings.Split(tt.path, ".")
		}
		_, err := Set("x.yml", []byte(tt.text), path, 2)
		var f *fault.Error
		require.ErrorAs(t, err, &f, tt.text)
		assert.Equal(t, fault.Invalid, f.Kind)
		assert.Equal(t, tt.path, f.Field)
		assert.Contains(t, f.Message, tt.message)
	}
	_, err := Set("x.yml", []byte("A: &a 1\nB: *a\n"), []string{"B"}, 2)
	require.NoError(t, err, "an alias itself can be replaced")
}

func FuzzSet(f *testing.F) {
	f.Add([]byte(commented), "C.x", "value")
	f.Add([]byte("A: {b: c}\n"), "A.d", "x\ny")
	f.Add([]byte("- A: 1\n"), "0.A", "")
	f.Fuzz(func(t *testing.T, text []byte, path, value string) {
		keys := strings.Split(path, ".")
		got, err := Set("x.yml", text, keys, value)
		if err != nil {
			return
		}
		doc, _ := Read("x.yml", got)
		if doc == nil || doc.root == nil {
			t.Fatalf("unreadable: %q", got)
		}
		if n := follow(doc.root, keys); n == nil || n.Value != value {
			t.Fatalf("%q is not %q in %q", path, value, got)
		}
		if rest, err := Unset("x.yml", got, keys); err == nil {
			if after, _ := Read("x.yml", rest); after == nil {
				t.Fatalf("unreadable after Unset: %q", rest)
			}
		}
	})
}

func TestSet_KeepsLineEnds(t *testing.T) {
	const crlf = "# c\r\nPLUGINS:\r\n  - mfe\r\n  - forum\r\nLMS_HOST: a\r\n"
	got, err := Set("config.yml", []byte(crlf), []string{"PLUGINS", "2"}, "notes")
	require.NoError(t, err)
	assert.Equal(t, "# c\r\nPLUGINS:\r\n  - mfe\r\n  - forum\r\n  - notes\r\nLMS_HOST: a\r\n", string(got))
	got, err = Set("config.yml", []byte(crlf), []string{"SITE", "a", "b"}, "x")
	require.NoError(t, err)
	assert.Equal(t, crlf+"SITE:\r\n  a:\r\n    b: x\r\n", string(got))
	got, err = Set("config.yml", []byte(crlf), []string{"GROVE_COMMON_SETTINGS"}, "A = 1\nB = 2\n")
	require.NoError(t, err)
	assert.Equal(t, crlf+"GROVE_COMMON_SETTINGS: |\r\n  A = 1\r\n  B = 2\r\n", string(got))
	got, err = Unset("config.yml", []byte(crlf), []string{"PLUGINS", "0"})
	require.NoError(t, err)
	assert.Equal(t, "# c\r\nPLUGINS:\r\n  - forum\r\nLMS_HOST: a\r\n", string(got))
}
