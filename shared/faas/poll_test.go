package faas_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
)

// polled is an API with one operation that is polled, and what it depends on.
type polled struct {
	*testing.T
	http.Handler
	now      time.Time
	revision int64
	touched  map[string]int64
	lost     bool
	also     string
	runs     int
	brief    bool
}

func newPolled(t *testing.T, lags bool) *polled {
	p := &polled{T: t, now: time.Unix(1_800_000_000, 0), touched: map[string]int64{}}
	api := faas.NewAPI(faas.Options{
		Authenticator: everybody, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return p.now },
		Changes: func(context.Context) (int64, func(string, int64) bool, error) {
			if p.lost {
				return 0, nil, errors.New("the store is down")
			}
			return p.revision, func(scope string, since int64) bool { return p.touched[scope] <= since }, nil
		},
	})
	type input struct {
		Cluster string `path:"cluster"`
		After   string `query:"after"`
	}
	type output struct{ Body struct{ Name string } }
	faas.Register(api, faas.Need(identity.Viewer), huma.Operation{
		OperationID: "get-it", Method: http.MethodGet, Path: "/v1/clusters/{cluster}",
		Metadata: map[string]any{faas.Polled: faas.Poll{
			Scope: faas.ScopeOfPath, Lags: lags, Also: func(context.Context, *http.Request) (string, error) { return p.also, nil },
		}},
	}, func(ctx context.Context, in *input) (*output, error) {
		p.runs++
		if p.brief {
			faas.HoldFor(ctx, 10*time.Second)
		}
		out := new(output)
		out.Body.Name = in.Cluster
		return out, nil
	})
	p.Handler = api
	return p
}

// poll requests a cluster; it gives the tag and whether the operation was run.
func (p *polled) poll(who, cluster, etag string, status int) (tag string, ran bool) {
	p.Helper()
	before := p.runs
	r := httptest.NewRequest(http.MethodGet, "/v1/clusters/"+cluster, nil)
	r.Header.Set("Authorization", "Bearer "+who)
	r.Header.Set("If-None-Match", etag)
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	require.Equal(p, status, w.Code, w.Body.String())
	return w.Header().Get("ETag"), p.runs > before
}

func TestPolled_IsNotRunWhileNothingChanged(t *testing.T) {
	p := newPolled(t, false)
	tag, ran := p.poll("viewer", "aws", "", http.StatusOK)
	require.True(t, ran)
	is := func(why, who, cluster string, want bool) {
		t.Helper()
		again, ran := p.poll(who, cluster, tag, http.StatusNotModified)
		assert.Equal(t, want, ran, why)
		assert.Equal(t, tag, again, why)
	}
	is("nothing changed", "viewer", "aws", false)
	is("an answer for someone else", "operator", "aws", true)
	p.revision, p.touched["minikube"] = 7, 7
	is("another cluster changed", "viewer", "aws", false)
	p.revision, p.touched["aws"] = 8, 8
	is("it changed", "viewer", "aws", true)
	is("nothing changed since", "viewer", "aws", false)
	p.also = "other"
	is("what it also depends on changed", "viewer", "aws", true)
	p.now = p.now.Add(5*time.Minute - 1)
	is("not long ago", "viewer", "aws", false)
	p.now = p.now.Add(1)
	is("long ago", "viewer", "aws", true)
	p.lost = true
	_, ran = p.poll("viewer", "aws", tag, http.StatusOK)
	assert.True(t, ran, "nothing is known")
	p.lost, p.now = false, p.now.Add(-time.Hour)
	is("the clock was wrong", "viewer", "aws", true)
	_, ran = p.poll("viewer", "aws", "", http.StatusOK)
	assert.True(t, ran, "a caller without an answer gets one")
	_, ran = p.poll("viewer", "aws", `W/"other"`, http.StatusOK)
	assert.True(t, ran, "and one with another")
	p.poll("nobody", "aws", tag, http.StatusNotFound)
}

func TestPolled_AnswersThatChangeWithTimeAreMadeAgain(t *testing.T) {
	p := newPolled(t, false)
	p.brief = true
	tag, _ := p.poll("viewer", "aws", "", http.StatusOK)
	for _, want := range []bool{false, true, false, true} {
		p.now = p.now.Add(6 * time.Second)
		_, ran := p.poll("viewer", "aws", tag, http.StatusNotModified)
		assert.Equal(t, want, ran)
	}
	p.revision, p.touched["aws"] = 8, 8
	_, ran := p.poll("viewer", "aws", tag, http.StatusNotModified)
	assert.True(t, ran, "it changed meanwhile")
}

// What was read from a replica of the store that is behind is not relied on.
func TestPolled_LaggingAnswersAreReadTwice(t *testing.T) {
	p := newPolled(t, true)
	tag, _ := p.poll("viewer", "aws", "", http.StatusOK)
	for _, c := range []struct {
		wait time.Duration
		runs bool
	}{{time.Second, true}, {500 * time.Millisecond, true}, {500 * time.Millisecond, true}, {time.Second, false}} {
		p.now = p.now.Add(c.wait)
		_, ran := p.poll("viewer", "aws", tag, http.StatusNotModified)
		assert.Equal(t, c.runs, ran)
	}
	p.revision, p.touched["aws"] = 8, 8
	_, ran := p.poll("viewer", "aws", tag, http.StatusNotModified)
	assert.True(t, ran)
	_, ran = p.poll("viewer", "aws", tag, http.StatusNotModified)
	assert.True(t, ran)
}
