package function_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/pipelines"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
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
	for role, limits := range map[string][]int{"viewer": {7, 12, 13, 100_000}, "administrator": {100_000}} {
		require.Equal(t, 200, w.call(t, role, "GET", job+"first-error", nil, &found))
		assert.Equal(t, "Error: access denied (using ************)", found.Found.Text)
		assert.Contains(t, found.Found.Context, "connecting as root:************@db")
		for _, limit := range limits {
			var whole strings.Builder
			for next, more := found.Found.Offset-35, true; more; next, more = part.Next, part.More {
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

// While a job runs, its log may end within a secret: that end waits for its rest, and
// nothing says that there is more now.
func TestJobLog_OfARunningJobHoldsBackHalfASecret(t *testing.T) {
	w := newWorld(t, "alpha")
	op := w.failUpdate(t, gitlabtest.Outcome{})
	p, err := w.Store.Pipeline(t.Context(), "campus", op.Pipelines[1])
	require.NoError(t, err)
	job, log, deps := fleet.Job{ID: 7}, "", w.deps
	deps.Pipeline = func(context.Context, fleet.Project, int64) (fleet.Pipeline, error) {
		now := p
		now.Stages = []fleet.Stage{{Name: "deploy", Jobs: []fleet.Job{job}}}
		return now, nil
	}
	deps.JobLog = func(_ context.Context, _ fleet.Project, _, from, limit int64) (gitlab.Log, error) {
		from = min(from, int64(len(log)))
		return gitlab.Log{From: from, Size: int64(len(log)), Bytes: []byte(log[from:min(from+limit, int64(len(log)))])}, nil
	}
	w.Handler = function.New(deps)
	for _, c := range []struct {
		name        string
		status      fleet.PipelineStatus
		log         string
		from, limit int
		text        string
		more        bool
	}{
		{"it ends within a secret", fleet.StatusRunning, "as root:hidden-al", 0, 100, "as root:", false},
		{"the limit is its end", fleet.StatusRunning, "as root:hidden-al", 0, 17, "as root:", false},
		{"that came whole", fleet.StatusRunning, "as root:hidden-alpha@db", 8, 100, "************@db", false},
		{"the job ends there", fleet.StatusFailed, "as root:hid", 0, 100, "as root:hid", false},
		{"a part before the end", fleet.StatusRunning, "as root:hidden-alpha@db", 0, 8, "as root:", true},
		{"the last part", fleet.StatusRunning, "as root: nothing here", 8, 13, " nothing here", false},
		{"the last but one", fleet.StatusRunning, "as root: nothing here", 8, 12, " nothing her", true},
		{"after the end", fleet.StatusFailed, "as root", 7, 100, "", false},
	} {
		log, job.Status = c.log, c.status
		var part struct {
			Text string
			More bool
		}
		path := fmt.Sprintf("%s/pipelines/%d/jobs/%d/log?from=%d&limit=%d", campus, p.ID, job.ID, c.from, c.limit)
		require.Equal(t, 200, w.call(t, "viewer", "GET", path, nil, &part), c.name)
		assert.Equal(t, c.text, part.Text, c.name)
		assert.Equal(t, c.more, part.More, c.name)
	}
}

// A log that is too large may have shown its error before its end.
func TestFirstError_OfALogThatIsTooLarge(t *testing.T) {
	w := newWorld(t, "alpha")
	op := w.failUpdate(t, gitlabtest.Outcome{})
	deps := w.deps
	deps.Pipeline = func(context.Context, fleet.Project, int64) (fleet.Pipeline, error) {
		return fleet.Pipeline{Stages: []fleet.Stage{{Jobs: []fleet.Job{{ID: 7}}}}}, nil
	}
	for log, c := range map[string]struct {
		err    error
		status int
	}{
		"Error: no space left\n": {fault.New(fault.TooLarge, "It is too large."), http.StatusOK},
		"all is well\n":          {fault.New(fault.TooLarge, "It is too large."), http.StatusRequestEntityTooLarge},
		"Error: cut":             {fault.New(fault.Unavailable, "GitLab does not answer."), http.StatusServiceUnavailable},
	} {
		deps.CopyLog = func(_ context.Context, _ fleet.Project, _ int64, to io.Writer) error {
			_, err := io.WriteString(to, log)
			require.NoError(t, err)
			return c.err
		}
		w.Handler = function.New(deps)
		path := fmt.Sprintf("%s/pipelines/%d/jobs/7/first-error", campus, op.Pipelines[1])
		assert.Equal(t, c.status, w.call(t, "viewer", "GET", path, nil, nil), log)
	}
}
