package activity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// A pipeline ended when GitLab says so, however late Ocim learns of it.
func TestActivityHasTheTimeWhenItHappened(t *testing.T) {
	clock := kvtest.NewClock()
	store := fleetstore.New(kvtest.OpenWithClock(t, clock.Now), clock.Now)
	ended := map[string]time.Time{
		"old":    clock.Now().Add(-120 * 24 * time.Hour),
		"recent": clock.Now().Add(-48 * time.Hour),
		"ahead":  clock.Now().Add(time.Hour), // GitLab's clock is not ours
	}
	change := func(pipelines bool) {
		require.NoError(t, store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Lifecycle: fleet.Active}}
			for name, at := range ended {
				i := fleet.Instance{Cluster: "campus", Name: name, Lifecycle: fleet.Active}
				if pipelines {
					i.Pipeline = &fleet.PipelineSummary{ID: 1, Status: fleet.StatusSuccess, Operation: fleet.Update, UpdatedAt: at}
				}
				c.SetRow(fleet.Row{Instance: i})
			}
			return c, nil
		}))
	}
	change(false)
	change(true)
	list, _, err := store.Activity.Page(t.Context(), func(a activity.Activity) bool { return a.Kind == activity.ActivityPipeline }, "", 50)
	require.NoError(t, err)
	got := map[string]time.Time{}
	for _, a := range list {
		got[a.Instance] = a.At
	}
	assert.Equal(t, map[string]time.Time{"recent": ended["recent"], "ahead": clock.Now()}, got, "what is older than activity is kept is left out")
	assert.Equal(t, "ahead", list[0].Instance, "newest first")
}

// That an instance drifted is reported once, and not again when its cluster answers again.
func TestNote_ReportsDrift(t *testing.T) {
	clock := kvtest.NewClock()
	store := fleetstore.New(kvtest.OpenWithClock(t, clock.Now), clock.Now)
	be := func(health fleet.Health, drift *fleet.Drift) {
		clock.Advance(time.Minute)
		require.NoError(t, store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Lifecycle: fleet.Active}}
			c.SetRow(fleet.Row{Instance: fleet.Instance{
				Cluster: "campus", Name: "alpha", Lifecycle: fleet.Active, Drift: drift, Health: fleet.HealthState{State: health, At: clock.Now()},
			}})
			return c, nil
		}))
	}
	drift := &fleet.Drift{Reason: "lms has 4 instead of 10 replicas", At: clock.Now()}
	be(fleet.Healthy, nil)
	be(fleet.Healthy, drift)
	be(fleet.Unknown, nil)
	be(fleet.Healthy, &fleet.Drift{Reason: drift.Reason, At: clock.Now()})
	list, _, err := store.Activity.Page(t.Context(), func(a activity.Activity) bool { return a.Kind == activity.ActivityDrift }, "", 50)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, activity.Activity{At: drift.At, Cluster: "campus", Instance: "alpha", Kind: "drift", To: "drifted", Detail: drift.Reason}, list[0])
}

// The pipeline of an instance is noted once, and one of the cluster alone is noted, too.
func TestNote_SaysAPipelineOnce(t *testing.T) {
	clock := kvtest.NewClock()
	store := fleetstore.New(kvtest.OpenWithClock(t, clock.Now), clock.Now)
	show := func(of string, id int64) {
		require.NoError(t, store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
			p := &fleet.PipelineSummary{ID: id, Status: fleet.StatusSuccess, Operation: fleet.Update, UpdatedAt: clock.Now()}
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Lifecycle: fleet.Active, Pipeline: p}}
			i := fleet.Instance{Cluster: "campus", Name: "alpha", Lifecycle: fleet.Active}
			if of != "" {
				i.Pipeline = p
			}
			c.SetRow(fleet.Row{Instance: i})
			return c, nil
		}))
	}
	show("", 1)
	show("", 2)
	show("alpha", 3)
	list, _, err := store.Activity.Page(t.Context(), func(a activity.Activity) bool { return a.Kind == activity.ActivityPipeline }, "", 50)
	require.NoError(t, err)
	var noted []string
	for _, a := range list {
		noted = append(noted, fmt.Sprint(a.Pipeline, a.Instance))
	}
	assert.ElementsMatch(t, []string{"2", "3alpha"}, noted)
}
