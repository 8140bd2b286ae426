package gitlabtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOneWriterWins lets many commits name the same last commit of a file.
func TestOneWriterWins(t *testing.T) {
	s := begin(t, Options{})
	head, _ := s.Project("7")
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			b, err := json.Marshal(map[string]any{
				"branch": "main", "commit_message": fmt.Sprint("writer ", i),
				"actions": []map[string]any{{"action": "update", "file_path": "cluster.yml", "content": fmt.Sprint(i), "last_commit_id": head.Head}},
			})
			assert.NoError(t, err)
			a, err := tryAsk(t.Context(), s, http.MethodPost, "/projects/7/repository/commits", string(b))
			assert.NoError(t, err)
			switch a.Status {
			case 201:
				won.Add(1)
			case 400:
				lost.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, won.Load())
	assert.EqualValues(t, 23, lost.Load())
}

// TestBusy asks while the clock moves and webhooks go out; the race detector
// watches.
func TestBusy(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	s.AddHook(testProject, HookSpec{URL: rc.URL, Pipeline: true, Push: true})
	for i := range 4 {
		createInstance(t, s, fmt.Sprint("busy-", i), fmt.Sprint(100+i))
	}
	var wg sync.WaitGroup
	for _, path := range []string{"/projects/7/pipelines", "/projects/7/pipelines/1/jobs", "/projects/7/hooks", "/projects/7/repository/tree?recursive=true", "/projects/7/jobs/1/trace"} {
		wg.Go(func() {
			for range 20 {
				a, err := tryAsk(t.Context(), s, http.MethodGet, path, "")
				assert.NoError(t, err)
				assert.Equal(t, 200, a.Status)
			}
		})
	}
	wg.Go(func() {
		for range 60 {
			s.Clock().Advance(time.Minute)
			_ = s.Deliveries()
		}
	})
	wg.Wait()
	require.NoError(t, s.Settle(t.Context()))
	for i := range 4 {
		_, found := s.File(testProject, fmt.Sprintf("instances/busy-%d/config.yml", i))
		assert.True(t, found)
	}
}

// TestSameNameTwice starts two creations before either is merged.
func TestSameNameTwice(t *testing.T) {
	s := begin(t, Options{})
	first, second := createInstance(t, s, "twin", "1"), createInstance(t, s, "twin", "2")
	require.NoError(t, s.Settle(t.Context()))
	status := map[int]string{}
	for _, p := range list7(t, s, "source=trigger") {
		status[p.ID] = p.Status
	}
	assert.Equal(t, map[int]string{first: "success", second: "failed"}, status)
	assert.NotNil(t, s.projects[testProject].requestFor("deployment/twin/2"), "the second merge request stays open")
}

func TestObjections(t *testing.T) {
	s := begin(t, Options{})
	for name, tc := range map[string]struct{ variables, log string }{
		"too long":         {`"NEW_INSTANCE_TRIGGER":"1","DEPLOYMENT_REQUEST_ID":"1","INSTANCE_NAME":"` + strings.Repeat("x", 50) + `"`, "is longer than 49 characters"},
		"no name":          {`"NEW_INSTANCE_TRIGGER":"1","DEPLOYMENT_REQUEST_ID":"1"`, "KeyError: 'INSTANCE_NAME'"},
		"no deployment id": {`"NEW_INSTANCE_TRIGGER":"1","INSTANCE_NAME":"x"`, "KeyError: 'DEPLOYMENT_REQUEST_ID'"},
		"archive nothing":  {`"ARCHIVE_INSTANCE_TRIGGER":"1","INSTANCE_NAME":"x"`, "there is no instance named"},
		"delete nothing":   {`"DELETE_INSTANCE_TRIGGER":"1","INSTANCE_NAME":"x"`, "there is no instance named"},
	} {
		before, _ := s.Project("7")
		a := ask(t, s, "POST", "/projects/7/trigger/pipeline", `{"ref":"main","token":"`+testTrigger+`","variables":{`+tc.variables+`}}`)
		require.Equal(t, 201, a.Status, name)
		require.NoError(t, s.Settle(t.Context()))
		newest := list7(t, s, "")[0]
		assert.Equal(t, "failed", newest.Status, name)
		var jobs []struct{ ID int }
		get(t, s, "/projects/7/pipelines/"+itoa(newest.ID)+"/jobs").json(t, &jobs)
		assert.Contains(t, get(t, s, "/projects/7/jobs/"+itoa(jobs[len(jobs)-1].ID)+"/trace").Body, tc.log, name)
		after, _ := s.Project("7")
		assert.Equal(t, before.Head, after.Head, name)
	}
}

func TestRefs(t *testing.T) {
	s := begin(t, Options{})
	p, _ := s.Project("7")
	for ref, want := range map[string]int{p.Head: 200, p.Head[:8]: 200, "main": 200, "refs/heads/main": 200, "HEAD": 200, p.Head[:5]: 404, "mai": 404} {
		assert.Equal(t, want, get(t, s, "/projects/7/repository/tree?ref="+ref).Status, ref)
	}
}

// BenchmarkTree lists a repository of a thousand instances.
func BenchmarkTree(b *testing.B) {
	s, err := New(Options{Limits: Limits{User: -1}})
	require.NoError(b, err)
	defer s.Close()
	files := map[string]string{}
	for i := range 1000 {
		for _, f := range []string{"config.yml", "grove.yml", "requirements.txt"} {
			files[fmt.Sprintf("instances/i%04d/%s", i, f)] = fmt.Sprint(i, f)
		}
	}
	s.AddToken(TokenSpec{Value: testToken})
	s.AddProject(ProjectSpec{ID: testProject, Files: files})
	for b.Loop() {
		do(s, "GET", "/projects/7/repository/tree?recursive=true&per_page=100", "")
	}
}
