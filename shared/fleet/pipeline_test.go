package fleet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestCompare_TiesWithinOneSecond(t *testing.T) {
	asked := report(fleet.StatusRunning, 5)
	asked.UpdatedAt = asked.UpdatedAt.Add(700 * time.Millisecond)
	assert.Equal(t, fleet.Tied, fleet.Compare(asked, report(fleet.StatusSuccess, 5)), "it may be the later one")
	assert.Equal(t, fleet.Older, fleet.Compare(asked, report(fleet.StatusRunning, 5)))
	assert.Equal(t, fleet.Newer, fleet.Compare(asked, report(fleet.StatusSuccess, 6)))
	assert.Equal(t, fleet.Older, fleet.Compare(asked, report(fleet.StatusSuccess, 4)))
}

func TestDeploying(t *testing.T) {
	deploy := fleet.Pipeline{ID: 10, Status: fleet.StatusSuccess, Source: "push", SHA: "s1", Operation: fleet.Create, UpdatedAt: noon}
	with := func(p fleet.Pipeline, change func(*fleet.Pipeline)) fleet.Pipeline {
		change(&p)
		return p
	}
	child := func(status fleet.PipelineStatus) fleet.Pipeline {
		return fleet.Pipeline{ID: 11, Status: status, Source: "parent_pipeline", SHA: "s1", Parent: 10, Operation: fleet.Create, UpdatedAt: noon.Add(time.Minute)}
	}
	ended := func(p fleet.Pipeline) fleet.Pipeline {
		p.FinishedAt, p.UpdatedAt = noon.Add(time.Minute), noon.Add(time.Hour)
		return p
	}
	second := func(status fleet.PipelineStatus, minutes time.Duration) fleet.Pipeline {
		return with(child(status), func(p *fleet.Pipeline) { p.ID, p.CreatedAt = 12, noon.Add(minutes*time.Minute) })
	}
	trigger := func(id int64, status fleet.PipelineStatus) fleet.Pipeline {
		return fleet.Pipeline{ID: id, Status: status, Source: "trigger", SHA: "s0", Operation: fleet.Create, UpdatedAt: noon}
	}
	tests := map[string]struct {
		pipelines []fleet.Pipeline
		id        int64
		status    fleet.PipelineStatus
	}{
		"none":                     {nil, 0, ""},
		"one that deploys nothing": {[]fleet.Pipeline{with(deploy, func(p *fleet.Pipeline) { p.Operation = "" })}, 0, ""},
		"without children":         {[]fleet.Pipeline{deploy}, 10, fleet.StatusSuccess},
		"child still runs":         {[]fleet.Pipeline{child(fleet.StatusRunning), deploy}, 10, fleet.StatusRunning},
		"child failed":             {[]fleet.Pipeline{deploy, child(fleet.StatusFailed)}, 10, fleet.StatusFailed},
		"child succeeded":          {[]fleet.Pipeline{deploy, child(fleet.StatusSuccess)}, 10, fleet.StatusSuccess},
		"child replaced by a retried trigger job": {[]fleet.Pipeline{deploy, ended(child(fleet.StatusCanceled)), second(fleet.StatusSuccess, 2)}, 10, fleet.StatusSuccess},
		"replacement still runs":                  {[]fleet.Pipeline{deploy, second(fleet.StatusRunning, 2), ended(child(fleet.StatusFailed))}, 10, fleet.StatusRunning},
		"replaced, known from lists only":         {[]fleet.Pipeline{deploy, child(fleet.StatusFailed), second(fleet.StatusSuccess, 2)}, 10, fleet.StatusSuccess},
		"children side by side, one failed":       {[]fleet.Pipeline{deploy, ended(child(fleet.StatusFailed)), second(fleet.StatusSuccess, 0)}, 10, fleet.StatusFailed},
		"child retried after its replacement":     {[]fleet.Pipeline{deploy, child(fleet.StatusRunning), second(fleet.StatusSuccess, 2)}, 10, fleet.StatusRunning},
		"child known by its commit only":          {[]fleet.Pipeline{deploy, with(child(fleet.StatusRunning), func(p *fleet.Pipeline) { p.Parent = 0 })}, 10, fleet.StatusRunning},
		"parent failed, child went well":          {[]fleet.Pipeline{with(deploy, func(p *fleet.Pipeline) { p.Status = fleet.StatusFailed }), child(fleet.StatusSuccess)}, 10, fleet.StatusFailed},
		"child of another commit":                 {[]fleet.Pipeline{deploy, with(child(fleet.StatusFailed), func(p *fleet.Pipeline) { p.Parent, p.SHA = 9, "s9" })}, 10, fleet.StatusSuccess},
		"newest wins":                             {[]fleet.Pipeline{deploy, with(deploy, func(p *fleet.Pipeline) { p.ID, p.SHA, p.Status = 20, "s2", fleet.StatusFailed })}, 20, fleet.StatusFailed},
		"trigger before anything":                 {[]fleet.Pipeline{trigger(5, fleet.StatusRunning)}, 5, fleet.StatusRunning},
		"trigger that did its part":               {[]fleet.Pipeline{trigger(5, fleet.StatusSuccess), deploy}, 10, fleet.StatusSuccess},
		"newer trigger that failed":               {[]fleet.Pipeline{deploy, trigger(12, fleet.StatusFailed)}, 12, fleet.StatusFailed},
		"newer trigger that succeeded":            {[]fleet.Pipeline{deploy, trigger(12, fleet.StatusSuccess)}, 10, fleet.StatusSuccess},
		"trigger succeeded, nothing else":         {[]fleet.Pipeline{trigger(5, fleet.StatusSuccess)}, 5, fleet.StatusRunning},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := fleet.Deploying(tt.pipelines)
			if tt.id == 0 {
				assert.Nil(t, got)
				return
			}
			require.NotNil(t, got)
			assert.Equal(t, tt.id, got.ID)
			assert.Equal(t, tt.status, got.Status)
		})
	}
}

func TestLifecycleOf(t *testing.T) {
	tests := []struct {
		pipeline *fleet.PipelineSummary
		want     fleet.Lifecycle
	}{
		{nil, fleet.Active},
		{&fleet.PipelineSummary{Operation: fleet.Create, Status: fleet.StatusRunning}, fleet.Pending},
		{&fleet.PipelineSummary{Operation: fleet.Create, Status: fleet.StatusFailed}, fleet.Pending},
		{&fleet.PipelineSummary{Operation: fleet.Create, Status: fleet.StatusSuccess}, fleet.Active},
		{&fleet.PipelineSummary{Operation: fleet.Update, Status: fleet.StatusFailed}, fleet.Active},
		{&fleet.PipelineSummary{Operation: fleet.Unarchive, Status: fleet.StatusPending}, fleet.Pending},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, fleet.LifecycleOf(tt.pipeline), "%+v", tt.pipeline)
	}
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func report(status fleet.PipelineStatus, seconds int) fleet.Pipeline {
	return fleet.Pipeline{
		Cluster: "a", ID: 7, Status: status, Ref: "main", SHA: "abc", UpdatedAt: noon.Add(time.Duration(seconds) * time.Second),
	}
}
