package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/clusters"
	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/chat"
	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/views"
)

// people are the callers, by bearer token.
var people = map[string]identity.Grants{
	"viewer":    {Global: identity.Viewer},
	"narrow":    {Clusters: map[string]identity.Role{"campus": identity.Viewer}},
	"operator":  {Global: identity.Operator},
	"elsewhere": {Clusters: map[string]identity.Role{"campus": identity.Viewer, "other": identity.Operator}},
	"admin":     {Global: identity.Administrator},
}

type authenticator struct{}

func (authenticator) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	grants, ok := people[bearer]
	if !ok {
		return identity.Principal{}, fault.New(fault.Unauthenticated, "unknown")
	}
	return identity.Principal{UserID: bearer, Email: bearer + "@example.org", Name: bearer, Grants: grants}, nil
}

// world is the function over a fleet and a GitLab.
type world struct {
	*testing.T
	fleet   *allsetup.Fleet
	gitlab  *gitlabtest.Server
	clock   *gitlabtest.Clock
	project gitlabtest.ProjectInfo
	running *clustertest.Server
	handler http.Handler
}

func newWorld(t *testing.T) *world {
	clock := gitlabtest.NewClock(time.Time{})
	server := gitlabtest.Start(t, gitlabtest.Options{Clock: clock})
	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	keys, err := secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	quiet := slog.New(slog.DiscardHandler)
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(receiver.Close)
	w := &world{T: t, gitlab: server, clock: clock}
	w.project = server.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{
		"cluster.yml":                 "TF_VAR_cluster_name: campus\nTF_VAR_cluster_provider: aws\n",
		"instances/alpha/config.yml":  "LMS_HOST: alpha.example.org\n",
		"instances/broken/config.yml": "A: 1\nA: 2\n",
	}})
	w.fleet = allsetup.New(allsetup.Parts{
		KV: kvtest.OpenWithClock(t, clock.Now), Keys: keys, Now: clock.Now, Log: quiet,
		Transport: gitlab.NewTransport(gitlab.Options{AllowHTTP: true}),
		Webhook:   func(string) string { return receiver.URL },
		Chat:      chat.New(netguard.Policy{}),
	})
	w.handler = function.New(w.deps())
	return w
}

func (w *world) deps() function.Deps {
	return function.Deps{
		API:   faas.Options{Authenticator: authenticator{}, Log: slog.New(slog.DiscardHandler)},
		Fleet: w.fleet.Store, Segments: w.fleet.Store.Segments, Activity: w.fleet.Store.Activity, Projects: w.fleet.Projects, Usage: w.fleet.Usage, Notify: w.fleet.Notify, Sync: w.fleet.Sync, Open: w.open, NewID: setup.NewID, Now: w.clock.Now,
	}
}

// call gives the status and decodes the body into out, when there is one.
func (w *world) call(who, method, path string, body, out any, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	var sent bytes.Buffer
	if body != nil {
		require.NoError(w, json.NewEncoder(&sent).Encode(body))
	}
	r := httptest.NewRequestWithContext(w.Context(), method, path, &sent)
	r.Header.Set("Authorization", "Bearer "+who)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if out != nil {
		require.Less(w, rec.Code, 300, rec.Body.String())
		require.NoError(w, json.Unmarshal(rec.Body.Bytes(), out), rec.Body.String())
	}
	return rec
}

// request is the body that adds the project; it holds a canary in each secret.
func (w *world) request() map[string]any {
	return map[string]any{
		"gitlabUrl": w.gitlab.URL(), "project": "grove/campus", "apiToken": w.gitlab.AddToken(gitlabtest.TokenSpec{Value: "glpat-canary-1"}),
		"triggerToken": w.gitlab.AddTriggerToken(w.project.ID, "glptt-canary-2"), "gatewayUser": "canary-3", "gatewayPassword": "canary-4",
		"inspectorSecret": "canary-6-that-is-long-enough-for-one",
	}
}

func (w *world) add() {
	w.Helper()
	require.Equal(w, http.StatusCreated, w.call("admin", http.MethodPost, "/v1/projects", w.request(), nil).Code)
}

type checks struct {
	Checks []fleet.Check `json:"checks"`
}

func TestProjectFromFirstCheckToRemoval(t *testing.T) {
	w := newWorld(t)
	var seen []string
	keep := func(rec *httptest.ResponseRecorder) { seen = append(seen, rec.Body.String()) }

	var one checks
	keep(w.call("admin", http.MethodPost, "/v1/projects/check?check=token", w.request(), &one))
	require.Len(t, one.Checks, 1)
	assert.Equal(t, fleet.CheckPassed, one.Checks[0].State)

	var added struct {
		Project fleet.Project `json:"project"`
		Warning string        `json:"warning"`
	}
	keep(w.call("admin", http.MethodPost, "/v1/projects", w.request(), &added))
	assert.Equal(t, "campus", added.Project.ID)
	assert.Empty(t, added.Warning)
	again := w.call("admin", http.MethodPost, "/v1/projects", w.request(), nil)
	assert.Equal(t, http.StatusConflict, again.Code)
	assert.Contains(t, again.Body.String(), "project")

	var all checks
	keep(w.call("operator", http.MethodPost, "/v1/projects/campus/check", nil, &all))
	assert.Len(t, all.Checks, 13)
	var listed struct {
		Projects []struct {
			Project fleet.Project       `json:"project"`
			Health  fleet.ProjectHealth `json:"health"`
			Sync    fleet.SyncState     `json:"sync"`
		} `json:"projects"`
	}
	keep(w.call("operator", http.MethodGet, "/v1/projects", nil, &listed))
	require.Len(t, listed.Projects, 1)
	assert.False(t, listed.Projects[0].Sync.SucceededAt.IsZero())
	assert.Len(t, listed.Projects[0].Health.Checks, 13)

	keep(w.call("operator", http.MethodPatch, "/v1/projects/campus", map[string]any{"overrides": map[string]any{"region": "mars"}}, &added))
	assert.Equal(t, map[string]string{"region": "mars"}, added.Project.Overrides)
	var page struct {
		Cluster fleet.Cluster `json:"cluster"`
	}
	keep(w.call("viewer", http.MethodGet, "/v1/clusters/campus", nil, &page))
	assert.Equal(t, "mars", page.Cluster.Region)
	assert.Equal(t, []string{"region"}, page.Cluster.Overridden)
	assert.Empty(t, page.Cluster.Found, "the files name no region")
	keep(w.call("operator", http.MethodPatch, "/v1/projects/campus", map[string]any{"overrides": map[string]any{"provider": "mars", "region": nil}}, nil))
	page.Cluster = fleet.Cluster{}
	keep(w.call("viewer", http.MethodGet, "/v1/clusters/campus", nil, &page))
	assert.Equal(t, []string{"provider"}, page.Cluster.Overridden)
	assert.Equal(t, map[string]string{"provider": "aws"}, page.Cluster.Found)
	bad := w.call("operator", http.MethodPatch, "/v1/projects/campus", map[string]any{"overrides": map[string]any{"grafana": "javascript:x"}}, nil)
	assert.Equal(t, http.StatusUnprocessableEntity, bad.Code)
	assert.Contains(t, bad.Body.String(), "overrides.grafana")

	short := w.call("admin", http.MethodPut, "/v1/projects/campus/credentials", map[string]any{"inspectorSecret": "canary-7"}, nil)
	keep(short)
	assert.Equal(t, http.StatusUnprocessableEntity, short.Code)
	keep(w.call("admin", http.MethodPut, "/v1/projects/campus/credentials", map[string]any{"inspectorSecret": "canary-8-that-is-long-enough-for-one"}, nil))
	held, err := w.fleet.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.True(t, held.InspectorSecret.Matches("canary-8-that-is-long-enough-for-one"))
	wrong := w.call("admin", http.MethodPut, "/v1/projects/campus/credentials", map[string]any{"apiToken": "glpat-canary-5"}, nil)
	keep(wrong)
	assert.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	assert.Contains(t, wrong.Body.String(), "apiToken")
	keep(w.call("admin", http.MethodPost, "/v1/projects/campus/rotate", map[string]any{"what": "deployKey"}, &added))
	assert.NotEmpty(t, added.Project.DeployKey.Fingerprint)
	keep(w.call("admin", http.MethodPost, "/v1/projects/campus/rotate", map[string]any{"what": "webhookSecret"}, nil))

	assert.Equal(t, http.StatusUnprocessableEntity, w.call("admin", http.MethodDelete, "/v1/projects/campus?confirm=campu", nil, nil).Code)
	var removal struct{ Removed, Stays, Warnings []string }
	keep(w.call("admin", http.MethodDelete, "/v1/projects/campus?confirm=campus", nil, &removal))
	assert.NotEmpty(t, removal.Stays)
	assert.Empty(t, removal.Warnings)
	assert.Equal(t, http.StatusNotFound, w.call("admin", http.MethodGet, "/v1/projects/campus", nil, nil).Code)

	for _, text := range seen {
		assert.NotContains(t, text, "canary")
		assert.NotContains(t, text, "PRIVATE KEY")
	}
}

func TestAddingNeedNotWaitForTheFirstSync(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, http.StatusCreated, w.call("admin", http.MethodPost, "/v1/projects?later=true", w.request(), nil).Code)
	var page struct{ Cluster fleet.Cluster }
	w.call("admin", http.MethodGet, "/v1/clusters/campus", nil, &page)
	assert.Zero(t, page.Cluster.Sync.TriedAt)
	assert.Equal(t, fleet.Pending, page.Cluster.Lifecycle)
}

func TestGetCluster_HasItsFiles(t *testing.T) {
	w := newWorld(t)
	w.add()
	var page struct{ Files fleet.Files }
	w.call("viewer", http.MethodGet, "/v1/clusters/campus", nil, &page)
	assert.NotEmpty(t, page.Files.Commit)
	require.NotEmpty(t, page.Files.Files)
	assert.Equal(t, "cluster.yml", page.Files.Files[0].Path)
}

func TestActivity_ListsLifecyclesAndPipelines(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.clock.Advance(time.Minute)
	w.gitlab.Commit(w.project.ID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|7", Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: b.example.org\n"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))
	require.NoError(t, w.fleet.Sync(t.Context(), "campus"))
	w.clock.Advance(time.Minute)
	w.gitlab.Commit(w.project.ID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] alpha", SkipPipeline: true, Delete: []string{"instances/alpha"}})
	require.NoError(t, w.fleet.Sync(t.Context(), "campus"))

	var page struct {
		Activity []activity.Activity
		Next     string
	}
	w.call("viewer", http.MethodGet, "/v1/activity?limit=1", nil, &page)
	require.Len(t, page.Activity, 1)
	latest := page.Activity[0]
	assert.Equal(t, []string{"alpha", "lifecycle", "active", "archived"}, []string{latest.Instance, latest.Kind, latest.From, latest.To})
	var kinds []string
	for next := page.Next; next != ""; next = page.Next {
		page.Next = ""
		w.call("viewer", http.MethodGet, "/v1/activity?limit=1&after="+next, nil, &page)
		for _, a := range page.Activity {
			kinds = append(kinds, a.Kind+" "+a.Instance+" "+a.To)
		}
	}
	assert.Contains(t, kinds, "pipeline alpha success")

	for query, kept := range map[string]func(activity.Activity) bool{
		"instance=alpha&kind=lifecycle":               func(a activity.Activity) bool { return a.Instance == "alpha" && a.Kind == "lifecycle" },
		"cluster=campus&kind=pipeline&kind=lifecycle": func(a activity.Activity) bool { return a.Kind == "pipeline" || a.Kind == "lifecycle" },
		"to=archived&to=success":                      func(a activity.Activity) bool { return a.To == "archived" || a.To == "success" },
	} {
		page.Activity = nil
		w.call("viewer", http.MethodGet, "/v1/activity?"+query, nil, &page)
		assert.NotEmpty(t, page.Activity, query)
		for _, a := range page.Activity {
			assert.True(t, kept(a), "%s: %+v", query, a)
		}
	}
	for _, none := range []string{"cluster=other", "instance=beta", "to=failed"} {
		page.Activity = nil
		w.call("viewer", http.MethodGet, "/v1/activity?"+none, nil, &page)
		assert.Empty(t, page.Activity, none)
	}
	assert.Equal(t, http.StatusUnprocessableEntity, w.call("viewer", http.MethodGet, "/v1/activity?kind=gossip", nil, nil).Code)

	w.clock.Advance(91 * 24 * time.Hour)
	w.call("viewer", http.MethodGet, "/v1/activity", nil, &page)
	assert.Empty(t, page.Activity, "it ends after ninety days")
}

func TestNobodySeesWhatIsNotTheirs(t *testing.T) {
	w := newWorld(t)
	w.add()
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "hidden", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "hidden", Name: "hidden", Lifecycle: fleet.Active}}
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "hidden", Name: "hidden-one", Lifecycle: fleet.Active, Health: fleet.HealthState{State: fleet.Failed}}})
		return c, nil
	}))
	for _, path := range []string{"/v1/instances", "/v1/clusters", "/v1/overview", "/v1/activity"} {
		assert.Contains(t, w.call("viewer", http.MethodGet, path, nil, nil).Body.String(), "hidden", path)
		assert.NotContains(t, w.call("narrow", http.MethodGet, path, nil, nil).Body.String(), "hidden", path)
	}
}

func TestViewsArePrivateSharedAndDefault(t *testing.T) {
	w := newWorld(t)
	var mine, ours views.View
	rec := w.call("viewer", http.MethodPost, "/v1/views", map[string]any{"name": "Mine", "query": "health=failed", "default": true}, &mine)
	assert.Equal(t, http.StatusCreated, rec.Code)
	assert.Equal(t, http.StatusForbidden, w.call("viewer", http.MethodPost, "/v1/views", map[string]any{"name": "x", "query": "", "shared": true}, nil).Code)
	w.call("operator", http.MethodPost, "/v1/views", map[string]any{"name": "Ours", "query": "provider=aws", "shared": true}, &ours)

	var list struct {
		Views   []views.View
		Default string
	}
	w.call("viewer", http.MethodGet, "/v1/views", nil, &list)
	assert.Len(t, list.Views, 2)
	assert.Equal(t, mine.ID, list.Default)
	w.call("admin", http.MethodGet, "/v1/views", nil, &list)
	require.Len(t, list.Views, 1)
	assert.Equal(t, "Ours", list.Views[0].Name)

	changed := map[string]any{"name": "Ours", "query": "provider=digitalocean", "shared": true}
	assert.Equal(t, http.StatusForbidden, w.call("viewer", http.MethodPut, "/v1/views/"+ours.ID, changed, nil).Code)
	same := map[string]any{"name": "Ours", "query": "provider=aws", "shared": true, "default": true}
	assert.Equal(t, http.StatusOK, w.call("viewer", http.MethodPut, "/v1/views/"+ours.ID, same, nil).Code, "a default is one's own")
	assert.Equal(t, http.StatusNotFound, w.call("admin", http.MethodDelete, "/v1/views/"+mine.ID, nil, nil).Code)
	assert.Equal(t, http.StatusNoContent, w.call("operator", http.MethodDelete, "/v1/views/"+ours.ID, nil, nil).Code)
	w.call("viewer", http.MethodGet, "/v1/views", nil, &list)
	assert.Len(t, list.Views, 1)
	assert.Equal(t, http.StatusUnprocessableEntity, w.call("viewer", http.MethodPost, "/v1/views", map[string]any{"name": "x", "query": "%zz"}, nil).Code)
}

// A role on one cluster shows nothing of another's project.
func TestProjects_AreListedByTheRoleInTheirCluster(t *testing.T) {
	w := newWorld(t)
	w.add()
	assert.Contains(t, w.call("operator", http.MethodGet, "/v1/projects", nil, nil).Body.String(), `"campus"`)
	rec := w.call("elsewhere", http.MethodGet, "/v1/projects", nil, nil)
	assert.Equal(t, http.StatusOK, rec.Code)
	assert.NotContains(t, rec.Body.String(), `"campus"`)
}

// Other people's views are neither changed nor removed, and one that names a cluster shows
// only to who sees that cluster.
func TestViewsOfOthers(t *testing.T) {
	w := newWorld(t)
	var ours, hidden views.View
	w.call("operator", http.MethodPost, "/v1/views", map[string]any{"name": "Ours", "query": "provider=aws", "shared": true}, &ours)
	w.call("operator", http.MethodPost, "/v1/views", map[string]any{"name": "Hidden", "query": "cluster=campus&cluster=hidden", "shared": true}, &hidden)
	private := map[string]any{"name": "Taken", "query": "provider=aws"}
	assert.Equal(t, http.StatusForbidden, w.call("viewer", http.MethodPut, "/v1/views/"+ours.ID, private, nil).Code)
	assert.Equal(t, http.StatusForbidden, w.call("viewer", http.MethodDelete, "/v1/views/"+ours.ID, nil, nil).Code)
	assert.Contains(t, w.call("viewer", http.MethodGet, "/v1/views", nil, nil).Body.String(), "Hidden")
	list := w.call("narrow", http.MethodGet, "/v1/views", nil, nil).Body.String()
	assert.Contains(t, list, "Ours")
	assert.NotContains(t, list, "Hidden")
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		assert.Equal(t, http.StatusNotFound, w.call("narrow", method, "/v1/views/"+hidden.ID, private, nil).Code, method)
	}
	assert.Equal(t, http.StatusOK, w.call("admin", http.MethodPut, "/v1/views/"+ours.ID, private, nil).Code, "administrators look after all")
}

// The second look at a list costs next to nothing on the wire.
func TestSecondViewIsSmall(t *testing.T) {
	w := newWorld(t)
	w.add()
	etag := w.call("viewer", http.MethodGet, "/v1/instances", nil, nil).Header().Get("ETag")
	rec := w.call("viewer", http.MethodGet, "/v1/instances", nil, nil, "If-None-Match", etag)
	require.Equal(t, http.StatusNotModified, rec.Code)
	wire, err := httputil.DumpResponse(rec.Result(), true)
	require.NoError(t, err)
	date := len("Date: Sun, 22 Nov 2026 12:00:00 GMT\r\n") // that a server adds
	assert.LessOrEqual(t, len(wire)+date, 200, strings.ToValidUTF8(string(wire), ""))

	w.gitlab.Commit(w.project.ID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: b.example.org\n"}})
	require.NoError(t, w.fleet.Sync(t.Context(), "campus"))
	rec = w.call("viewer", http.MethodGet, "/v1/instances", nil, nil, "If-None-Match", etag)
	assert.Equal(t, http.StatusOK, rec.Code)
	assert.Contains(t, rec.Body.String(), "beta")
	narrow := w.call("narrow", http.MethodGet, "/v1/instances", nil, nil, "If-None-Match", rec.Header().Get("ETag"))
	assert.Equal(t, http.StatusOK, narrow.Code, "another's tag is not one's own")
}

// Every route that pages poll answers 304 until something changes.
func TestPolledRoutes_AnswerNotModified(t *testing.T) {
	w := newWorld(t)
	w.add()
	for n, path := range []string{"/v1/overview", "/v1/activity", "/v1/activity?kind=lifecycle", "/v1/clusters/campus", "/v1/clusters", "/v1/instances"} {
		t.Run(path, func(t *testing.T) {
			first := w.call("viewer", http.MethodGet, path, nil, nil)
			require.Equal(t, http.StatusOK, first.Code, first.Body)
			tag := first.Header().Get("ETag")
			require.NotEmpty(t, tag)
			assert.Equal(t, "private, no-cache", first.Header().Get("Cache-Control"))
			again := w.call("viewer", http.MethodGet, path, nil, nil, "If-None-Match", tag)
			require.Equal(t, http.StatusNotModified, again.Code)
			assert.Empty(t, again.Body.String())

			require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
				c.Cluster.Lifecycle = []fleet.Lifecycle{fleet.Active, fleet.Pending}[n%2]
				c.Cluster.Region = path
				return c, nil
			}))
			changed := w.call("viewer", http.MethodGet, path, nil, nil, "If-None-Match", tag)
			require.Equal(t, http.StatusOK, changed.Code)
			assert.NotEqual(t, tag, changed.Header().Get("ETag"))
		})
	}
}
