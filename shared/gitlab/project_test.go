package gitlab_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	"github.com/open-craft/ocim/shared/vault"
)

const (
	token   = "glpat-canary-of-the-tests"
	trigger = "glptt-canary-of-the-tests"
)

// world is a GitLab with one Grove project, and a project opened on it.
type world struct {
	*gitlabtest.Server
	id      int
	project fleet.Project
	open    func() *gitlab.Project
}

func begin(t *testing.T, files map[string]string) *world {
	t.Helper()
	s := gitlabtest.Start(t, gitlabtest.Options{})
	s.AddToken(gitlabtest.TokenSpec{Value: token})
	info := s.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: files})
	s.AddTriggerToken(info.ID, trigger)
	w := &world{Server: s, id: info.ID, project: fleet.Project{
		ID: "campus", GitLabURL: s.URL(), GitLabID: int64(info.ID), Path: "grove/campus", DefaultBranch: "main",
	}}
	credentials := vault.Credentials{APIToken: secret.New(token), TriggerToken: secret.New(trigger)}
	w.open = func() *gitlab.Project { return openWith(t, w.project, credentials) }
	return w
}

func openWith(t *testing.T, project fleet.Project, c vault.Credentials) *gitlab.Project {
	t.Helper()
	o := &gitlab.Opener{
		Credentials: func(context.Context, string) (vault.Credentials, error) { return c, nil },
		Transport:   gitlab.NewTransport(gitlab.Options{AllowHTTP: true}),
	}
	p, err := o.Open(t.Context(), project)
	require.NoError(t, err)
	return p
}

func small() map[string]string {
	return map[string]string{
		"cluster.yml": "TF_VAR_cluster_name: campus\n", "defaults/config.yml": "A: 1\n", "README.md": "x\n",
		"instances/alpha/config.yml": "LMS_HOST: alpha.example.org\n", "instances/alpha/grove.yml": "B: ü\n",
		"instances/alpha/requirements.txt": "tutor==20.0.0\n", "instances/alpha/theme/big.scss": "x\n",
		"instances/beta/config.yml": "\xff\xfe not text",
	}
}

func TestChangedListsWhatWasAddedChangedAndTakenAway(t *testing.T) {
	w := begin(t, small())
	files := map[string]string{"cluster.yml": "A: 1\n"}
	for n := range 120 {
		files[fmt.Sprintf("instances/gamma/f%03d", n)] = "x\n"
	}
	sha := w.Commit(w.id, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: files, Delete: []string{"instances/alpha/grove.yml"}})
	w.ResetRequests()
	paths, err := w.open().Changed(t.Context(), sha)
	require.NoError(t, err)
	assert.Len(t, paths, 122)
	assert.Contains(t, paths, "instances/alpha/grove.yml")
	assert.Contains(t, paths, "instances/gamma/f119")
	assert.Len(t, w.Requests(), 2)
	_, err = w.open().Changed(t.Context(), "0000000000000000000000000000000000000000")
	assert.True(t, fault.Is(err, fault.NotFound))
}

func TestHeadAndCommits(t *testing.T) {
	w := begin(t, small())
	p := w.open()
	w.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|7\n\nbecause", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: b\n"}})
	w.ResetRequests()
	head, err := p.Head(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "[AutoDeploy][Update] alpha|7", head.Title)
	assert.Len(t, w.Requests(), 1, "one call")
	commits, err := p.Commits(t.Context(), 300)
	require.NoError(t, err)
	require.Len(t, commits, 2)
	assert.Equal(t, head.SHA, commits[0].SHA)
	assert.Equal(t, []string{commits[1].SHA}, commits[0].Parents)
	assert.Contains(t, commits[0].Message, "because")
	assert.False(t, commits[0].CreatedAt.IsZero())
	commits, err = p.Commits(t.Context(), 1)
	require.NoError(t, err)
	assert.Len(t, commits, 1)
}

func TestFilesByArchiveAndWithout(t *testing.T) {
	files := small()
	for i := range 120 {
		files[fmt.Sprintf("instances/i%03d/config.yml", i)] = fmt.Sprintf("LMS_HOST: i%d.example.org\n", i)
	}
	w := begin(t, files)
	p := w.open()
	head, err := p.Head(t.Context())
	require.NoError(t, err)

	w.ResetRequests()
	archived, err := p.Files(t.Context(), head.SHA)
	require.NoError(t, err)
	assert.Len(t, w.Requests(), 1)
	byPath := map[string]string{}
	for _, f := range archived {
		byPath[f.Path] = string(f.Text)
		assert.True(t, grove.Wanted(f.Path), f.Path)
	}
	assert.Len(t, byPath, 126)
	for path, text := range byPath {
		assert.Equal(t, files[path], text, path)
	}

	// GitLab allows five archives a minute; the same comes without.
	w.Fail(gitlabtest.Fault{Path: "/projects/*/repository/archive.tar.gz", Status: http.StatusTooManyRequests, RetryAfter: time.Minute, Body: `{"message":"slow down"}`})
	w.ResetRequests()
	listed, err := p.Files(t.Context(), head.SHA)
	require.NoError(t, err)
	assert.ElementsMatch(t, archived, listed)
	assert.LessOrEqual(t, len(w.Requests()), 8, "archive, two pages and one of listings, two batches, one file that is not text")

	// A project that was renamed is found again.
	w.project.Path = "grove/old-name"
	listed, err = w.open().Files(t.Context(), head.SHA)
	require.NoError(t, err)
	assert.ElementsMatch(t, archived, listed)
}

func TestFilesOfAnEmptyFolder(t *testing.T) {
	w := begin(t, map[string]string{"README.md": "x"})
	head, err := w.open().Head(t.Context())
	require.NoError(t, err)
	for range 2 {
		files, err := w.open().Files(t.Context(), head.SHA)
		require.NoError(t, err)
		assert.Empty(t, files)
		w.Fail(gitlabtest.Fault{Path: "/projects/*/repository/archive.tar.gz", Status: http.StatusTooManyRequests, Body: "{}"})
	}
}

func TestErrorsSayTheCure(t *testing.T) {
	const secretText = "canary"
	tests := []struct {
		name    string
		fault   gitlabtest.Fault
		kind    fault.Kind
		message string
	}{
		{"401", gitlabtest.Fault{Status: 401}, fault.Upstream, "has expired, was revoked"},
		{"403", gitlabtest.Fault{Status: 403}, fault.Upstream, "gave no reason. Run the project's checks"},
		{"404", gitlabtest.Fault{Status: 404}, fault.NotFound, "token may not see it"},
		{"409", gitlabtest.Fault{Status: 409}, fault.Conflict, "has changed in GitLab"},
		{"400", gitlabtest.Fault{Status: 400, Body: `{"error":"ref is invalid"}`}, fault.Invalid, "ref is invalid"},
		{"422", gitlabtest.Fault{Status: 422, Body: `{"message":{"name":["is taken"]}}`}, fault.Invalid, "is taken"},
		{"413", gitlabtest.Fault{Status: 413}, fault.TooLarge, "too large"},
		{"429", gitlabtest.Fault{Status: 429, RetryAfter: 37 * time.Second}, fault.Limited, "leave no room"},
		{"500", gitlabtest.Fault{Status: 500}, fault.Unavailable, "500"},
		{"503", gitlabtest.Fault{Status: 503}, fault.Unavailable, "503"},
		{"cut off", gitlabtest.Fault{Cut: 5}, fault.Unavailable, "cut off"},
		{"truncated", gitlabtest.Fault{Truncate: 5}, fault.Unavailable, "cut off"},
		{"a page of HTML", gitlabtest.Fault{Status: 400, Body: "<html>" + secretText + "</html>"}, fault.Invalid, "400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, small())
			w.Fail(tt.fault)
			_, err := w.open().Head(t.Context())
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			assert.Equal(t, tt.kind, f.Kind, err)
			assert.Contains(t, err.Error(), tt.message)
			assert.NotContains(t, err.Error(), token)
			if tt.kind == fault.Limited {
				assert.Equal(t, 37*time.Second, f.RetryAfter)
			}
		})
	}
}

func TestPassingFailuresAreNotSeen(t *testing.T) {
	w := begin(t, small())
	w.Fail(gitlabtest.Fault{Status: http.StatusBadGateway, Times: 1})
	w.Fail(gitlabtest.Fault{Cut: 10, Times: 1})
	_, err := w.open().Head(t.Context())
	require.NoError(t, err)
}

func TestGivingUp(t *testing.T) {
	w := begin(t, small())
	gate := gitlabtest.NewGate()
	w.Fail(gitlabtest.Fault{Gate: gate})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-gate.Arrived(); cancel() }()
	_, err := w.open().Head(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, fault.Is(err, fault.Unavailable))
}

func TestRevokedToken(t *testing.T) {
	w := begin(t, small())
	w.RevokeToken(token)
	_, err := w.open().Head(t.Context())
	assert.True(t, fault.Is(err, fault.Upstream))
	assert.ErrorContains(t, err, "enter it in Ocim")
}

func TestTrigger(t *testing.T) {
	w := begin(t, small())
	p := w.open()
	call := grove.Trigger{
		Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "gamma", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"},
		Payload: map[string]any{"TUTOR_LMS_HOST": "gamma.example.org", "TUTOR_PLUGINS": []any{"mfe"}},
	}
	made, err := p.Trigger(t.Context(), call)
	require.NoError(t, err)
	assert.Equal(t, "trigger", made.Source)
	require.NoError(t, w.Settle(t.Context()))
	// Variables and payload arrived: Grove made the instance of them.
	config, ok := w.File(w.id, "instances/gamma/config.yml")
	require.True(t, ok)
	assert.Contains(t, config, "gamma.example.org")

	found, err := p.Pipelines(t.Context(), time.Unix(0, 0))
	require.NoError(t, err)
	sources := map[string]int{}
	for _, f := range found {
		sources[f.Source]++
	}
	assert.Equal(t, 1, sources["trigger"])
	assert.Positive(t, sources["parent_pipeline"], "children are listed too: %v", sources)
	one, err := p.Pipeline(t.Context(), made.ID)
	require.NoError(t, err)
	assert.Equal(t, fleet.StatusSuccess, one.Status)
	require.NotEmpty(t, one.Stages)
	assert.NotEmpty(t, one.Stages[0].Jobs)
}

// However many pipelines moved, a call reads a hundred.
func TestPipelinesCostACallForAHundred(t *testing.T) {
	w := begin(t, small())
	for n := range 250 {
		w.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|7", Files: map[string]string{"instances/alpha/config.yml": fmt.Sprintf("A: %d\n", n)}})
	}
	w.ResetRequests()
	found, err := w.open().Pipelines(t.Context(), time.Unix(0, 0))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(found), 250)
	assert.LessOrEqual(t, len(w.Requests()), len(found)/100+2, "and one begins each of both lists")
}

// A trigger is never sent twice, whatever happens to its answer.
func TestTriggerIsSentOnce(t *testing.T) {
	for name, f := range map[string]gitlabtest.Fault{
		"cut off": {Cut: 5}, "5xx": {Status: 502}, "429": {Status: 429, RetryAfter: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, small())
			f.Method, f.Times = http.MethodPost, 1
			w.Fail(f)
			w.ResetRequests()
			_, err := w.open().Trigger(t.Context(), grove.Trigger{Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "gamma", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"}})
			require.Error(t, err)
			assert.Len(t, w.Requests(), 1)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

func TestWrongTriggerToken(t *testing.T) {
	w := begin(t, small())
	p := openWith(t, w.project, vault.Credentials{APIToken: secret.New(token), TriggerToken: secret.New("glptt-wrong")})
	_, err := p.Trigger(t.Context(), grove.Trigger{Ref: "main"})
	assert.True(t, fault.Is(err, fault.Upstream))
	assert.ErrorContains(t, err, "trigger token")
	p = openWith(t, w.project, vault.Credentials{APIToken: secret.New(token)})
	_, err = p.Trigger(t.Context(), grove.Trigger{Ref: "main"})
	assert.True(t, fault.Is(err, fault.Upstream))
}

// A redirect to another host would take the token there.
func TestRedirectsStayOnTheirHost(t *testing.T) {
	var stolen []string
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		stolen = append(stolen, r.Header.Get("Private-Token"))
	}))
	defer thief.Close()
	server := httptest.NewServer(http.RedirectHandler(thief.URL+"/api/v4/x", http.StatusFound))
	defer server.Close()
	p := openWith(t, fleet.Project{GitLabURL: server.URL, GitLabID: 1, DefaultBranch: "main"}, vault.Credentials{APIToken: secret.New(token)})
	_, err := p.Head(t.Context())
	require.Error(t, err)
	assert.Empty(t, stolen)
}

func TestOpenWithoutCredentials(t *testing.T) {
	o := &gitlab.Opener{Credentials: func(context.Context, string) (vault.Credentials, error) {
		return vault.Credentials{}, fault.New(fault.NotFound, "none")
	}}
	_, err := o.Open(t.Context(), fleet.Project{})
	assert.True(t, fault.Is(err, fault.Upstream))
	assert.ErrorContains(t, err, "administrator")
}

func TestInspect_TakesIDAndPath(t *testing.T) {
	w := begin(t, small())
	c, err := gitlab.New(w.URL(), secret.New(token), gitlab.NewTransport(gitlab.Options{AllowHTTP: true}))
	require.NoError(t, err)
	admin := gitlab.ProjectAdmin{Client: c}
	for _, name := range []string{"grove/campus", fmt.Sprint(w.id)} {
		found, err := admin.Inspect(t.Context(), name)
		require.NoError(t, err)
		assert.Equal(t, fleet.Project{GitLabID: int64(w.id), Path: "grove/campus", WebURL: w.URL() + "/grove/campus", DefaultBranch: "main"}, found.Project)
		assert.Equal(t, 40, found.Access)
	}
	_, err = admin.Inspect(t.Context(), "grove/none")
	assert.True(t, fault.Is(err, fault.NotFound))
	r, _ := refusal.From(err)
	assert.Equal(t, refusal.NotVisible, r.Reason)
	assert.Equal(t, "404 Project Not Found", r.Words, "GitLab's words are kept of every status")
	for range 2 { // the second updates the first
		require.NoError(t, c.Hook(t.Context(), int64(w.id), "http://127.0.0.1:1/hook", secret.New("s")))
	}
}

func credentialsWith(triggerToken secret.Value) vault.Credentials {
	return vault.Credentials{APIToken: secret.New(token), TriggerToken: triggerToken}
}
