package function_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

// A pipeline that has ended is asked about once; one that runs, every ten seconds.
func TestPipeline_ThatEndedIsNotAskedAboutAgain(t *testing.T) {
	w := newWorld(t, "alpha")
	poll := func(id int64, etag string) (status int, tag string, asked bool) {
		t.Helper()
		w.gitlab.ResetRequests()
		r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("%s/pipelines/%d", campus, id), nil)
		r.Header.Set("Authorization", "Bearer viewer")
		r.Header.Set("If-None-Match", etag)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		return rec.Code, rec.Header().Get("ETag"), len(w.gitlab.Requests()) > 0
	}
	var op fleet.Operation
	require.Equal(t, http.StatusAccepted, w.start(t, "operator", m{"kind": "archive", "instance": "alpha"}, &op))
	w.settle(t, 0)
	list, _, err := w.Store.Pipelines(t.Context(), "campus", "", 1)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	running := list[0]
	require.False(t, running.Status.Finished())
	_, tag, _ := poll(running.ID, "")
	w.later += 11 * time.Second
	_, tag, asked := poll(running.ID, tag)
	assert.True(t, asked, "while it runs")
	status, _, asked := poll(running.ID, tag)
	assert.Equal(t, http.StatusNotModified, status)
	assert.False(t, asked, "just after that")

	w.settle(t, 12)
	known, err := w.Store.Pipeline(t.Context(), "campus", running.ID)
	require.NoError(t, err)
	require.True(t, known.Status.Finished())
	_, tag, asked = poll(running.ID, tag)
	require.True(t, asked)
	status, _, asked = poll(running.ID, tag)
	assert.Equal(t, http.StatusNotModified, status)
	assert.False(t, asked)

	known.Status, known.UpdatedAt = fleet.StatusRunning, w.clock.Now()
	_, _, err = w.Store.RecordPipeline(t.Context(), known, fleet.FromEvent)
	require.NoError(t, err)
	_, _, asked = poll(running.ID, tag)
	assert.True(t, asked, "it was run again")
}

// A running operation proceeds with time, whatever is recorded of it.
func TestOperation_ThatRunsIsReadAgain(t *testing.T) {
	w := newWorld(t, "alpha")
	var op fleet.Operation
	require.Equal(t, http.StatusAccepted, w.start(t, "operator", m{"kind": "archive", "instance": "alpha"}, &op))
	poll := func(etag string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, campus+"/operations/"+op.ID, nil)
		r.Header.Set("Authorization", "Bearer viewer")
		r.Header.Set("If-None-Match", etag)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		return rec.Code, rec.Header().Get("ETag")
	}
	_, tag := poll("")
	w.clock.Advance(time.Minute)
	w.later += time.Minute
	status, _ := poll(tag)
	assert.Equal(t, http.StatusOK, status, "it is further than a minute ago")
}

func TestPipelines_ListsTheClusters(t *testing.T) {
	w := newWorld(t, "alpha")
	w.failUpdate(t, gitlabtest.Outcome{})
	var list struct{ Pipelines []fleet.Pipeline }
	assert.Equal(t, http.StatusNotFound, w.call(t, "stranger", "GET", campus+"/pipelines", nil, nil))
	require.Equal(t, http.StatusOK, w.call(t, "viewer", "GET", campus+"/pipelines?limit=1", nil, &list))
	require.Len(t, list.Pipelines, 1)
	assert.Equal(t, "campus", list.Pipelines[0].Cluster)
}
