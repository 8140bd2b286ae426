package grove

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestReadProblems(t *testing.T) {
	deep := strings.Repeat("[", 60) + strings.Repeat("]", 60)
	tests := []struct {
		name, text   string
		line, column int
		message      string // part of it
		usable       bool
	}{
		{"tab", "A: 1\nB:\n\tC: 2\n", 3, 1, "tab", false},
		{"tab after spaces", "A:\n  B: 1\n  \tC: 2\n", 3, 3, "tab", false},
		{"second colon", "A: 1\nB: c: d\n", 2, 1, "second colon", false},
		{"open quote", "A: 1\nB: \"c\nD: 2\n", 2, 1, "never closed", false},
		{"open bracket", "A: [1,\nB: 2\n", 2, 1, "bracket", false},
		{"unknown alias keeps its name to itself", "A_PASSWORD: *hunter2\n", 1, 1, "anchor", false},
		{"duplicate", "A: 1\nB: 2\nA: 3\n", 3, 1, "The key A is already on line 1", true},
		{"nested duplicate", "A:\n  B: 2\n  B: 3\n", 3, 3, "The key B", true},
		{"list", "- A\n", 1, 1, "must be a map", true},
		{"scalar", "text\n", 1, 1, "must be a map", true},
		{"two documents", "A: 1\n---\nB: 2\n", 2, 1, "second document", false},
		{"deep", "A: " + deep + "\n", 1, 54, "deeper than 50", false},
		{"very deep", strings.Repeat("[", 20000), 1, 1, "nested too deep", false},
		{"alias of itself", "A: &a [*a]\n", 1, 8, "contains itself", false},
		{"many values", strings.Repeat("- 1\n", maxNodes+1), 1, 1, "more than", false},
		{"binary", "A: 1\nB: \x00\n", 2, 4, "not text", false},
		{"not UTF-8", "A: \xff\n", 1, 4, "not text", false},
		{"control character", "A: x\x07\n", 1, 5, "control character", false},
		{"UTF-16", "\xff\xfeA\x00", 1, 1, "not text", false},
		{"too large", strings.Repeat("#", MaxFile+1), 0, 0, "1048576 are allowed", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, problems := Read("instances/a/config.yml", []byte(tt.text))
			require.Len(t, problems, 1)
			p := problems[0]
			assert.Equal(t, "instances/a/config.yml", p.File)
			assert.Contains(t, p.Message, tt.message)
			assert.NotContains(t, p.Message, "hunter2")
			assert.Equal(t, []int{tt.line, tt.column}, []int{p.Line, p.Column}, p.Message)
			assert.Equal(t, tt.usable, doc != nil)
		})
	}
}

func TestReadHarmless(t *testing.T) {
	for _, text := range []string{"", "\n", "# only a comment\n", "---\n", "~\n", "A: 1", "\ufeffA: 1\n", "A: &a {b: c}\nD: *a\n", "---\nA: 1\n...\n"} {
		doc, problems := Read("x.yml", []byte(text))
		assert.Empty(t, problems, "%q", text)
		require.NotNil(t, doc, "%q", text)
		_, found := doc.Scalar("MISSING")
		assert.False(t, found)
	}
}

func TestBomb(t *testing.T) {
	bombs := map[string]string{
		"laughs":  "a: &a [x,x,x,x,x,x,x,x,x]\n",
		"squared": "a: &a [" + strings.Repeat("x,", 400) + "]\nb: [" + strings.Repeat("*a,", 400) + "]\n",
	}
	for i := 'b'; i < 'm'; i++ {
		prev := string(i - 1)
		bombs["laughs"] += string(i) + ": &" + string(i) + " [" + strings.Repeat("*"+prev+",", 9) + "]\n"
	}
	for name, text := range bombs {
		var doc *Document
		var problems []fleet.FileProblem
		best := time.Hour // of a few tries: the machine may be busy with others
		for range 5 {
			start := time.Now()
			doc, problems = Read("x.yml", []byte(text))
			best = min(best, time.Since(start))
		}
		assert.Nil(t, doc, name)
		require.Len(t, problems, 1, name)
		assert.Contains(t, problems[0].Message, "once aliases are expanded")
		assert.Less(t, best, 50*time.Millisecond, name)
	}
}

func TestFlatten(t *testing.T) {
	doc, problems := Read("x.yml", []byte(`
LMS_HOST: a.example.org
SMTP_PORT: 587
EMPTY:
ENABLE_AUTH: false
A_PASSWORD: hunter2
SITE_CONFIG:
  name: x
  api_token: hunter2
  list: [a, {b: c}]
PLUGINS: [grove, mfe]
REDIS: redis://u:hunter2@h/0
base: &base {x: 1, y: 2}
MERGED:
  <<: *base
  y: 3
shared: &s hunter2
OTHER_KEY: *s
`))
	require.Empty(t, problems)
	assert.Equal(t, map[string]string{
		"LMS_HOST": "a.example.org", "SMTP_PORT": "587", "EMPTY": "", "ENABLE_AUTH": "false",
		"SITE_CONFIG.name": "x", "SITE_CONFIG.list.0": "a", "SITE_CONFIG.list.1.b": "c",
		"PLUGINS.0": "grove", "PLUGINS.1": "mfe", "REDIS": "redis://u:" + MaskText + "@h/0",
		"base.x": "1", "base.y": "2", "MERGED.x": "1", "MERGED.y": "3",
	}, doc.Flatten())
}

func TestFlattenIsBounded(t *testing.T) {
	text := strings.Repeat("k", 1000) + ":\n  a: [" + strings.Repeat("1,", 50_000) + "]\nB: [" + strings.Repeat("2,", 40_000) + "]\nC: " + strings.Repeat("ü", 5000) + "\n"
	doc, problems := Read("x.yml", []byte(text))
	require.Empty(t, problems)
	flat := doc.Flatten()
	assert.Len(t, flat, maxSettings)
	doc, _ = Read("x.yml", []byte("C: "+strings.Repeat("ü", 5000)+"\n"))
	assert.Equal(t, strings.Repeat("ü", maxSettingValue/2), doc.Flatten()["C"])
	var nobody *Document
	assert.Empty(t, nobody.Flatten())
}

func TestScalarAndList(t *testing.T) {
	doc, _ := Read("x.yml", []byte("A: &a 12\nB: *a\nC: [x, *a]\nA_KEY: s\nD: {}\nE: [1]\nLAST: 1\nLAST: 2\n"))
	for key, want := range map[string]string{"A": "12", "B": "12", "LAST": "2", "A_KEY": "", "D": "", "E": "", "F": ""} {
		got, ok := doc.Scalar(key)
		assert.Equal(t, want, got, key)
		assert.Equal(t, want != "", ok, key)
	}
	assert.Equal(t, []string{"x", "12"}, doc.List("C"))
	assert.Nil(t, doc.List("A"))
	assert.True(t, doc.Has("D"))
	assert.False(t, doc.Has("F"))
}

func FuzzRead(f *testing.F) {
	f.Add(testdata(f, "mask/config.yml"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("\tA: {b, c: [}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, problems := Read("f", text)
		if doc == nil && len(problems) == 0 {
			t.Fatal("neither a document nor a problem")
		}
		for _, p := range problems {
			if p.File != "f" || p.Message == "" || p.Line < 0 || p.Column < 0 {
				t.Fatalf("incomplete problem %+v", p)
			}
		}
		for path, value := range doc.Flatten() {
			if len(path) > maxSettingPath || len(value) > maxSettingValue {
				t.Fatalf("over the bounds: %q", path)
			}
		}
		reading := ReadInstance("c", nil, "i", []fleet.SourceFile{{Path: "instances/i/config.yml", Text: text}, {Path: "instances/i/grove.yml", Text: text}})
		if len(reading.Instance.Problems) != 2*len(problems) {
			t.Fatalf("problems were lost: %v, %v", reading.Instance.Problems, problems)
		}
	})
}
