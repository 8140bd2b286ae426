package function_test

import (
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

func TestEditFile(t *testing.T) {
	w := newWorld(t)
	edit := func(value any) (status int, text string) {
		var edited struct{ Text string }
		change := m{"path": []string{"A"}, "value": value}
		if value == nil {
			change = m{"path": []string{"A"}, "unset": true}
		}
		status = w.call(t, "viewer", "POST", "/v1/edit-file", m{
			"file": "config.yml", "text": "# kept\nA: 1 # kept\nB: 2\n", "changes": []m{change},
		}, &edited)
		return status, edited.Text
	}
	status, text := edit(3)
	assert.Equal(t, 200, status)
	assert.Equal(t, "# kept\nA: 3 # kept\nB: 2\n", text)
	_, text = edit(nil)
	assert.NotContains(t, text, "A:")
	var p problem
	assert.Equal(t, 422, w.call(t, "viewer", "POST", "/v1/edit-file", m{
		"file": "config.yml", "text": "A: 1\n", "changes": []m{{"path": []string{"A"}}},
	}, &p), "no value")
	assert.Equal(t, "changes", p.Errors[0].Field)
}
