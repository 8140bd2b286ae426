package function_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/instances"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/redact"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// byCluster lets everyone in as a viewer of the cluster that the token names, or
// with the role behind it, as in campus:operator.
type byCluster struct{}

func (byCluster) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	cluster, role, given := strings.Cut(bearer, ":")
	if !given {
		role = string(identity.Viewer)
	}
	return identity.Principal{UserID: "u1", Grants: identity.Grants{Clusters: map[string]identity.Role{cluster: identity.Role(role)}}}, nil
}

type world struct {
	http.Handler
	fleet   *fleetstore.Store
	cluster *clustertest.Server
	syncErr error
	synced  []string
	visited []string
	sync    func()
	observe func(ctx context.Context, project string) error
	collect func(ctx context.Context, project string) error
	latest  operation.Deployed
	gitlab  error // of asking what was deployed
	views   []string

	redacted []string // of which logs
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, kvtest.OpenWithClock(t, func() time.Time { return noon }))
}

func newWorldOn(t *testing.T, store kv.Store) *world {
	t.Helper()
	w := &world{fleet: fleetstore.New(store, func() time.Time { return noon })}
	w.Handler = function.New(function.Deps{
		API: faas.Options{Authenticator: byCluster{}, Log: slog.New(slog.DiscardHandler)}, Fleet: w.fleet, Segments: w.fleet.Segments,
		Sync: func(_ context.Context, project string) error {
			w.synced = append(w.synced, project)
			if w.sync != nil {
				w.sync()
			}
			return w.syncErr
		},
		Observe: func(ctx context.Context, project string) error { return w.observe(ctx, project) },
		Visit: func(_ context.Context, project, instance string) error {
			w.visited = append(w.visited, project+"/"+instance)
			return nil
		},
		Collect: func(ctx context.Context, project string) error { return w.collect(ctx, project) },
		Deployed: func(context.Context, fleet.Project, string) (operation.Deployed, error) {
			return w.latest, w.gitlab
		},
		Redact: func(_ context.Context, project fleet.Project, instances []string, commits ...string) (*redact.Redactor, error) {
			w.redacted = append(w.redacted, fmt.Sprint(project.ID, instances, commits))
			return redact.New([]string{"mysql' (115)\")"})
		},
		Open: w.open, Viewed: func(_ context.Context, by audit.Actor, action, target string) error {
			w.views = append(w.views, by.UserID+" "+action+" "+target)
			return nil
		}, Now: func() time.Time { return noon },
	})
	ctx := t.Context()
	require.NoError(t, w.fleet.ChangeChunk(ctx, "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus"}}
		c.SetRow(fleet.Row{Digest: "d", Instance: fleet.Instance{Cluster: "campus", Name: "demo", Lifecycle: fleet.Active}})
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: "wanted", Lifecycle: fleet.Pending}})
		return c, nil
	}))
	require.NoError(t, w.fleet.SaveInstanceFiles(ctx, "campus", "demo", fleet.Files{
		Commit: "abc", Files: []fleet.File{{Path: "instances/demo/config.yml", Text: "LMS_HOST: demo.example.org\n"}},
	}))
	_, _, err := w.fleet.RecordPipeline(ctx, fleet.Pipeline{
		Cluster: "campus", ID: 7, Status: fleet.StatusSuccess, Operation: fleet.Update, SHA: "abc", UpdatedAt: noon,
		Deployments: []fleet.Deployment{{Instance: "demo", ID: "9"}},
	}, fleet.FromEvent)
	require.NoError(t, err)
	require.NoError(t, w.fleet.SaveSyncRecord(ctx, fleet.SyncRecord{Project: "campus", State: fleet.SyncState{Commit: "abc", SucceededAt: noon}}))
	return w
}

func (w *world) call(t *testing.T, method, path, token string, into any) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), into), rec.Body.String())
	return rec.Code
}

type page struct {
	Instance   fleet.Instance
	Files      *fleet.Files
	Pipelines  []fleet.Pipeline
	Operations []fleet.Operation
	Sync       fleet.SyncState
}

func TestInstanceIsShownWhole(t *testing.T) {
	w := newWorld(t)
	var p page
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/demo", "campus", &p))
	assert.Equal(t, "demo", p.Instance.Name)
	require.NotNil(t, p.Files)
	assert.Equal(t, "LMS_HOST: demo.example.org\n", p.Files.Files[0].Text)
	require.Len(t, p.Pipelines, 1)
	assert.Equal(t, int64(7), p.Pipelines[0].ID)
	assert.Equal(t, noon, p.Sync.SucceededAt)
}

func TestInstanceThatIsNotInGitHasNoFiles(t *testing.T) {
	w := newWorld(t)
	var p page
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/wanted", "campus", &p))
	assert.Nil(t, p.Files)
	assert.NotNil(t, p.Pipelines, "a list is never null")
	assert.NotNil(t, p.Operations)
}

func TestWhatMayNotBeSeenLooksLikeWhatIsNotThere(t *testing.T) {
	w := newWorld(t)
	var hidden, missing faas.Problem
	assert.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/demo", "other", &hidden))
	assert.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, "/v1/clusters/nowhere/instances/demo", "nowhere", &missing))
	hidden.Instance, missing.Instance = "", ""
	assert.Equal(t, missing, hidden)

	var p faas.Problem
	assert.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/none", "campus", &p))
	assert.Contains(t, p.Detail, "none")
}

func TestGetInstance_AnswersNotModified(t *testing.T) {
	w := newWorld(t)
	get := func(tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/clusters/campus/instances/demo", nil)
		r.Header.Set("Authorization", "Bearer campus")
		r.Header.Set("If-None-Match", tag)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		return rec
	}
	first := get("")
	require.Equal(t, http.StatusOK, first.Code)
	tag := first.Header().Get("ETag")
	require.NotEmpty(t, tag)
	again := get(tag)
	assert.Equal(t, http.StatusNotModified, again.Code)
	assert.Empty(t, again.Body.String())

	_, _, err := w.fleet.RecordPipeline(t.Context(), fleet.Pipeline{
		Cluster: "campus", ID: 999, Status: fleet.StatusRunning, Ref: "main", UpdatedAt: noon, Deployments: []fleet.Deployment{{Instance: "demo"}},
	}, fleet.FromEvent)
	require.NoError(t, err)
	changed := get(tag)
	assert.Equal(t, http.StatusOK, changed.Code, "a pipeline shows, though the list does not change")
	assert.NotEqual(t, tag, changed.Header().Get("ETag"))
}

// TestInstanceShowsSharedHosts shows at the file what was found by comparing the fleet.
func TestInstanceShowsSharedHosts(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.fleet.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		row := c.Row("demo")
		row.Instance.LMSURL = "https://demo.example.org"
		grove.SetSharedHosts(row, []string{"demo.example.org"})
		return c, nil
	}))
	var p page
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/demo", "campus", &p))
	require.Len(t, p.Files.Files[0].Problems, 1)
	assert.Equal(t, "LMS_HOST is demo.example.org, which another instance has, too.", p.Files.Files[0].Problems[0].Message)
}
