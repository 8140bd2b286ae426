package function_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

// Nobody reads a secret in a log that they may not read in the configuration, whatever
// they call themselves and however they cut the log.
func TestJobLog_MasksSecretsOfItsInstances(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	op := w.failUpdate(t, gitlabtest.Outcome{
		Log: "connecting as root:hidden-alpha@db\nError: access denied (using hidden-alpha)\nlast hidden-alpha",
	})
	child := fmt.Sprintf("%s/pipelines/%d", campus, op.Pipelines[1])
	var page struct{ Failed *struct{ Job fleet.Job } }
	require.Equal(t, 200, w.call(t, "viewer", "GET", child, nil, &page))
	require.NotNil(t, page.Failed)
	job := fmt.Sprintf("%s/jobs/%d/", child, page.Failed.Job.ID)

	var found struct {
		Found struct {
			Text    string
			Context []string
			Offset  int64
		}
	}
	var part struct {
		Next, Size int64
		Text       string
		More       bool
	}
	// call checks that no answer holds "hidden-".
	for _, role := range []string{"viewer", "administrator"} {
		require.Equal(t, 200, w.call(t, role, "GET", job+"first-error", nil, &found))
		assert.Equal(t, "Error: access denied (using ************)", found.Found.Text)
		assert.Contains(t, found.Found.Context, "connecting as root:************@db")
		for _, limit := range []int{5, 12, 13, 100_000} {
			var whole strings.Builder
			for next, more := found.Found.Offset-50, true; more; next, more = part.Next, part.More {
				require.Equal(t, 200, w.call(t, role, "GET", fmt.Sprintf("%slog?from=%d&limit=%d", job, next, limit), nil, &part))
				whole.WriteString(part.Text)
			}
			assert.Equal(t, part.Size, part.Next, "to the end")
			assert.NotContains(t, whole.String(), "hidden-")
			assert.Equal(t, 3, strings.Count(whole.String(), "************"), "limit %d", limit)
		}
	}
	// What lies before the part counts: a part that begins within a secret shows none of it.
	require.Equal(t, 200, w.call(t, "viewer", "GET", fmt.Sprintf("%slog?from=%d", job, found.Found.Offset-8), nil, &part))
	assert.True(t, strings.HasPrefix(part.Text, "****@db\n"), part.Text)
}
