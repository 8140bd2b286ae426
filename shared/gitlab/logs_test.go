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
	"github.com/open-craft/ocim/shared/fleettest"
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

func TestJobLog_TransfersFiftyMegabytesOnce(t *testing.T) {
	// All of it within the time of one call, which the race detector on a busy machine may miss.
	const size = 50 << 20 / fleettest.Step
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

	// As a reader does it: part after part, from the beginning to the end.
	server.ResetRequests()
	start := time.Now()
	var read int64
	for {
		part, err := p.JobLog(t.Context(), job.ID, read, 512<<10)
		require.NoError(t, err)
		if len(part.Bytes) == 0 {
			break
		}
		read += int64(len(part.Bytes))
	}
	assert.GreaterOrEqual(t, read, int64(size))
	var sent int
	for _, r := range server.Requests() {
		sent += r.Bytes
	}
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d bytes in %d-byte parts in %s: GitLab sent %d, %d MiB in use", read, 512<<10, time.Since(start), sent, memory.HeapAlloc>>20)
	assert.Equal(t, read, int64(sent), "its size, once")
	assert.Less(t, memory.HeapAlloc, uint64(40<<20))

	end, err := p.JobLog(t.Context(), job.ID, read-100, 64<<10)
	require.NoError(t, err)
	assert.Len(t, end.Bytes, 100)
	assert.Contains(t, string(end.Bytes), "Job failed")
	past, err := p.JobLog(t.Context(), job.ID, read+5, 100)
	require.NoError(t, err)
	assert.Empty(t, past.Bytes)
	_, err = p.JobLog(t.Context(), 999, 0, 100)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestJobLog_GivesAnyPart(t *testing.T) {
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
