package health_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/health"
)

const highest = "GROVE_LMS_MAX_REPLICAS"

func upTo(n string) *grove.Configured {
	return &grove.Configured{Settings: map[string]string{highest: n}}
}

// drifting is a world whose only instance that counts, fine, was deployed an hour
// ago by pipeline 7, with up to ten replicas of lms. Its autoscaler allows 4.
func drifting(t *testing.T) (w *world, deployed map[string]*grove.Configured, asked *int) {
	w = newWorld(t)
	deployed, asked = map[string]*grove.Configured{"fine": upTo("10")}, new(int)
	w.service.Deployed = func(_ context.Context, p fleet.Project, instance string) (*grove.Configured, error) {
		assert.Equal(t, "campus", p.ID)
		*asked++
		return deployed[instance], nil
	}
	w.runs(clusterfn.Workload{Name: "lms", Desired: 2, Scaled: &clusterfn.Scaled{Min: 1, Max: 4}})
	w.change("fine", func(r *fleet.Row) {
		r.Settings = map[string]string{highest: "10"}
		r.Instance.Pipeline = &fleet.PipelineSummary{ID: 7, Status: fleet.StatusSuccess, UpdatedAt: noon.Add(-time.Hour)}
	})
	return w, deployed, asked
}

// runs is what the cluster runs of fine.
func (w *world) runs(workloads ...clusterfn.Workload) {
	w.list = clusterfn.InstanceList{Scaling: true, Instances: []clusterfn.Instance{{Name: "fine", Health: clusterfn.Healthy, Workloads: workloads}}}
}

func (w *world) change(instance string, change func(*fleet.Row)) {
	w.Helper()
	require.NoError(w, w.store.ChangeChunk(w.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		change(c.Row(instance))
		return c, nil
	}))
}

func (w *world) drift(instance string) *fleet.Drift {
	w.Helper()
	chunk, err := w.store.Chunk(w.Context(), "campus")
	require.NoError(w, err)
	return chunk.Row(instance).Instance.Drift
}

func TestDriftIsNoted(t *testing.T) {
	w, _, asked := drifting(t)
	require.NoError(t, w.observe())
	drifted := &fleet.Drift{Reason: "lms has at most 4 instead of 10 replicas", At: noon}
	assert.Equal(t, drifted, w.drift("fine"))
	before := w.revision()
	for range 3 {
		w.later()
		require.NoError(t, w.observe())
	}
	assert.Equal(t, drifted, w.drift("fine"), "since when is kept")
	assert.Equal(t, before, w.revision(), "what goes on is no news")
	assert.Equal(t, 1, *asked, "GitLab is asked once for all")

	w.list.Instances[0].Workloads[0].Scaled.Max = 5
	require.NoError(t, w.observe())
	assert.Equal(t, &fleet.Drift{Reason: "lms has at most 5 instead of 10 replicas", At: noon}, w.drift("fine"))

	w.list.Instances[0].Workloads[0].Scaled.Max = 10
	require.NoError(t, w.observe())
	assert.Nil(t, w.drift("fine"))
	assert.Equal(t, 2, *asked)
}

func TestWhatIsNoDrift(t *testing.T) {
	moved := func(c func(*fleet.PipelineSummary)) func(*world, map[string]*grove.Configured) {
		return func(w *world, _ map[string]*grove.Configured) {
			w.change("fine", func(r *fleet.Row) { c(r.Instance.Pipeline) })
		}
	}
	for name, tt := range map[string]struct {
		change func(w *world, deployed map[string]*grove.Configured)
		asked  int
	}{
		"an undeployed change":           {func(_ *world, deployed map[string]*grove.Configured) { deployed["fine"] = upTo("4") }, 1},
		"nobody knows what was deployed": {func(_ *world, deployed map[string]*grove.Configured) { delete(deployed, "fine") }, 1},
		"what was deployed is gone": {func(w *world, _ map[string]*grove.Configured) {
			inner := w.service.Deployed
			w.service.Deployed = func(ctx context.Context, p fleet.Project, instance string) (*grove.Configured, error) {
				_, _ = inner(ctx, p, instance)
				return nil, fault.New(fault.NotFound, "no such commit")
			}
		}, 1},
		"a deployment runs":    {moved(func(p *fleet.PipelineSummary) { p.Status = fleet.StatusRunning }), 0},
		"a deployment waits":   {moved(func(p *fleet.PipelineSummary) { p.Status = fleet.StatusManual }), 0},
		"it was just deployed": {moved(func(p *fleet.PipelineSummary) { p.UpdatedAt = noon.Add(-time.Minute) }), 0},
		"it was never deployed": {func(w *world, _ map[string]*grove.Configured) {
			w.change("fine", func(r *fleet.Row) { r.Instance.Pipeline = nil })
		}, 0},
		"it is pending": {func(w *world, _ map[string]*grove.Configured) {
			w.change("fine", func(r *fleet.Row) { r.Instance.Lifecycle = fleet.Pending })
		}, 0},
		"it does not run": {func(w *world, _ map[string]*grove.Configured) { w.list.Instances = nil }, 0},
		"git does not say": {func(w *world, _ map[string]*grove.Configured) {
			w.change("fine", func(r *fleet.Row) { r.Settings = nil })
		}, 0},
		"an inspector that reports no autoscalers": {func(w *world, _ map[string]*grove.Configured) { w.list.Scaling = false }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w, deployed, asked := drifting(t)
			tt.change(w, deployed)
			for range 2 {
				require.NoError(t, w.observe())
				assert.Nil(t, w.drift("fine"))
			}
			assert.Equal(t, tt.asked, *asked)
		})
	}
}

// Drift is reported no longer than it is known.
func TestDriftEnds(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"a deployment runs": func(w *world) {
			w.change("fine", func(r *fleet.Row) { r.Instance.Pipeline.Status = fleet.StatusRunning })
			require.NoError(w, w.observe())
		},
		"the cluster does not answer": func(w *world) {
			w.err = fault.New(fault.Unavailable, "It does not answer.")
			require.Error(w, w.observe())
		},
		"the cluster is not asked any more": func(w *world) {
			w.openErr = fault.Wrap(fault.Unavailable, health.ErrNoInspector, "Enter its secret.")
			require.NoError(w, w.observe())
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, _ := drifting(t)
			require.NoError(t, w.observe())
			require.NotNil(t, w.drift("fine"))
			change(w)
			assert.Nil(t, w.drift("fine"))
		})
	}
}

// A deployment that begins while GitLab is asked makes what it says void.
func TestADeploymentThatBeginsMeanwhile(t *testing.T) {
	w, deployed, _ := drifting(t)
	w.service.Deployed = func(context.Context, fleet.Project, string) (*grove.Configured, error) {
		w.change("fine", func(r *fleet.Row) { r.Instance.Pipeline.ID, r.Instance.Pipeline.Status = 8, fleet.StatusCreated })
		return deployed["fine"], nil
	}
	require.NoError(t, w.observe())
	assert.Nil(t, w.drift("fine"))
}

func TestGitLabThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	w, deployed, asked := drifting(t)
	down := true
	w.service.Deployed = func(context.Context, fleet.Project, string) (*grove.Configured, error) {
		*asked++
		if down {
			return nil, fault.New(fault.Unavailable, "GitLab does not answer.")
		}
		return deployed["fine"], nil
	}
	require.NoError(t, w.observe(), "it is no fault of the cluster")
	online, _ := w.state()
	assert.Equal(t, "online", online.State)
	assert.Nil(t, w.drift("fine"))
	down = false
	require.NoError(t, w.observe())
	assert.NotNil(t, w.drift("fine"))
	assert.Equal(t, 2, *asked)
}

func TestManyInDoubtAreClearedOverTime(t *testing.T) {
	w, deployed, asked := drifting(t)
	var names []string
	require.NoError(t, w.store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		names = nil
		for i := range 12 {
			row := *c.Row("fine")
			row.Instance.Name = fmt.Sprintf("i%02d", i)
			names = append(names, row.Instance.Name)
			c.SetRow(row)
		}
		return c, nil
	}))
	w.list.Instances = nil
	for _, name := range names {
		deployed[name] = upTo("10")
		w.list.Instances = append(w.list.Instances, clusterfn.Instance{Name: name, Health: clusterfn.Healthy, Workloads: []clusterfn.Workload{{Name: "lms", Scaled: &clusterfn.Scaled{Min: 1, Max: 4}}}})
	}
	for i, want := range []int{5, 10, 12, 12} {
		require.NoError(t, w.observe())
		assert.Equal(t, want, *asked, "observation %d", i)
	}
	for _, name := range names {
		assert.NotNil(t, w.drift(name), name)
	}
}
