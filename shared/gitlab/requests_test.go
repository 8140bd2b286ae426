package gitlab_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

// A plan's preview shows the requests of the contract; they are what is sent.
func TestProject_SendsWhatAPreviewShows(t *testing.T) {
	type request struct{ method, path, body string }
	var got request
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		got = request{r.Method, r.URL.EscapedPath(), string(body)}
		if strings.HasSuffix(r.URL.Path, "/commits") {
			_, _ = rw.Write([]byte(`{"id":"abc"}`))
			return
		}
		_, _ = rw.Write([]byte(`{"id":1}`))
	}))
	defer server.Close()
	p := openWith(t, fleet.Project{GitLabURL: server.URL, GitLabID: 7, DefaultBranch: "main"}, credentialsWith(secret.New(trigger)))
	for name, call := range map[string]grove.Call{
		"commit": {Commit: &grove.Commit{Branch: "main", Message: "[AutoDeploy][Update] alpha|7", Actions: []grove.Action{
			{Action: grove.CreateFile, Path: "instances/alpha/a.yml", Content: []byte("\xff")},
			{Action: grove.UpdateFile, Path: "instances/alpha/b.yml", Content: []byte{}, LastCommit: "abc"},
			{Action: grove.DeleteFile, Path: "instances/alpha/c.yml"},
		}}},
		"empty commit":         {Commit: &grove.Commit{Branch: "main", Message: "x"}},
		"pipeline":             {Pipeline: &grove.Pipeline{Ref: "main", Variables: map[string]string{"B": "2", "A": "1", "C": ""}}},
		"pipeline without any": {Pipeline: &grove.Pipeline{Ref: "main"}},
		"trigger": {Trigger: &grove.Trigger{
			Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "gamma"}, Payload: map[string]any{"TUTOR_PLUGINS": []any{"mfe"}, "N": 1.5},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			switch {
			case call.Commit != nil:
				_, err = p.Commit(t.Context(), *call.Commit)
			case call.Pipeline != nil:
				_, err = p.Run(t.Context(), *call.Pipeline)
			default:
				_, err = p.Trigger(t.Context(), *call.Trigger)
			}
			require.NoError(t, err)
			shown := call.Wire(7, trigger)
			want, err := json.Marshal(shown.Body)
			require.NoError(t, err)
			assert.Equal(t, shown.Method, got.method)
			assert.Equal(t, "/api/v4/"+shown.Path, got.path)
			assert.JSONEq(t, string(want), got.body)
		})
	}
}

// A GitLab below a path of its host has its API there, and GraphQL beside it.
func TestClient_AsksBelowTheServersRoot(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.RequestURI())
		switch {
		case strings.HasSuffix(r.URL.Path, "/archive.tar.gz"):
			rw.Header().Set("Retry-After", "60")
			rw.Header().Set("Content-Type", "application/json") // a limit of archives alone
			rw.WriteHeader(http.StatusTooManyRequests)
		case strings.HasSuffix(r.URL.Path, "/tree"):
			_, _ = rw.Write([]byte(`[]`))
		case strings.HasSuffix(r.URL.Path, "/graphql"):
			_, _ = rw.Write([]byte(`{"data":{"project":{"repository":{"blobs":{"nodes":[]}}}}}`))
		default:
			_, _ = rw.Write([]byte(`{"encoding":"text","content":"x"}`))
		}
	}))
	defer server.Close()
	for _, root := range []string{"/gitlab", "/gitlab/", "/gitlab/api/v4", "/gitlab/api/v4/"} {
		asked = nil
		p := openWith(t, fleet.Project{GitLabURL: server.URL + root, GitLabID: 7, DefaultBranch: "main"}, credentialsWith(secret.New(trigger)))
		_, err := p.File(t.Context(), "instances/a.b/config %2F.yml", "main")
		require.NoError(t, err)
		_, err = p.Files(t.Context(), "abc")
		require.NoError(t, err)
		assert.Equal(t, []string{
			"GET /gitlab/api/v4/projects/7/repository/files/instances%2Fa.b%2Fconfig%20%252F.yml?ref=main",
			"GET /gitlab/api/v4/projects/7/repository/archive.tar.gz?sha=abc",
			"GET /gitlab/api/v4/projects/7/repository/tree?page=1&path=instances&per_page=100&recursive=true&ref=abc",
			"GET /gitlab/api/v4/projects/7/repository/tree?page=1&path=defaults&per_page=100&recursive=true&ref=abc",
			"POST /gitlab/api/graphql",
		}, asked, root)
	}
}

// go-gitlab drops the words of a 404 and shows all others as they are.
func TestRefusals_KeepGitLabsWordsAndNoSecret(t *testing.T) {
	w := begin(t, small())
	c, id := w.client(t, token), int64(w.id)
	w.Fail(gitlabtest.Fault{Method: http.MethodDelete, Status: http.StatusNotFound, Body: `{"message":"404 Hook Not Found, says GitLab"}`})
	err := c.RemoveHook(t.Context(), id, 9)
	r, is := refusal.From(err)
	require.True(t, is, err)
	assert.Equal(t, "404 Hook Not Found, says GitLab", r.Words)
	assert.True(t, fault.Is(err, fault.NotFound))
	w.Fail(gitlabtest.Fault{Status: http.StatusBadRequest, Body: `{"message":"token: glptt-0123456789abcdef0123 is wrong"}`})
	_, err = w.open().Head(t.Context())
	require.Error(t, err)
	for e := err; e != nil; {
		assert.NotContains(t, e.Error(), "glptt-0123456789abcdef0123", "neither shown nor logged")
		next, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = next.Unwrap()
	}
}

// A server that always names another page is asked a bounded number of times.
func TestList_EndsWhateverTheServerSays(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		rw.Header().Set("X-Next-Page", "1")
		_, _ = rw.Write([]byte(`[{"id":1,"url":"https://x"}]`))
	}))
	defer server.Close()
	c, err := gitlab.New(server.URL, secret.New(token), gitlab.NewTransport(gitlab.Options{AllowHTTP: true}))
	require.NoError(t, err)
	hooks, err := c.Hooks(t.Context(), 1)
	require.NoError(t, err)
	assert.Len(t, hooks, 10)
	assert.Equal(t, int64(10), asked.Load())
}

// What changed is asked for to the millisecond: else the newest pipelines come again
// with every look.
func TestPipelines_AsksWithFractionsOfASecond(t *testing.T) {
	var after []string
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		after = append(after, r.URL.Query().Get("updated_after"))
		_, _ = rw.Write([]byte(`[]`))
	}))
	defer server.Close()
	p := openWith(t, fleet.Project{GitLabURL: server.URL, GitLabID: 7}, credentialsWith(secret.New(trigger)))
	_, err := p.Pipelines(t.Context(), time.Date(2026, 3, 2, 9, 0, 0, 123e6, time.UTC))
	require.NoError(t, err)
	assert.Equal(t, []string{"2026-03-02T09:00:00.123Z"}, after)
}
