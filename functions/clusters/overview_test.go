package function_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/clusters"
	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

type overview struct {
	Clusters, Instances, AttentionTotal int
	Lifecycles                          map[string]int
	Attention                           []struct {
		Cluster, Instance, Reason, Severity, Detail, NextStep string
		Pipeline                                              int64
	}
	Running  []struct{ Cluster, Instance string }
	Activity []activity.Activity
}

func TestOverviewSaysWhatNeedsAttentionAndWhy(t *testing.T) {
	w := newWorld(t)
	w.add()
	var o overview
	look := func(who string) {
		o = overview{}
		w.call(who, http.MethodGet, "/v1/overview", nil, &o)
	}
	look("viewer")
	assert.Equal(t, 1, o.Clusters)
	assert.Equal(t, 2, o.Instances)
	assert.Equal(t, map[string]int{"active": 2}, o.Lifecycles)
	require.Len(t, o.Attention, 1)
	assert.Equal(t, 1, o.AttentionTotal)
	assert.Equal(t, "broken", o.Attention[0].Instance)
	assert.Equal(t, "files", o.Attention[0].Reason)
	assert.Contains(t, o.Attention[0].Detail, "instances/broken/config.yml:2:1")

	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Row("alpha").Instance.Health = fleet.HealthState{State: fleet.Failed, Reason: "The image is missing.", NextStep: "Push it."}
		return c, nil
	}))
	look("viewer")
	require.Len(t, o.Attention, 2)
	assert.Equal(t, "The image is missing. Push it.", o.Attention[0].Detail+" "+o.Attention[0].NextStep)
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Row("alpha").Instance.Health = fleet.HealthState{State: fleet.Healthy}
		c.Row("alpha").Instance.Drift = &fleet.Drift{Reason: "lms has at most 4 instead of 10 replicas", At: w.clock.Now()}
		return c, nil
	}))
	w.call("viewer", http.MethodGet, "/v1/overview", nil, &o)
	require.Len(t, o.Attention, 2)
	drift := o.Attention[0]
	assert.Equal(t, [2]string{"alpha", "drift"}, [2]string{drift.Instance, drift.Reason})
	assert.Equal(t, "lms has at most 4 instead of 10 replicas. An update brings it back to what git says.", drift.Detail+" "+drift.NextStep)
	var page fleet.InstancePage
	w.call("viewer", http.MethodGet, "/v1/instances?drift=drifted", nil, &page)
	require.Len(t, page.Instances, 1)
	assert.Equal(t, "alpha", page.Instances[0].Name)
	assert.Equal(t, map[string]int{"drifted": 1}, page.Facets.Drifts)
	assert.Equal(t, http.StatusUnprocessableEntity, w.call("viewer", http.MethodGet, "/v1/instances?drift=x", nil, nil).Code)
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Row("alpha").Instance.Drift = nil
		return c, nil
	}))

	// Pipelines of the cluster itself, and of deleted instances, belong to no instance.
	failed := func(id int64, of ...fleet.Deployment) {
		require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
			c.Cluster.Pipeline = &fleet.PipelineSummary{ID: id, Status: fleet.StatusFailed}
			for _, d := range of {
				c.Row(d.Instance).Instance.Pipeline = c.Cluster.Pipeline
			}
			return c, nil
		}))
		look("viewer")
		require.Len(t, o.Attention, 2)
		assert.Equal(t, "pipeline", o.Attention[0].Reason)
		assert.Equal(t, id, o.Attention[0].Pipeline)
	}
	failed(77)
	assert.Empty(t, o.Attention[0].Instance)
	failed(78, fleet.Deployment{Instance: "alpha"})
	assert.Equal(t, "alpha", o.Attention[0].Instance, "and it is listed once")
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Cluster.Pipeline, c.Row("alpha").Instance.Pipeline = nil, nil
		return c, nil
	}))

	w.gitlab.ArchiveProject(w.project.ID, true)
	_, err := w.fleet.Projects.CheckProject(t.Context(), "campus", "")
	require.NoError(t, err)
	look("viewer")
	require.Len(t, o.Attention, 2)
	assert.Equal(t, "project", o.Attention[0].Reason)
	assert.Contains(t, o.Attention[0].Detail, "is archived")
	assert.Contains(t, o.Attention[0].NextStep, "Unarchive it")
	w.gitlab.ArchiveProject(w.project.ID, false)
	_, err = w.fleet.Projects.CheckProject(t.Context(), "campus", "")
	require.NoError(t, err)

	w.clock.Advance(time.Minute)
	w.gitlab.RevokeToken("glpat-canary-1")
	require.Error(t, w.fleet.Sync(t.Context(), "campus"))
	look("narrow")
	require.Len(t, o.Attention, 2)
	assert.Equal(t, "sync", o.Attention[0].Reason, "the worst first")
	require.NotEmpty(t, o.Activity)
	assert.Equal(t, "sync", o.Activity[0].Kind)
	assert.Equal(t, "failed", o.Activity[0].To)
}

func TestOverview_ShowsTheFirstPipelinesAtWork(t *testing.T) {
	w := newWorld(t)
	look := func() (o overview) {
		require.Equal(t, http.StatusOK, w.call("viewer", http.MethodGet, "/v1/overview", nil, &o).Code)
		return o
	}
	for _, clusters := range []int{1, 50, 60} {
		for i := range clusters {
			id := fmt.Sprintf("c%02d", i)
			require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) {
				return &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Lifecycle: fleet.Active, Online: fleet.Online{State: "offline"}, Pipeline: &fleet.PipelineSummary{ID: int64(i + 1), Status: fleet.StatusRunning}}}, nil
			}))
		}
		o, want := look(), min(clusters, 50)
		require.Len(t, o.Running, want)
		assert.Equal(t, "c00", o.Running[0].Cluster)
		assert.Equal(t, fmt.Sprintf("c%02d", want-1), o.Running[want-1].Cluster)
		assert.Equal(t, clusters, o.AttentionTotal)
	}
}

// A pipeline of the cluster that failed is listed for the cluster, unless an instance
// that is there reports it.
func TestOverview_ListsAFailedPipelineOnce(t *testing.T) {
	failed := func(id int64) *fleet.PipelineSummary {
		return &fleet.PipelineSummary{ID: id, Status: fleet.StatusFailed}
	}
	of := func(l fleet.Lifecycle, p *fleet.PipelineSummary) []fleet.Row {
		return []fleet.Row{{Instance: fleet.Instance{Cluster: "campus", Name: "alpha", Lifecycle: l, Pipeline: p}}}
	}
	tests := []struct {
		name        string
		newest, own *fleet.PipelineSummary
		rows        []fleet.Row
		want        map[string]int64 // pipelines by instance; the cluster has no name
	}{
		{"the newest is the cluster's own", failed(1), failed(1), nil, map[string]int64{"": 1}},
		{"the newest is that of an active instance", failed(2), failed(1), of(fleet.Active, failed(2)), map[string]int64{"alpha": 2, "": 1}},
		{"the newest is that of a pending instance", failed(2), nil, of(fleet.Pending, failed(2)), map[string]int64{"alpha": 2}},
		{"the newest is that of an archived instance", failed(2), nil, of(fleet.Archived, failed(2)), map[string]int64{"": 2}},
		{"the newest succeeded", &fleet.PipelineSummary{ID: 2, Status: fleet.StatusSuccess}, nil, nil, map[string]int64{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
				return &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Lifecycle: fleet.Active, Pipeline: tt.newest, OwnPipeline: tt.own}, Rows: tt.rows}, nil
			}))
			var o overview
			w.call("viewer", http.MethodGet, "/v1/overview", nil, &o)
			got := map[string]int64{}
			for _, a := range o.Attention {
				if a.Reason == "pipeline" {
					got[a.Instance] = a.Pipeline
				}
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, len(tt.want), o.AttentionTotal)
		})
	}
}

func TestOverview_NamesTheFirstProblemOfFiles(t *testing.T) {
	tests := []struct {
		problems []fleet.FileProblem
		want     string
	}{
		{[]fleet.FileProblem{{File: "cluster.yml", Message: "is missing"}}, "cluster.yml: is missing"},
		{[]fleet.FileProblem{{File: "cluster.yml", Line: 1, Column: 3, Message: "is odd"}}, "cluster.yml:1:3: is odd"},
		{[]fleet.FileProblem{{File: "a.yml", Message: "is odd"}, {File: "b.yml"}, {File: "c.yml"}}, "a.yml: is odd (and 2 more)"},
	}
	for _, tt := range tests {
		w := newWorld(t)
		require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
			return &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Lifecycle: fleet.Active, Problems: tt.problems}}, nil
		}))
		var o overview
		w.call("viewer", http.MethodGet, "/v1/overview", nil, &o)
		require.Len(t, o.Attention, 1)
		assert.Equal(t, tt.want, o.Attention[0].Detail)
	}
}

func TestOverview_RanksSites(t *testing.T) {
	w := newWorld(t)
	w.add()
	for state, severity := range map[fleet.SiteState]string{fleet.SiteDown: "failed", fleet.SiteDegraded: "degraded"} {
		require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
			c.Row("alpha").Instance.Site = &fleet.Site{State: state, Reason: "The site does not answer.", At: w.clock.Now()}
			return c, nil
		}))
		var o overview
		w.call("viewer", http.MethodGet, "/v1/overview", nil, &o)
		got := map[string]string{}
		for _, a := range o.Attention {
			got[a.Reason] = a.Severity
		}
		assert.Equal(t, severity, got["site"], state)
	}
}

// What was added or changed is kept even where the sync after it fails; the answer says so.
func TestProjects_WarnOfAFailedSync(t *testing.T) {
	w := newWorld(t)
	deps := w.deps()
	deps.Sync = func(context.Context, string) error { return fault.New(fault.Unavailable, "GitLab does not answer.") }
	w.handler = function.New(deps)
	var out struct{ Warning string }
	w.call("admin", http.MethodPost, "/v1/projects", w.request(), &out)
	assert.Equal(t, "The first sync has not finished: GitLab does not answer.", out.Warning)
	w.call("operator", http.MethodPatch, "/v1/projects/campus", map[string]any{"overrides": map[string]any{"region": "mars"}}, &out)
	assert.Equal(t, "It is kept, and shows after the next sync: GitLab does not answer.", out.Warning)
}
