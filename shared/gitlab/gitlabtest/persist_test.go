package gitlabtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// do asks a server without a network.
func do(s http.Handler, method, path, body string) answer {
	req := httptest.NewRequest(method, "/api/v4"+path, strings.NewReader(body))
	req.Header.Set("PRIVATE-TOKEN", testToken)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// kill leaves a copy of the folder as it is now, as a killed process would,
// and opens a server on it.
func kill(t *testing.T, from string, opts Options) *Server {
	t.Helper()
	opts.Dir = t.TempDir()
	src, err := os.Open(filepath.Join(from, "gitlab.db"))
	require.NoError(t, err)
	defer src.Close()
	dst, err := os.Create(filepath.Join(opts.Dir, "gitlab.db"))
	require.NoError(t, err)
	_, err = io.Copy(dst, src)
	require.NoError(t, err)
	require.NoError(t, dst.Close())
	s, err := New(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// TestKilled compares everything that can be asked before and after a kill,
// at several moments of a deployment, and lets the survivor finish.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	s := begin(t, Options{Dir: dir, URL: "http://gitlab.example.com"})
	require.Equal(t, 201, do(s, "POST", "/projects/7/hooks", `{"url":"http://127.0.0.1:1/hook","token":"hush","push_events":false}`).Status)
	require.Equal(t, 201, do(s, "POST", "/projects/7/triggers", `{"description":"d"}`).Status)
	require.Equal(t, 201, do(s, "POST", "/projects/7/deploy_keys", `{"title":"t","key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzZ7vKzH0b0m1VvJm3n8cO9Rj0Hc6dXg9fXw2m1Qk3T"}`).Status)
	s.RenameProject(testProject, "grove/moved")
	createInstance(t, s, "beta", "41")
	paths := []string{
		"/projects/7", "/projects/7/hooks", "/projects/7/deploy_keys", "/projects/7/pipelines", "/projects/7/pipelines?source=parent_pipeline",
		"/projects/7/pipelines/1/jobs", "/projects/7/pipelines/1/variables", "/projects/7/repository/branches/main",
		"/projects/7/repository/commits", "/projects/7/repository/tree?recursive=true", "/projects/grove%2Ftest-cluster",
	}
	for _, step := range []time.Duration{0, 30 * time.Second, 20 * time.Second, 5 * time.Minute, time.Hour} {
		s.Clock().Advance(step)
		after := kill(t, dir, Options{Clock: NewClock(s.Clock().Now())})
		for _, p := range paths {
			want, got := do(s, "GET", p, ""), do(after, "GET", p, "")
			assert.Equal(t, strings.ReplaceAll(want.Body, s.URL(), after.URL()), got.Body, p)
		}
		assert.Equal(t, s.projects[testProject].mergeRequests, after.projects[testProject].mergeRequests)
		assert.Equal(t, s.projects[testProject].triggers, after.projects[testProject].triggers)
		require.NoError(t, after.Settle(t.Context()))
		assert.NotContains(t, do(after, "GET", "/projects/7/pipelines", "").Body, `"status":"running"`)
		_, found := after.File(testProject, "instances/beta/config.yml")
		assert.True(t, found, "the deployment went on")
		id := do(after, "POST", "/projects/7/pipeline", `{"ref":"main"}`)
		assert.Equal(t, 201, id.Status, "numbers go on: %s", id.Body)
	}
}

func TestFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "gitlab.db"), []byte(strings.Repeat("no database", 4096)), 0o600))
	_, err := New(Options{Dir: dir})
	require.ErrorContains(t, err, "opening the GitLab's file")
}

// TestRealTime lets the wall clock of a bubble move a deployment.
func TestRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{RealTime: true, Speed: 40})
		require.NoError(t, err)
		s.AddToken(TokenSpec{Value: testToken})
		s.AddProject(ProjectSpec{ID: testProject, Files: seedFiles})
		s.AddTriggerToken(testProject, testTrigger)
		begun := time.Now()
		a := do(s, "POST", "/projects/7/trigger/pipeline", `{"ref":"main","token":"`+testTrigger+`","variables":{"NEW_INSTANCE_TRIGGER":"1","INSTANCE_NAME":"beta","DEPLOYMENT_REQUEST_ID":"3"}}`)
		require.Equal(t, 201, a.Status, a.Body)
		for strings.Contains(do(s, "GET", "/projects/7/pipelines", "").Body, `"status":"running"`) || time.Since(begun) < 5*time.Second {
			time.Sleep(100 * time.Millisecond)
		}
		assert.InDelta(t, 36, time.Since(begun).Seconds(), 9, "a demonstration's deployment")
		_, found := s.File(testProject, "instances/beta/config.yml")
		assert.True(t, found)
		assert.ErrorContains(t, s.Settle(t.Context()), "a clock that can be moved")
		require.NoError(t, s.Close())
	})
}

// TestBatch makes history: at its own times, without webhooks.
func TestBatch(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	s.AddHook(testProject, HookSpec{URL: rc.URL, Pipeline: true, Push: true})
	long := s.Clock().Now().Add(-90 * 24 * time.Hour)
	require.NoError(t, s.Batch(func(b *Batch) {
		b.At(long)
		b.Trigger(testProject, map[string]string{"NEW_INSTANCE_TRIGGER": "1", "INSTANCE_NAME": "old", "DEPLOYMENT_REQUEST_ID": "1"}, map[string]any{"TUTOR_LMS_HOST": "old.example.org"})
		b.At(long.Add(24 * time.Hour))
		b.Commit(testProject, CommitSpec{Message: "[AutoDeploy][Update] old|2"})
		b.At(b.Now().Add(time.Minute))
		b.Cancel(testProject)
		b.At(b.Now().Add(time.Minute))
	}))
	require.NoError(t, s.WaitIdle(t.Context()))
	assert.Empty(t, rc.take())
	list := list7(t, s, "")
	require.Len(t, list, 4)
	assert.Equal(t, "canceled", list[0].Status)
	config, _ := s.File(testProject, "instances/old/config.yml")
	assert.Contains(t, config, "LMS_HOST: old.example.org")
	var commits []struct {
		Date time.Time `json:"committed_date"`
	}
	get(t, s, "/projects/7/repository/commits").json(t, &commits)
	assert.True(t, commits[0].Date.Equal(long.Add(24*time.Hour)))
}

// TestBatchSpeed ends a batch in the middle of a long job, which goes on at the
// server's speed.
func TestBatchSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{RealTime: true, Speed: 60})
		require.NoError(t, err)
		s.AddToken(TokenSpec{Value: testToken})
		s.AddProject(ProjectSpec{ID: testProject, Files: seedFiles})
		require.NoError(t, s.Batch(func(b *Batch) {
			now := b.Now()
			b.At(now.Add(-10 * time.Minute))
			b.Script(Outcome{Project: testProject, Run: time.Hour})
			b.Commit(testProject, CommitSpec{Message: "[AutoDeploy][Update] alpha|2"})
			b.At(now)
		}))
		running := func() bool {
			return strings.Contains(do(s, "GET", "/projects/7/pipelines", "").Body, `"status":"running"`)
		}
		time.Sleep(45 * time.Second)
		assert.True(t, running(), "its job takes fifty minutes more")
		time.Sleep(75 * time.Second)
		assert.False(t, running())
		require.NoError(t, s.Close())
	})
}
