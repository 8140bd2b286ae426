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
	"github.com/open-craft/ocim/shared/usage"
)

type source struct {
	Outcome, Error string
	AsOf           time.Time
}

// None of those that are asked takes another along.
func TestRefresh_DistinguishesItsSources(t *testing.T) {
	down := fault.New(fault.Unavailable, "It answers 502.")
	again := noon.Add(time.Second)
	read := [3]source{{Outcome: "read", AsOf: noon}, {Outcome: "read", AsOf: again}, {Outcome: "read", AsOf: again}}
	type says struct {
		of   int
		want source
	}
	for name, tt := range map[string]struct {
		gitlab, cluster, usage error
		otherwise              []says // than that all were read
	}{
		"all read":           {},
		"GitLab is down":     {down, nil, nil, []says{{0, source{"failed", "It answers 502.", noon}}}},
		"a token is refused": {fault.New(fault.Upstream, "GitLab refused the API token"), nil, nil, []says{{0, source{"failed", "GitLab refused the API token", noon}}}},
		"already under way":  {fault.New(fault.Conflict, "held"), nil, nil, []says{{0, source{Outcome: "busy", AsOf: noon}}}},
		"the cluster is":     {nil, down, nil, []says{{1, source{Outcome: "failed", Error: "It answers 502."}}}},
		"all are":            {down, down, down, []says{{0, source{"failed", "It answers 502.", noon}}, {1, source{Outcome: "failed", Error: "It answers 502."}}, {2, source{"failed", "It answers 502.", noon}}}},
		"too slow":           {nil, context.DeadlineExceeded, nil, []says{{1, source{Outcome: "failed", Error: "The request timed out."}}}},
		"no inspector":       {nil, fault.Wrap(fault.Unavailable, health.ErrNoInspector, "Enter its secret."), nil, []says{{1, source{Outcome: "unset", Error: "Enter its secret."}}}},
		"the report is down": {nil, nil, down, []says{{2, source{"failed", "It answers 502.", noon}}}},
		"the report is slow": {nil, nil, context.DeadlineExceeded, []says{{2, source{"failed", "The request timed out.", noon}}}},
		"no report":          {nil, nil, fault.Wrap(fault.Unavailable, usage.ErrNoReport, "Deploy it there."), []says{{2, source{"unset", "Deploy it there.", noon}}}},
		"it is asked":        {nil, nil, fault.New(fault.Conflict, "held"), []says{{2, source{Outcome: "busy", AsOf: noon}}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newRunningWorld(t, false)
			w.syncErr = tt.gitlab
			w.observe = func(ctx context.Context, project string) error {
				if tt.cluster == nil {
					require.NoError(t, w.fleet.SaveObservation(ctx, fleet.Observation{Project: project, At: again}))
				}
				return tt.cluster
			}
			require.NoError(t, w.fleet.SaveUsageState(t.Context(), fleet.UsageState{Project: "campus", CollectedAt: noon}))
			w.collect = func(ctx context.Context, project string) error {
				if tt.usage == nil {
					require.NoError(t, w.fleet.SaveUsageState(ctx, fleet.UsageState{Project: project, CollectedAt: again}))
				}
				return tt.usage
			}
			var answer struct {
				page
				GitLab, Cluster, Usage, Site source
			}
			require.Equal(t, http.StatusOK, w.call(t, http.MethodPost, demo+"/refresh", "campus", &answer))
			assert.Equal(t, []string{"campus"}, w.synced)
			assert.Equal(t, "demo", answer.Instance.Name)
			want := read
			for _, s := range tt.otherwise {
				want[s.of] = s.want
			}
			assert.Equal(t, want, [3]source{answer.GitLab, answer.Cluster, answer.Usage})
			assert.Equal(t, source{Outcome: "read"}, answer.Site)
			assert.Equal(t, []string{"campus/demo"}, w.visited)
		})
	}
	w := newWorld(t)
	assert.Equal(t, http.StatusNotFound, w.call(t, http.MethodPost, "/v1/clusters/nowhere/instances/demo/refresh", "nowhere", new(any)))
}

// None that is slow keeps another waiting; and what may take long is bounded.
func TestRefreshAsksAllAtOnce(t *testing.T) {
	w := newRunningWorld(t, false)
	syncing, observing, collecting := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.sync = func() { close(syncing); <-collecting }
	w.observe = func(context.Context, string) error {
		<-syncing
		close(observing)
		return nil
	}
	w.collect = func(ctx context.Context, _ string) error {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded)
		<-observing
		close(collecting)
		return nil
	}
	assert.Equal(t, http.StatusOK, w.call(t, http.MethodPost, demo+"/refresh", "campus", new(any)))
}

func TestDrift_DiffersFromUndeployedChanges(t *testing.T) {
	w := newRunningWorld(t, false)
	require.NoError(t, w.fleet.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Row("demo").Settings = map[string]string{"DOCKER_IMAGE_OPENEDX": "r.example.org/openedx:2", "GROVE_LMS_MAX_REPLICAS": "3", "K8S_CADDY_REPLICAS": "1"}
		return c, nil
	}))
	var got struct {
		At                      time.Time
		Commit, Deployed, Error string
		Deploying               bool
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

	pipeline := func(status fleet.PipelineStatus) {
		t.Helper()
		require.NoError(t, w.fleet.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
			c.Row("demo").Instance.Pipeline = &fleet.PipelineSummary{ID: 9, Status: status}
			return c, nil
		}))
	}
	pipeline(fleet.StatusRunning)
	assert.Empty(t, causes(), "no causes while the instance is being deployed")
	assert.True(t, got.Deploying)
	pipeline(fleet.StatusFailed)
	assert.NotEmpty(t, causes())

	assert.Equal(t, http.StatusConflict, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/wanted/drift", "campus", new(any)))
	assert.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, demo+"/drift", "other", new(any)))
	assert.Equal(t, http.StatusServiceUnavailable, newRunningWorld(t, true).call(t, http.MethodGet, demo+"/drift", "campus", new(any)))
}
