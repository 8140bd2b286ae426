package gitlabtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "github.com/xanzy/go-gitlab"
)

// receiver takes webhooks and answers them with a status.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []received
}

type received struct {
	header http.Header
	body   []byte
}

func receive(t *testing.T) *receiver {
	rc := &receiver{status: 200}
	rc.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		rc.mu.Lock()
		defer rc.mu.Unlock()
		rc.got = append(rc.got, received{r.Header, b})
		w.WriteHeader(rc.status)
	}))
	t.Cleanup(rc.Close)
	return rc
}

func (rc *receiver) answer(status int) {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	rc.status = status
}

// take gives what came since the last take.
func (rc *receiver) take() []received {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	got := rc.got
	rc.got = nil
	return got
}

func (r received) pipeline(t *testing.T) *gitlab.PipelineEvent {
	t.Helper()
	e, err := gitlab.ParseWebhook(gitlab.EventType(r.header.Get("X-Gitlab-Event")), r.body)
	require.NoError(t, err)
	p, isPipeline := e.(*gitlab.PipelineEvent)
	require.True(t, isPipeline)
	return p
}

func TestPipelineWebhooks(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	s.AddHook(testProject, HookSpec{URL: rc.URL, Token: "hush", Pipeline: true})
	trigger := createInstance(t, s, "beta", "41")
	require.NoError(t, s.Settle(t.Context()))
	got := rc.take()
	statuses := map[int][]string{}
	var child *gitlab.PipelineEvent
	for _, r := range got {
		e := r.pipeline(t)
		statuses[e.ObjectAttributes.ID] = append(statuses[e.ObjectAttributes.ID], e.ObjectAttributes.Status)
		assert.Equal(t, "hush", r.header.Get("X-Gitlab-Token"))
		assert.Equal(t, s.URL(), r.header.Get("X-Gitlab-Instance"))
		assert.Equal(t, "GitLab/18.8.2", r.header.Get("User-Agent"))
		if e.SourcePipline.PipelineID != 0 {
			child = e
		}
	}
	require.Len(t, statuses, 4, "trigger, branch, main and child")
	for id, list := range statuses {
		assert.Equal(t, []string{"pending", "running", "success"}, list, "pipeline %d in order", id)
	}
	require.NotNil(t, child)
	assert.Equal(t, "parent_pipeline", child.ObjectAttributes.Source)
	assert.Equal(t, testProject, child.SourcePipline.Project.ID)
	assert.Contains(t, statuses, child.SourcePipline.PipelineID)
	assert.Empty(t, child.ObjectAttributes.Variables)
	assert.Contains(t, child.Commit.Message, "[AutoDeploy][Create] beta|41")
	assert.Equal(t, "main", child.Project.DefaultBranch)
	assert.NotEmpty(t, child.Builds)

	first := got[0].pipeline(t)
	assert.Equal(t, trigger, first.ObjectAttributes.ID)
	assert.Equal(t, "2026-03-02 09:00:00 UTC", first.ObjectAttributes.CreatedAt)
	assert.Equal(t, []string{"prepare", "commit", "merge"}, first.ObjectAttributes.Stages)
	var names []string
	for _, v := range first.ObjectAttributes.Variables {
		names = append(names, v.Key)
	}
	assert.Contains(t, names, "DEPLOYMENT_REQUEST_ID")
	keys := map[string]bool{}
	for _, r := range got {
		keys[r.header.Get("Idempotency-Key")] = true
	}
	assert.Len(t, keys, len(got), "every event has a key of its own")
}

func TestPushWebhooks(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	s.AddHook(testProject, HookSpec{URL: rc.URL, Push: true})
	before, _ := s.Project("7")
	sha := s.Commit(testProject, CommitSpec{Message: "Fix", Files: map[string]string{"new.yml": "", "cluster.yml": "a: 1"}, Delete: []string{"defaults"}})
	require.NoError(t, s.Settle(t.Context()))
	got := rc.take()
	require.Len(t, got, 1)
	event, err := gitlab.ParseWebhook(gitlab.EventType(got[0].header.Get("X-Gitlab-Event")), got[0].body)
	require.NoError(t, err)
	e, isPush := event.(*gitlab.PushEvent)
	require.True(t, isPush)
	assert.Equal(t, before.Head, e.Before)
	assert.Equal(t, sha, e.After)
	assert.Equal(t, "refs/heads/main", e.Ref)
	require.Len(t, e.Commits, 1)
	assert.Equal(t, "Fix", e.Commits[0].Title)
}

func TestSignedWebhooks(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	k := bytes.Repeat([]byte{7}, 32)
	body := `{"url":"` + rc.URL + `","pipeline_events":true,"push_events":false,"signing_token":"whsec_` + base64.StdEncoding.EncodeToString(k) + `"}`
	a := ask(t, s, "POST", "/projects/7/hooks", body)
	require.Equal(t, 201, a.Status, a.Body)
	assert.Contains(t, a.Body, `"signing_token_present":true`)
	assert.NotContains(t, a.Body, "whsec_")
	update(t, s)
	s.Clock().Advance(time.Second)
	require.NoError(t, s.WaitIdle(t.Context()))
	got := rc.take()
	require.Len(t, got, 1)
	h := got[0].header
	assert.Equal(t, h.Get("Idempotency-Key"), h.Get("webhook-id"))
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + string(got[0].body)))
	assert.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), h.Get("webhook-signature"))
	assert.Equal(t, "1772442001", h.Get("webhook-timestamp"), "the clock's time")
	assert.Empty(t, h.Get("X-Gitlab-Token"))
	assert.Equal(t, 422, ask(t, s, "POST", "/projects/7/hooks", `{"url":"`+rc.URL+`","signing_token":"whsec_short"}`).Status)
}

func TestHoldAndCopies(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	s.AddHook(testProject, HookSpec{URL: rc.URL, Pipeline: true})
	s.HoldWebhooks()
	update(t, s)
	require.NoError(t, s.Settle(t.Context()))
	assert.Empty(t, rc.take())
	var want []string
	s.ReleaseWebhooks(func(held []Delivery) []Delivery {
		slices.Reverse(held)
		held = append(held[1:], held[0], held[0])
		for _, d := range held {
			want = append(want, d.Key)
		}
		return held
	})
	require.NoError(t, s.WaitIdle(t.Context()))
	var got []string
	for _, r := range rc.take() {
		got = append(got, r.header.Get("Idempotency-Key"))
	}
	assert.Equal(t, want, got, "any order and repeats")

	n := 0
	s.SetWebhookCopies(func(Delivery) int { n++; return []int{0, 2}[n%2] })
	update(t, s)
	require.NoError(t, s.Settle(t.Context()))
	repeats := map[string][]string{}
	for _, r := range rc.take() {
		repeats[r.header.Get("Idempotency-Key")] = append(repeats[r.header.Get("Idempotency-Key")], r.header.Get("X-Gitlab-Webhook-UUID"))
	}
	assert.Len(t, repeats, n/2, "every other event was dropped")
	for _, ids := range repeats {
		require.Len(t, ids, 2)
		assert.NotEqual(t, ids[0], ids[1], "a repeat has another webhook id")
	}
	dropped := 0
	for _, d := range s.Deliveries() {
		if d.Dropped {
			dropped++
		}
	}
	assert.Equal(t, n-n/2, dropped)
}

func TestHookIsDisabled(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	id := s.AddHook(testProject, HookSpec{URL: rc.URL, Push: true})
	push := func() {
		s.Commit(testProject, CommitSpec{Message: "push"})
		require.NoError(t, s.WaitIdle(t.Context()))
	}
	path := "/projects/7/hooks/" + itoa(id)
	state := func() string {
		var hooks []struct {
			Alert string `json:"alert_status"`
		}
		get(t, s, "/projects/7/hooks").json(t, &hooks)
		return hooks[0].Alert
	}
	rc.answer(400)
	for i := 1; i <= 4; i++ {
		assert.Equal(t, "executable", state(), "after %d failures", i-1)
		push()
	}
	assert.Equal(t, "temporarily_disabled", state())
	assert.Len(t, rc.take(), 4)
	push()
	assert.Empty(t, rc.take(), "nothing is sent meanwhile")

	rc.answer(200)
	s.Clock().Advance(time.Hour)
	assert.Equal(t, "executable", state())
	push()
	assert.Len(t, rc.take(), 1)

	rc.answer(500)
	for range 40 {
		ask(t, s, "POST", path+"/test/push_events", "")
	}
	s.Clock().Advance(48 * time.Hour)
	assert.Equal(t, "disabled", state())
	rc.answer(200)
	assert.Equal(t, 201, ask(t, s, "POST", path+"/test/push_events", "").Status)
	assert.Equal(t, "executable", state(), "a test that succeeds enables it again")
}

func TestHookRoutes(t *testing.T) {
	s, rc := begin(t, Options{}), receive(t)
	c := client(t, s)
	h, _, err := c.Projects.AddProjectHook(testProject, &gitlab.AddProjectHookOptions{URL: &rc.URL, Token: gitlab.Ptr("hush"), PipelineEvents: gitlab.Ptr(true)})
	require.NoError(t, err)
	assert.True(t, h.PushEvents, "on by default")
	assert.True(t, h.PipelineEvents)
	h, _, err = c.Projects.EditProjectHook(testProject, h.ID, &gitlab.EditProjectHookOptions{URL: &rc.URL, PushEvents: gitlab.Ptr(false)})
	require.NoError(t, err)
	assert.False(t, h.PushEvents)
	assert.True(t, h.PipelineEvents)
	list, _, err := c.Projects.ListProjectHooks(testProject, nil)
	require.NoError(t, err)
	require.Len(t, list, 1)

	_, err = c.Projects.TriggerTestProjectHook(testProject, h.ID, gitlab.ProjectHookEventPush)
	require.NoError(t, err)
	tested := rc.take()
	require.Len(t, tested, 1)

	var events []struct {
		Trigger string
		Status  string            `json:"response_status"`
		Headers map[string]string `json:"request_headers"`
		Data    json.RawMessage   `json:"request_data"`
	}
	path := "/projects/7/hooks/" + itoa(h.ID)
	get(t, s, path+"/events").json(t, &events)
	require.NotEmpty(t, events)
	assert.Equal(t, "push_hooks", events[0].Trigger)
	assert.Equal(t, "200", events[0].Status)
	assert.Equal(t, "[REDACTED]", events[0].Headers["X-Gitlab-Token"])
	assert.JSONEq(t, string(tested[0].body), string(events[0].Data))

	_, err = c.Projects.DeleteProjectHook(testProject, h.ID)
	require.NoError(t, err)
	assert.Equal(t, 404, get(t, s, path+"/events").Status)
	assert.Equal(t, 422, ask(t, s, "POST", "/projects/7/hooks", `{"url":"ftp://x"}`).Status)
}

func TestDeployKeys(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	const public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzZ7vKzH0b0m1VvJm3n8cO9Rj0Hc6dXg9fXw2m1Qk3T ocim"
	k, _, err := c.DeployKeys.AddDeployKey(testProject, &gitlab.AddDeployKeyOptions{Title: gitlab.Ptr("ocim"), Key: gitlab.Ptr(public), CanPush: gitlab.Ptr(true)})
	require.NoError(t, err)
	assert.True(t, k.CanPush)
	_, _, err = c.DeployKeys.AddDeployKey(testProject, &gitlab.AddDeployKeyOptions{Title: gitlab.Ptr("again"), Key: gitlab.Ptr(public)})
	require.ErrorContains(t, err, "has already been taken")
	_, _, err = c.DeployKeys.AddDeployKey(testProject, &gitlab.AddDeployKeyOptions{Title: gitlab.Ptr("bad"), Key: gitlab.Ptr("nonsense")})
	require.ErrorContains(t, err, "is invalid")
	list, _, err := c.DeployKeys.ListProjectDeployKeys(testProject, nil)
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = c.DeployKeys.DeleteDeployKey(testProject, k.ID)
	require.NoError(t, err)
	_, _, err = c.DeployKeys.GetDeployKey(testProject, k.ID)
	require.Error(t, err)
}
