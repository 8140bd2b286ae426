package fleetstore_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func report(status fleet.PipelineStatus, seconds int) fleet.Pipeline {
	return fleet.Pipeline{
		Cluster: "a", ID: 7, Status: status, Ref: "main", SHA: "abc", UpdatedAt: noon.Add(time.Duration(seconds) * time.Second),
	}
}

func TestEveryOrderOfReportsEndsTheSame(t *testing.T) {
	// A retry reopens the failed pipeline; the last word is by time, not by rank.
	reports := []fleet.Pipeline{
		report(fleet.StatusCreated, 0), report(fleet.StatusPending, 1), report(fleet.StatusRunning, 2),
		report(fleet.StatusFailed, 30), report(fleet.StatusRunning, 60),
	}
	reports[0].Title = "[AutoDeploy][Create] demo|1"
	reports[0].Operation = fleet.Create
	reports[0].Deployments = []fleet.Deployment{{Instance: "demo", ID: "1"}}
	reports[2].StartedAt = noon.Add(2 * time.Second)
	reports[4].Parent = 6

	want := reports[4]
	want.Title, want.Operation, want.Deployments = reports[0].Title, reports[0].Operation, reports[0].Deployments
	want.StartedAt = reports[2].StartedAt

	for _, order := range permutations(len(reports)) {
		s, _ := newStore(t)
		for _, i := range order {
			_, _, err := s.RecordPipeline(t.Context(), reports[i], fleet.FromEvent)
			require.NoError(t, err)
			again := reports[order[rand.IntN(len(order))]]
			if rand.IntN(2) == 0 {
				again = reports[i]
			}
			_, _, err = s.RecordPipeline(t.Context(), again, fleet.FromEvent)
			require.NoError(t, err)
		}
		got, err := s.Pipeline(t.Context(), "a", 7)
		require.NoError(t, err)
		require.Equal(t, want, got, "order %v", order)

		list, _, err := s.InstancePipelines(t.Context(), "a", "demo", "", 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			q := append([]int{}, p[:i]...)
			q = append(q, n-1)
			all = append(all, append(q, p[i:]...))
		}
	}
	return all
}

func TestTieIsSettledByAsking(t *testing.T) {
	s, _ := newStore(t)
	ctx := t.Context()
	_, _, err := s.RecordPipeline(ctx, report(fleet.StatusPending, 5), fleet.FromEvent)
	require.NoError(t, err)

	known, fresh, err := s.RecordPipeline(ctx, report(fleet.StatusRunning, 5), fleet.FromEvent)
	require.NoError(t, err)
	assert.Equal(t, fleet.Tied, fresh)
	assert.Equal(t, fleet.StatusPending, known.Status, "an event alone does not decide")

	asked := report(fleet.StatusSuccess, 5)
	asked.UpdatedAt = asked.UpdatedAt.Add(300 * time.Millisecond)
	known, fresh, err = s.RecordPipeline(ctx, asked, fleet.FromAPI)
	require.NoError(t, err)
	assert.Equal(t, fleet.Newer, fresh)
	assert.Equal(t, fleet.StatusSuccess, known.Status)
}

// A list reports the same moment without jobs, and those of before are filled in.
func TestJobsOfTheSameMomentAreTaken(t *testing.T) {
	s, _ := newStore(t)
	jobs := func(status fleet.PipelineStatus) []fleet.Stage {
		return []fleet.Stage{{Name: "deploy", Jobs: []fleet.Job{{ID: 1, Name: "deploy", Status: status}}}}
	}
	p := fleet.Pipeline{Cluster: "a", ID: 7, Status: fleet.StatusFailed, UpdatedAt: noon, Stages: jobs(fleet.StatusFailed)}
	for _, next := range []fleet.Pipeline{
		p,
		{Cluster: "a", ID: 7, Status: fleet.StatusSuccess, UpdatedAt: noon.Add(time.Minute)},
		{Cluster: "a", ID: 7, Status: fleet.StatusSuccess, UpdatedAt: noon.Add(time.Minute), Stages: jobs(fleet.StatusSuccess)},
	} {
		_, _, err := s.RecordPipeline(t.Context(), next, fleet.FromAPI)
		require.NoError(t, err)
	}
	known, err := s.Pipeline(t.Context(), "a", 7)
	require.NoError(t, err)
	assert.Equal(t, fleet.StatusSuccess, known.Stages[0].Jobs[0].Status)
}

// GitLab answered before what is known came in, within the same second.
func TestLateAnswerIsNoNews(t *testing.T) {
	s, _ := newStore(t)
	at := func(status fleet.PipelineStatus, ms time.Duration) fleet.Pipeline {
		r := report(status, 5)
		r.UpdatedAt = r.UpdatedAt.Add(ms * time.Millisecond)
		return r
	}
	for _, p := range []fleet.Pipeline{at(fleet.StatusSuccess, 700), at(fleet.StatusRunning, 300)} {
		_, _, err := s.RecordPipeline(t.Context(), p, fleet.FromAPI)
		require.NoError(t, err)
	}
	r := report(fleet.StatusSuccess, 5)
	known, err := s.Pipeline(t.Context(), r.Cluster, r.ID)
	require.NoError(t, err)
	assert.Equal(t, fleet.StatusSuccess, known.Status)
}

func TestInstancesOf_FollowsTheParent(t *testing.T) {
	s, _ := newStore(t)
	about := []fleet.Deployment{{Instance: "demo", ID: "9"}}
	for _, p := range []fleet.Pipeline{
		{ID: 1, SHA: "abc", Deployments: about, UpdatedAt: noon},
		{ID: 2, SHA: "abc", Source: "parent_pipeline", Parent: 1, UpdatedAt: noon},
		{ID: 3, SHA: "abc", Source: "parent_pipeline", Parent: 2, UpdatedAt: noon},
		{ID: 4, SHA: "abc", Source: "parent_pipeline", UpdatedAt: noon},
		{ID: 5, SHA: "def", Source: "push", UpdatedAt: noon},
		{ID: 6, SHA: "def", Source: "parent_pipeline", Parent: 99, UpdatedAt: noon},
	} {
		p.Cluster = "a"
		_, _, err := s.RecordPipeline(t.Context(), p, fleet.FromEvent)
		require.NoError(t, err)
	}
	for id, want := range map[int64][]string{1: {"demo"}, 2: {"demo"}, 3: {"demo"}, 4: {"demo"}, 5: nil, 6: nil} {
		p, err := s.Pipeline(t.Context(), "a", id)
		require.NoError(t, err)
		names, err := s.InstancesOf(t.Context(), p)
		require.NoError(t, err)
		assert.Equal(t, want, names, "pipeline %d", id)
	}
}
