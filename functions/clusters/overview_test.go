package function_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/clusters"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

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
