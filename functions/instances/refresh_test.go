package function_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/operation"
)

type source struct {
	Outcome, Error string
	AsOf           time.Time
}

// Neither of the two that are asked takes the other along.
func TestRefreshTellsBothApart(t *testing.T) {
	down := fault.New(fault.Unavailable, "It answers 502.")
	for name, tt := range map[string]struct {
		gitlab, cluster       error
		wantGitLab, wantAgain source
	}{
		"both read":          {nil, nil, source{Outcome: "read", AsOf: noon}, source{Outcome: "read", AsOf: noon.Add(time.Second)}},
		"GitLab is down":     {down, nil, source{"failed", "It answers 502.", noon}, source{Outcome: "read", AsOf: noon.Add(time.Second)}},
		"a token is refused": {fault.New(fault.Refused, "GitLab refused the API token"), nil, source{"failed", "GitLab refused the API token", noon}, source{Outcome: "read", AsOf: noon.Add(time.Second)}},
		"already under way":  {fault.New(fault.Conflict, "held"), nil, source{Outcome: "busy", AsOf: noon}, source{Outcome: "read", AsOf: noon.Add(time.Second)}},
		"the cluster is":     {nil, down, source{Outcome: "read", AsOf: noon}, source{Outcome: "failed", Error: "It answers 502."}},
		"both are":           {down, down, source{"failed", "It answers 502.", noon}, source{Outcome: "failed", Error: "It answers 502."}},
		"too slow":           {nil, context.DeadlineExceeded, source{Outcome: "read", AsOf: noon}, source{Outcome: "failed", Error: "It did not answer in time."}},
		"no inspector":       {nil, fault.Wrap(fault.Unavailable, health.ErrNoInspector, "Enter its secret."), source{Outcome: "read", AsOf: noon}, source{Outcome: "unset", Error: "Enter its secret."}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newRunningWorld(t, false)
			w.syncErr = tt.gitlab
			w.observe = func(ctx context.Context, project string) error {
				if tt.cluster == nil {
					require.NoError(t, w.fleet.SaveObservation(ctx, fleet.Observation{Project: project, At: noon.Add(time.Second)}))
				}
				return tt.cluster
			}
			var answer struct {
				page
				GitLab, Cluster source
			}
			require.Equal(t, http.StatusOK, w.call(t, http.MethodPost, demo+"/refresh", "campus", &answer))
			assert.Equal(t, []string{"campus"}, w.synced)
			assert.Equal(t, "demo", answer.Instance.Name)
			assert.Equal(t, tt.wantGitLab, answer.GitLab)
			assert.Equal(t, tt.wantAgain, answer.Cluster)
		})
	}
	w := newWorld(t)
	assert.Equal(t, http.StatusNotFound, w.call(t, http.MethodPost, "/v1/clusters/nowhere/instances/demo/refresh", "nowhere", new(any)))
}

// A slow GitLab does not keep the cluster waiting, nor the other way round.
func TestRefreshAsksBothAtOnce(t *testing.T) {
	w := newRunningWorld(t, false)
	syncing, observing := make(chan struct{}), make(chan struct{})
	w.sync = func() { close(syncing); <-observing }
	w.observe = func(context.Context, string) error {
		<-syncing
		close(observing)
		return nil
	}
	assert.Equal(t, http.StatusOK, w.call(t, http.MethodPost, demo+"/refresh", "campus", new(any)))
}

func TestDriftIsToldFromUndeployedChanges(t *testing.T) {
	w := newRunningWorld(t, false)
	require.NoError(t, w.fleet.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Row("demo").Settings = map[string]string{"DOCKER_IMAGE_OPENEDX": "r.example.org/openedx:2", "GROVE_LMS_MAX_REPLICAS": "3", "K8S_CADDY_REPLICAS": "1"}
		return c, nil
	}))
	var got struct {
		At                      time.Time
		Commit, Deployed, Error string
		Differences             []grove.Difference
	}
	causes := func() map[string]grove.Cause {
		t.Helper()
		require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, demo+"/drift", "campus", &got))
		out := map[string]grove.Cause{}
		for _, d := range got.Differences {
			out[d.Workload+" "+d.What] = d.Cause
		}
		return out
	}
	w.latest = operation.Deployed{Commit: "old", Configured: &grove.Configured{Settings: map[string]string{
		"DOCKER_IMAGE_OPENEDX": "registry.example.org/demo/openedx:latest", "GROVE_LMS_MAX_REPLICAS": "3",
	}}}
	assert.Equal(t, map[string]grove.Cause{
		"cms image": grove.Undeployed, "cms-worker image": grove.Undeployed, "lms image": grove.Undeployed, "lms-worker image": grove.Undeployed,
		"lms maxReplicas": grove.Drifted,
	}, causes())
	assert.Equal(t, "abc", got.Commit)
	assert.Equal(t, "old", got.Deployed)
	assert.Equal(t, noon, got.At)

	w.latest, w.gitlab = operation.Deployed{}, fault.New(fault.Unavailable, "GitLab answers 502.")
	assert.Equal(t, grove.Untold, causes()["lms maxReplicas"], "GitLab takes nothing else along")
	assert.Equal(t, "GitLab answers 502.", got.Error)

	assert.Equal(t, http.StatusConflict, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/wanted/drift", "campus", new(any)))
	assert.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, demo+"/drift", "other", new(any)))
	assert.Equal(t, http.StatusServiceUnavailable, newRunningWorld(t, true).call(t, http.MethodGet, demo+"/drift", "campus", new(any)))
}
