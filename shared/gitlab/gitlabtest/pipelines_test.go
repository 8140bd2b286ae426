package gitlabtest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "github.com/xanzy/go-gitlab"
)

// update starts an update of alpha and gives its pipeline's number.
func update(t *testing.T, s *Server) int {
	t.Helper()
	s.Commit(testProject, CommitSpec{Message: "[AutoDeploy][Update] alpha|5"})
	return list7(t, s, "")[0].ID
}

func TestStatuses(t *testing.T) {
	s := begin(t, Options{})
	id := update(t, s)
	c := client(t, s)
	var seen []string
	for range 400 {
		p := list7(t, s, "")[0]
		if len(seen) == 0 || seen[len(seen)-1] != p.Status {
			seen = append(seen, p.Status)
		}
		s.Clock().Advance(time.Second)
	}
	assert.Equal(t, []string{"created", "pending", "running", "success"}, seen)
	p, _, err := c.Pipelines.GetPipeline(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "passed", p.DetailedStatus.Label)
	assert.Positive(t, p.Duration)
	assert.Equal(t, 3, p.QueuedDuration)
}

// TestStepSize holds the clock to giving the same history in one step as in many.
func TestStepSize(t *testing.T) {
	ends := func(step time.Duration) (out []string) {
		s := begin(t, Options{})
		createInstance(t, s, "beta", "1")
		for range int(time.Hour / step) {
			s.Clock().Advance(step)
		}
		for _, q := range []string{"", "source=parent_pipeline"} {
			out = append(out, strings.ReplaceAll(get(t, s, "/projects/7/pipelines?"+q).Body, s.URL(), ""))
		}
		return out
	}
	assert.Equal(t, ends(time.Hour), ends(7*time.Second))
}

func TestListPipelines(t *testing.T) {
	s := begin(t, Options{})
	first := update(t, s)
	require.NoError(t, s.Settle(t.Context()))
	mark := s.Clock().Now()
	s.Clock().Advance(time.Minute)
	s.Script(Outcome{Job: "generate-pipeline", Fail: true})
	second := update(t, s)
	s.Clock().Advance(time.Minute)
	third := update(t, s)
	ids := func(query string) (out []int) {
		for _, p := range list7(t, s, query) {
			out = append(out, p.ID)
		}
		return out
	}
	assert.Equal(t, []int{third, second, first}, ids(""))
	assert.Equal(t, []int{first, second, third}, ids("sort=asc"))
	assert.Equal(t, []int{third, second}, ids("updated_after="+mark.Format(time.RFC3339)))
	assert.Empty(t, ids("source=trigger"))
	for _, bad := range []string{"order_by=name", "sort=up"} {
		assert.Equal(t, 400, get(t, s, "/projects/7/pipelines?"+bad).Status, bad)
	}
	assert.JSONEq(t, `{"message":"404 Not found"}`, get(t, s, "/projects/7/pipelines/99999").Body)
	s.Clock().Advance(time.Second / 2)
	_, _, err := client(t, s).Pipelines.RetryPipelineBuild(testProject, second)
	require.NoError(t, err)
	assert.Equal(t, []int{second, third, first}, ids("order_by=updated_at"))
}

func TestCancelAndRetry(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	id := update(t, s)
	s.Clock().Advance(time.Minute) // the child is deploying
	child := list7(t, s, "source=parent_pipeline")[0]
	require.Equal(t, "running", child.Status)

	_, _, err := c.Pipelines.CancelPipelineBuild(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "canceling", list7(t, s, "source=parent_pipeline")[0].Status, "the child is canceled with its parent")
	s.Clock().Advance(time.Minute)
	assert.Equal(t, "canceled", list7(t, s, "source=parent_pipeline")[0].Status)
	p, _, err := c.Pipelines.GetPipeline(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "canceled", p.Status)

	// A retried child opens its parent again.
	_, _, err = c.Pipelines.RetryPipelineBuild(testProject, child.ID)
	require.NoError(t, err)
	p, _, err = c.Pipelines.GetPipeline(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "running", p.Status)
	require.NoError(t, s.Settle(t.Context()))
	p, _, err = c.Pipelines.GetPipeline(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "success", p.Status)

	jobs, _, err := c.Jobs.ListPipelineJobs(testProject, child.ID, nil)
	require.NoError(t, err)
	assert.Len(t, jobs, 2)
	withOld, _, err := c.Jobs.ListPipelineJobs(testProject, child.ID, &gitlab.ListJobsOptions{IncludeRetried: gitlab.Ptr(true)})
	require.NoError(t, err)
	assert.Len(t, withOld, 4, "both jobs were canceled and created again")

	again, _, err := c.Pipelines.CancelPipelineBuild(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "success", again.Status, "what is finished stays")
}

// A retry of a pipeline leaves its trigger jobs alone; a retried trigger job starts another child.
func TestRetryOfTriggerJobStartsAnotherChild(t *testing.T) {
	s := begin(t, Options{})
	s.Script(Outcome{Job: "deploy-instance: [alpha]", Fail: true, Log: "Error: UPGRADE FAILED"})
	id := update(t, s)
	require.NoError(t, s.Settle(t.Context()))
	require.Equal(t, "failed", list7(t, s, "")[0].Status)
	c := client(t, s)
	_, _, err := c.Pipelines.RetryPipelineBuild(testProject, id)
	require.NoError(t, err)
	require.NoError(t, s.Settle(t.Context()))
	require.Len(t, list7(t, s, "source=parent_pipeline"), 1)
	require.Equal(t, "failed", list7(t, s, "")[0].Status)
	bridges, _, err := c.Jobs.ListPipelineBridges(testProject, id, nil)
	require.NoError(t, err)
	require.Len(t, bridges, 1)
	_, _, err = c.Jobs.RetryJob(testProject, bridges[0].ID)
	require.NoError(t, err)
	require.NoError(t, s.Settle(t.Context()))
	children := list7(t, s, "source=parent_pipeline")
	require.Len(t, children, 2)
	assert.Equal(t, []string{"success", "failed"}, []string{children[0].Status, children[1].Status})
	assert.Equal(t, "success", list7(t, s, "")[0].Status)
}

func TestHangAndJobs(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	s.Script(Outcome{Stage: "generate", Hang: true, Times: 2})
	id := update(t, s)
	require.NoError(t, s.Settle(t.Context()), "a hanging job has nothing left to do")
	first := func() int {
		jobs, _, err := c.Jobs.ListPipelineJobs(testProject, id, nil)
		require.NoError(t, err)
		assert.Equal(t, id, jobs[0].Pipeline.ID)
		return jobs[len(jobs)-1].ID
	}
	_, _, err := c.Pipelines.CancelPipelineBuild(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "canceling", list7(t, s, "")[0].Status)
	s.Clock().Advance(time.Minute)
	_, _, err = c.Jobs.RetryJob(testProject, first())
	require.NoError(t, err)
	s.Clock().Advance(time.Minute)
	again := first()
	require.True(t, s.FinishJob(again, true))
	require.False(t, s.FinishJob(again, true))
	require.NoError(t, s.Settle(t.Context()))
}

func TestTrigger(t *testing.T) {
	s := begin(t, Options{})
	post := func(body string) answer {
		return ask(t, s, "POST", "/projects/7/trigger/pipeline", body, "PRIVATE-TOKEN", "")
	}
	for name, tc := range map[string]struct {
		body   string
		status int
		answer string
	}{
		"wrong token": {`{"ref":"main","token":"glptt-wrong"}`, 404, `{"message":"404 Not Found"}`},
		"no token":    {`{"ref":"main"}`, 400, `{"error":"token is missing, ref is missing"}`},
		"unknown ref": {`{"ref":"nope","token":"` + testTrigger + `"}`, 400, `{"message":{"base":["Reference not found"]}}`},
		"number":      {`{"ref":"main","token":"` + testTrigger + `","variables":{"A":1}}`, 400, `{"message":"variables needs to be a map of key-valued strings"}`},
		"list":        {`{"ref":"main","token":"` + testTrigger + `","variables":[]}`, 400, `{"message":"variables needs to be a map of key-valued strings"}`},
		"broken JSON": {`{`, 400, `{"error":"Problems parsing JSON"}`},
	} {
		a := post(tc.body)
		assert.Equal(t, tc.status, a.Status, name)
		assert.JSONEq(t, tc.answer, a.Body, name)
	}

	// Flat keys in JSON are silently ignored: the pipeline does nothing.
	a := post(`{"ref":"main","token":"` + testTrigger + `","variables[INSTANCE_NAME]":"x","variables[NEW_INSTANCE_TRIGGER]":"1"}`)
	require.Equal(t, 201, a.Status)
	var p struct{ ID int }
	a.json(t, &p)
	c := client(t, s)
	vars, _, err := c.Pipelines.GetPipelineVariables(testProject, p.ID)
	require.NoError(t, err)
	require.Len(t, vars, 1)
	assert.Equal(t, "TRIGGER_PAYLOAD", vars[0].Key)
	assert.NotContains(t, vars[0].Value, testTrigger)

	mine, _, err := c.PipelineTriggers.AddPipelineTrigger(testProject, &gitlab.AddPipelineTriggerOptions{Description: gitlab.Ptr("mine")})
	require.NoError(t, err)
	assert.Greater(t, len(mine.Token), 20)
}

func TestReprovision(t *testing.T) {
	s := begin(t, Options{})
	p, _, err := client(t, s).Pipelines.CreatePipeline(testProject, &gitlab.CreatePipelineOptions{
		Ref: gitlab.Ptr("main"),
		Variables: &[]*gitlab.PipelineVariableOptions{{
			Key: gitlab.Ptr("CI_COMMIT_MESSAGE"), Value: gitlab.Ptr("[AutoDeploy][Infrastructure] more nodes"),
		}},
	})
	require.NoError(t, err)
	assert.Equal(t, "api", p.Source)
	require.NoError(t, s.Settle(t.Context()))
	children := list7(t, s, "source=parent_pipeline")
	require.Len(t, children, 1)
	jobs, _, err := client(t, s).Jobs.ListPipelineJobs(testProject, children[0].ID, nil)
	require.NoError(t, err)
	assert.Equal(t, "terraform-apply", jobs[0].Name)
}

func TestTraceGrows(t *testing.T) {
	s := begin(t, Options{})
	update(t, s)
	s.Clock().Advance(40 * time.Second)
	child := list7(t, s, "source=parent_pipeline")[0]
	jobs, _, err := client(t, s).Jobs.ListPipelineJobs(testProject, child.ID, nil)
	require.NoError(t, err)
	path := "/projects/7/jobs/" + itoa(jobs[1].ID) + "/trace"
	var last string
	for range 8 {
		a := get(t, s, path)
		require.True(t, strings.HasPrefix(a.Body, last), "a log only grows")
		last = a.Body
		s.Clock().Advance(30 * time.Second)
	}
	assert.Contains(t, last, "\x1b[32;1m$ tutor k8s start")
	assert.Contains(t, last, "namespace/alpha configured")
	assert.True(t, strings.HasSuffix(last, "Job succeeded\x1b[0;m\n"))
	a := get(t, s, path, "Range", "bytes=10-19")
	assert.Equal(t, http.StatusOK, a.Status, "GitLab knows no ranges of a trace")
	assert.Equal(t, last, a.Body)
	assert.Equal(t, "text/plain; charset=utf-8", a.Header.Get("Content-Type"))
	assert.Equal(t, http.StatusNotModified, get(t, s, path, "If-None-Match", a.Header.Get("ETag")).Status)
}

func TestBigTrace(t *testing.T) {
	s := begin(t, Options{})
	const size = 2 << 30
	s.Script(Outcome{Job: "generate-pipeline", TraceBytes: size})
	id := update(t, s)
	require.NoError(t, s.Settle(t.Context()))
	jobs, _, err := client(t, s).Jobs.ListPipelineJobs(testProject, id, nil)
	require.NoError(t, err)
	path := "/projects/7/jobs/" + itoa(jobs[0].ID) + "/trace"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/api/v4"+path, nil)
	require.NoError(t, err)
	req.Header.Set("Private-Token", testToken)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	assert.Greater(t, resp.ContentLength, int64(size), "it is made as it is read")
	start, err := io.ReadAll(io.LimitReader(resp.Body, 1000))
	require.NoError(t, err)
	assert.Contains(t, string(start), "gitlab-runner")
	require.NoError(t, resp.Body.Close())

	log := &lazyLog{head: []byte("head\n"), lines: 3, tail: []byte("tail\n")}
	whole, err := io.ReadAll(io.NewSectionReader(log, 0, log.size()))
	require.NoError(t, err)
	assert.Equal(t, "head\n"+filler(0)+filler(1)+filler(2)+"tail\n", string(whole))
	assert.Len(t, filler(1<<32), fillerLine)
}
