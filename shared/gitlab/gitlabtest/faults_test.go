package gitlabtest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaults(t *testing.T) {
	s := begin(t, Options{})
	tree := "/projects/7/repository/tree"
	good := get(t, s, tree)

	s.Fail(Fault{Method: "GET", Path: tree, Status: 429, RetryAfter: 1500 * time.Millisecond, Times: 2})
	for range 2 {
		a := get(t, s, tree)
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "2", a.Header.Get("Retry-After"))
	}
	assert.Equal(t, 200, get(t, s, tree).Status, "two times and no more")

	remove := s.Fail(Fault{Path: "/projects/*/repository/**", Status: 503})
	a := get(t, s, tree)
	assert.Equal(t, 503, a.Status)
	assert.Contains(t, a.Body, "<html>", "a proxy's page, not JSON")
	assert.Equal(t, 200, get(t, s, "/projects/7").Status)
	remove()
	assert.Equal(t, 200, get(t, s, tree).Status)

	s.Fail(Fault{Path: tree, Truncate: 20, Times: 1})
	a = get(t, s, tree)
	assert.Equal(t, good.Body[:20], a.Body)

	s.Fail(Fault{Path: tree, Cut: 30, Times: 1})
	a, err := tryAsk(t.Context(), s, "GET", tree, "")
	require.Error(t, err, "the connection broke")
	assert.LessOrEqual(t, len(a.Body), 30)

	s.Fail(Fault{Path: "/projects/7", Status: 403, Times: 1})
	assert.JSONEq(t, `{"message":"403 Forbidden"}`, get(t, s, "/projects/7").Body)
	s.Fail(Fault{Path: "/projects/7", Status: 401, Body: `{"x":1}`, Times: 1})
	assert.Equal(t, `{"x":1}`, get(t, s, "/projects/7").Body)
}

func TestGate(t *testing.T) {
	s := begin(t, Options{})
	g := NewGate()
	s.Fail(Fault{Path: "/version", Gate: g, Times: 1})
	done := make(chan int)
	go func() {
		a, err := tryAsk(t.Context(), s, http.MethodGet, "/version", "")
		assert.NoError(t, err)
		done <- a.Status
	}()
	<-g.Arrived()
	assert.Equal(t, 200, get(t, s, "/user").Status, "others go on")
	select {
	case <-done:
		t.Fatal("the gate let the request through")
	default:
	}
	g.Open()
	assert.Equal(t, 200, <-done)
}

func TestRequests(t *testing.T) {
	s := begin(t, Options{})
	get(t, s, "/projects/7/pipelines?per_page=5")
	get(t, s, "/projects/7/pipelines")
	get(t, s, "/nowhere")
	assert.Equal(t, map[string]int{"GET /api/v4/projects/{id}/pipelines": 2, "other": 1}, s.Counts())
	rs := s.Requests()
	assert.Equal(t, 200, rs[0].Status)
	s.ResetRequests()
	assert.Empty(t, s.Requests())
}

func TestLimits(t *testing.T) {
	s := begin(t, Options{Limits: Limits{User: 12}})
	archive := "/projects/7/repository/archive.tar.gz"
	s.AddProject(ProjectSpec{ID: 8, Files: seedFiles})
	for i := range 6 {
		a := get(t, s, archive)
		assert.Equal(t, "12", a.Header.Get("RateLimit-Limit"))
		assert.Equal(t, itoa(12-i-1), a.Header.Get("RateLimit-Remaining"))
		assert.Equal(t, itoa(int(epoch.Add(time.Minute).Unix())), a.Header.Get("RateLimit-Reset"))
		if i < 5 {
			assert.Equal(t, 200, a.Status)
			continue
		}
		assert.Equal(t, 429, a.Status)
		assert.Equal(t, "60", a.Header.Get("Retry-After"))
		assert.JSONEq(t, `{"message":{"error":"This endpoint has been requested too many times. Try again later."}}`, a.Body)
	}
	assert.Equal(t, 200, get(t, s, strings.Replace(archive, "7", "8", 1)).Status, "each project has its own")
	for range 5 {
		assert.Equal(t, 200, get(t, s, "/version").Status)
	}
	a := get(t, s, "/version")
	assert.Equal(t, 429, a.Status)
	assert.Equal(t, "Retry later\n", a.Body)
	s.Clock().Advance(time.Minute)
	assert.Equal(t, 200, get(t, s, archive).Status)

	p := begin(t, Options{Limits: Limits{Pipelines: 2}})
	for i := range 3 {
		a := ask(t, p, "POST", "/projects/7/pipeline", `{"ref":"main"}`)
		assert.Equal(t, []int{201, 201, 400}[i], a.Status)
	}
}
