package function_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestCheckFile(t *testing.T) {
	w := newWorld(t)
	for file, lines := range map[string][]int{"config.yml": {1, 3}, "requirements.txt": {}} {
		var found struct{ Problems []fleet.FileProblem }
		require.Equal(t, 200, w.call(t, "viewer", "POST", "/v1/check-file", m{
			"file": file, "text": "LMS_HOST: a b\nA: 1\nA: 2\n",
		}, &found))
		got := []int{}
		for _, p := range found.Problems {
			got = append(got, p.Line)
		}
		assert.Equal(t, lines, got, "%s: %+v", file, found.Problems)
	}
}

// The form of an instance's common keys sends its changes one by one, and shows the text
// that comes back.
func TestEditFile(t *testing.T) {
	const text = `# Tutor configuration
LMS_HOST: "learn.example.org" # the front door
PLATFORM_NAME: Demo
EMPTY:
PLUGINS:
  - mfe
  # needs a rebuild
  - forum
  - grove
FLOW: [a, b]
SECRET: "••••••••"
`
	replaced := func(old, new string) string { return strings.Replace(text, old, new, 1) }
	set := func(value any, path ...string) m { return m{"path": path, "value": value} }
	unset := func(path ...string) m { return m{"path": path, "unset": true} }
	tests := []struct {
		name    string
		changes []m
		want    string
	}{
		{"text keeps its quotes", []m{set("a.example.org", "LMS_HOST")}, replaced("learn.example.org", "a.example.org")},
		{"what YAML 1.1 reads as true", []m{set("yes", "PLATFORM_NAME")}, replaced("Demo", `"yes"`)},
		{"what would be a number", []m{set("1.10", "PLATFORM_NAME")}, replaced("Demo", `"1.10"`)},
		{"a template", []m{set("{{ LMS_HOST }}", "PLATFORM_NAME")}, replaced("Demo", "'{{ LMS_HOST }}'")},
		{"an empty value", []m{set("full", "EMPTY")}, replaced("EMPTY:", "EMPTY: full")},
		{"a new key", []m{set("open-release/teak.2", "NEW")}, text + "NEW: open-release/teak.2\n"},
		{"a key removed", []m{unset("PLATFORM_NAME")}, replaced("PLATFORM_NAME: Demo\n", "")},
		{"a key that is not there", []m{unset("NOPE")}, text},
		{"an entry replaced", []m{unset("PLUGINS", "1"), set("indigo", "PLUGINS", "2")}, replaced("  - forum\n  - grove\n", "  - grove\n  - indigo\n")},
		{"a list emptied", []m{set([]string{}, "PLUGINS")}, replaced("PLUGINS:\n  - mfe\n  # needs a rebuild\n  - forum\n  - grove\n", "PLUGINS: []\n")},
		{"a list in one line", []m{unset("FLOW", "1"), set("c, d", "FLOW", "1")}, replaced("[a, b]", "[a, 'c, d']")},
		{"a new list", []m{set([]string{"x"}, "NEW")}, text + "NEW:\n  - x\n"},
		{"several", []m{unset("EMPTY"), set("Two", "PLATFORM_NAME")}, strings.Replace(replaced("Demo", "Two"), "EMPTY:\n", "", 1)},
	}
	w := newWorld(t, "alpha")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out struct{ Text string }
			require.Equal(t, 200, w.call(t, "viewer", "POST", "/v1/edit-file", m{"file": "config.yml", "text": text, "changes": tt.changes}, &out))
			assert.Equal(t, tt.want, out.Text)
		})
	}
	refused := func(text string, change m) string {
		var p problem
		require.Equal(t, 422, w.call(t, "viewer", "POST", "/v1/edit-file", m{"file": "config.yml", "text": text, "changes": []m{change}}, &p))
		require.Len(t, p.Errors, 1)
		return p.Errors[0].Field
	}
	assert.Equal(t, "changes", refused("A: 1\n", m{"path": []string{"A"}}), "no value")
	assert.Equal(t, "A", refused("A: [1", set("x", "A")), "can't be parsed")
}
