package gitlab_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// logProject opens a project of a server with some token.
func logProject(t *testing.T, url, token string, id int) *gitlab.Project {
	t.Helper()
	opener := gitlab.Opener{
		Transport: gitlab.NewTransport(gitlab.Options{AllowHTTP: true}),
		Credentials: func(_ context.Context, _ string) (vault.Credentials, error) {
			return vault.Credentials{APIToken: secret.New(token)}, nil
		},
	}
	p, err := opener.Open(t.Context(), fleet.Project{ID: "campus", GitLabURL: url, GitLabID: int64(id), DefaultBranch: "main"})
	require.NoError(t, err)
	return p
}

func TestFiftyMegabytesOfLogInParts(t *testing.T) {
	const size = 50 << 20
	clock := gitlabtest.NewClock(time.Time{})
	server := gitlabtest.Start(t, gitlabtest.Options{Clock: clock})
	project := server.AddProject(gitlabtest.ProjectSpec{Files: map[string]string{"cluster.yml": "A: b\n"}})
	server.Script(gitlabtest.Outcome{Job: "generate-pipeline", TraceBytes: size, Fail: true})
	server.Commit(project.ID, gitlabtest.CommitSpec{Message: "work", Files: map[string]string{"x": "y"}})
	require.NoError(t, server.Settle(t.Context()))
	p := logProject(t, server.URL(), server.AddToken(gitlabtest.TokenSpec{}), project.ID)
	pipelines, err := p.Pipelines(t.Context(), clock.Now().Add(-time.Hour))
	require.NoError(t, err)
	shown, err := p.PipelineWithJobs(t.Context(), pipelines[0].ID)
	require.NoError(t, err)
	job := shown.Stages[0].Jobs[0]
	assert.Equal(t, "script_failure", job.FailureReason)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	part, err := p.JobLog(t.Context(), job.ID, 0, 64<<10)
	require.NoError(t, err)
	assert.Len(t, part.Bytes, 64<<10)
	assert.GreaterOrEqual(t, part.Size, int64(size))
	end, err := p.JobLog(t.Context(), job.ID, part.Size-100, 64<<10)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	t.Logf("beginning and end of %d bytes in %s, %d KiB allocated on both sides", part.Size, time.Since(start), (after.TotalAlloc-before.TotalAlloc)>>10)
	assert.Len(t, end.Bytes, 100)
	assert.Contains(t, string(end.Bytes), "Job failed")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4))

	past, err := p.JobLog(t.Context(), job.ID, part.Size+5, 100)
	require.NoError(t, err)
	assert.Empty(t, past.Bytes)
	_, err = p.JobLog(t.Context(), 999, 0, 100)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}

// A GitLab that does not know ranges sends the whole.
func TestLogWithoutRanges(t *testing.T) {
	text := strings.Repeat("0123456789", 1000)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/plain")
		rw.Header().Set("Content-Length", fmt.Sprint(len(text)))
		_, _ = io.Copy(rw, strings.NewReader(text))
	}))
	t.Cleanup(server.Close)
	p := logProject(t, server.URL, "token", 1)
	for _, at := range []struct{ from, limit, want int64 }{{0, 7, 7}, {4999, 20, 20}, {9990, 100, 10}, {20000, 10, 0}, {0, 20000, 10000}} {
		part, err := p.JobLog(t.Context(), 1, at.from, at.limit)
		require.NoError(t, err)
		assert.Len(t, part.Bytes, int(at.want))
		if at.want > 0 {
			assert.True(t, bytes.Equal(part.Bytes, []byte(text[at.from:at.from+at.want])))
		}
		assert.Equal(t, int64(len(text)), part.Size, "%+v", at)
	}
}
