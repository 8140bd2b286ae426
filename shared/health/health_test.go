package health_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/diagnose"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

var noon = time.Date(2026, 11, 22, 12, 4, 0, 0, time.UTC)

// world is a fleet with one project, and a cluster that answers as it is set to.
type world struct {
	*testing.T
	service *health.Service
	store   *fleetstore.Store
	replica *fleetview.Replica
	now     time.Time
	openErr error
	list    clusterfn.InstanceList
	err     error
	asked   int
	allowed time.Duration
	pods    []clusterfn.Pod
	log     clusterfn.Log
	logErr  error
	logs    []string // instance/pod of those that were read
}

func (w *world) Instances(ctx context.Context) (clusterfn.InstanceList, error) {
	w.asked++
	if deadline, ok := ctx.Deadline(); ok {
		w.allowed = time.Until(deadline)
	}
	return w.list, w.err
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: noon}
	clock := func() time.Time { return w.now }
	w.store = fleetstore.New(kvtest.OpenWithClock(t, clock), clock)
	w.replica = fleetview.NewReplica(w.store.Segments)
	w.service = &health.Service{Fleet: w.store, Now: clock, Open: func(_ context.Context, p fleet.Project) (health.Cluster, error) {
		assert.Equal(t, "campus", p.ID)
		return w, w.openErr
	}}
	require.NoError(t, w.store.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1}))
	require.NoError(t, w.store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Lifecycle: fleet.Active, Online: fleet.Online{State: "unknown"}}}
		for _, name := range []string{"absent", "fine", "sick"} {
			c.SetRow(fleet.Row{Digest: "d", Instance: fleet.Instance{Cluster: "campus", Name: name, Lifecycle: fleet.Active, Health: fleet.HealthState{State: fleet.Unknown}}})
		}
		c.SetRow(fleet.Row{Digest: "d", Instance: fleet.Instance{Cluster: "campus", Name: "new", Lifecycle: fleet.Pending, Health: fleet.HealthState{State: fleet.Unknown}}})
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: "old", Lifecycle: fleet.Archived, Health: fleet.HealthState{State: fleet.Unknown, Reason: "Not in git any more"}}})
		return c, nil
	}))
	w.list = clusterfn.InstanceList{Instances: []clusterfn.Instance{
		{Name: "fine", Health: clusterfn.Healthy},
		{Name: "old", Health: clusterfn.Healthy},
		{Name: "sick", Health: clusterfn.Failed, Reason: "cms crashes"},
		{Name: "stranger", Health: clusterfn.Failed},
	}}
	return w
}

// The words of the contract with clusters are kept as the fleet's.
func TestObserve_KeepsTheContractsHealths(t *testing.T) {
	t.Parallel()
	var words []fleet.Health
	for _, h := range []clusterfn.Health{clusterfn.Healthy, clusterfn.Progressing, clusterfn.Degraded, clusterfn.Failed, clusterfn.Unknown} {
		words = append(words, fleet.Health(h))
	}
	assert.Equal(t, fleet.Healths(), words)
}

func (w *world) observe() error { return w.service.Observe(w.Context(), "campus") }

func (w *world) later() { w.now = w.now.Add(time.Minute) }

func (w *world) state() (fleet.Online, map[string]fleet.HealthState) {
	w.Helper()
	chunk, err := w.store.Chunk(w.Context(), "campus")
	require.NoError(w, err)
	rows := map[string]fleet.HealthState{}
	for _, r := range chunk.Rows {
		rows[r.Instance.Name] = r.Instance.Health
	}
	return chunk.Cluster.Online, rows
}

func (w *world) revision() int64 {
	w.Helper()
	s, err := w.replica.Snapshot(w.Context())
	require.NoError(w, err)
	return s.Revision
}

func (w *world) seen() time.Time {
	w.Helper()
	o, err := w.store.Observation(w.Context(), "campus")
	require.NoError(w, err)
	return o.At
}

func TestAnAnswerIsKept(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.observe())
	online, rows := w.state()
	assert.Equal(t, fleet.Online{State: "online", At: noon}, online)
	assert.Equal(t, map[string]fleet.HealthState{
		"fine":   {State: fleet.Healthy, At: noon},
		"sick":   {State: fleet.Failed, Reason: "cms crashes", At: noon},
		"absent": {State: fleet.Unknown, Reason: "The cluster does not run it", At: noon},
		"new":    {State: fleet.Unknown, Reason: "Not deployed yet", At: noon},
		"old":    {State: fleet.Unknown, Reason: "Not in git any more"},
	}, rows)
	assert.Equal(t, 1, w.asked)
	assert.InDelta(t, 10, w.allowed.Seconds(), 1)
}

func TestKeep_NamesWhatNoFileInGitDescribes(t *testing.T) {
	w := newWorld(t)
	named := func() []string {
		require.NoError(t, w.observe())
		chunk, err := w.store.Chunk(t.Context(), "campus")
		require.NoError(t, err)
		return chunk.Cluster.NotInGit
	}
	w.list.Instances = append(w.list.Instances, clusterfn.Instance{Name: "new"}, clusterfn.Instance{Name: "begun", CreatedAt: w.now.Add(-59 * time.Minute)})
	assert.Equal(t, []string{"old", "stranger"}, named(), "what was created lately may be in git already")
	w.list.Instances = append(w.list.Instances, clusterfn.Instance{Name: "to come", CreatedAt: w.now.Add(40 * 24 * time.Hour)})
	assert.Equal(t, []string{"old", "stranger", "to come"}, named(), "a wrong clock hides nothing")
	w.list.Instances = w.list.Instances[:len(w.list.Instances)-1]
	assert.Equal(t, []string{"old", "stranger"}, named())
	before := w.revision()
	assert.Equal(t, []string{"old", "stranger"}, named())
	assert.Equal(t, before, w.revision())
	w.later()
	assert.Equal(t, []string{"begun", "old", "stranger"}, named())

	left := func(at time.Time) {
		require.NoError(t, w.store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: "old", Lifecycle: fleet.Deleted, ChangedAt: at}})
			return c, nil
		}))
	}
	left(w.now.Add(-59 * time.Minute))
	assert.Equal(t, []string{"begun", "stranger"}, named(), "its pipeline may be at work")
	left(w.now.Add(40 * 24 * time.Hour))
	assert.Equal(t, []string{"begun", "old", "stranger"}, named())
	left(w.now.Add(-time.Hour))
	assert.Equal(t, []string{"begun", "old", "stranger"}, named())

	w.list.Instances = nil
	assert.Empty(t, named())
	for n := range 30 {
		w.list.Instances = append(w.list.Instances, clusterfn.Instance{Name: fmt.Sprintf("x%02d", 29-n)})
	}
	assert.Len(t, named(), 20)
	assert.Equal(t, "x00", named()[0])
}

func TestTheSameAnswerMakesNoRevision(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.observe())
	before := w.revision()
	w.later()
	require.NoError(t, w.observe())
	assert.Equal(t, before, w.revision())
	assert.Equal(t, w.now, w.seen(), "but it is known how old the answer is")

	w.later()
	w.list.Instances[2].Reason = "lms crashes"
	require.NoError(t, w.observe())
	assert.Greater(t, w.revision(), before)
	_, rows := w.state()
	assert.Equal(t, fleet.HealthState{State: fleet.Failed, Reason: "lms crashes", At: noon}, rows["sick"], "it failed before")
}

// What goes on is no news, however long it does.
func TestATroubleThatGoesOnMakesOneRevision(t *testing.T) {
	ago := func(w *world, d time.Duration) time.Time { return w.now.Add(-d) }
	pod := func(c clusterfn.Container) clusterfn.Pod {
		c.Name = "lms"
		return clusterfn.Pod{Name: "lms-1", Workload: "lms", Kind: "Deployment", Phase: "Running", Node: "n", CreatedAt: noon.Add(-time.Hour), Containers: []clusterfn.Container{c}}
	}
	// crash runs for a minute of every six.
	crash := func(w *world, reason string) clusterfn.Container {
		turn := w.now.Sub(noon) / time.Minute
		c := clusterfn.Container{Restarts: 4 + int(turn/6), State: "running", Started: true, StartedAt: w.now, Last: &clusterfn.Termination{Reason: reason, ExitCode: 1}}
		if turn %= 6; turn > 0 {
			c.State, c.Reason, c.Started = "waiting", "CrashLoopBackOff", false
		}
		c.Last.FinishedAt = ago(w, (turn+5)%6*time.Minute)
		return c
	}
	for name, tc := range map[string]struct {
		facts func(w *world) diagnose.Facts
		says  string
	}{
		"unschedulable": {func(*world) diagnose.Facts {
			return diagnose.Facts{Pods: []clusterfn.Pod{{Name: "lms-1", Workload: "lms", Phase: "Pending", Scheduling: "0/3 nodes are available: 3 Insufficient cpu.", CreatedAt: noon.Add(-10 * time.Minute)}}}
		}, "A pod of lms is waiting for a node: no node has enough CPU left."},
		"crash loop": {func(w *world) diagnose.Facts {
			return diagnose.Facts{Pods: []clusterfn.Pod{pod(crash(w, "Error"))}}
		}, "The container lms is crash-looping (exit code 1)."},
		"crash loop that a probe makes": {func(w *world) diagnose.Facts {
			return diagnose.Facts{Pods: []clusterfn.Pod{pod(crash(w, "Error"))}, Events: []clusterfn.Event{
				{Kind: "Pod", Object: "lms-1", Part: "lms", Reason: "Unhealthy", Message: "Liveness probe failed: status 500", At: ago(w, time.Minute)},
				{Kind: "Pod", Object: "lms-1", Part: "lms", Reason: "Unhealthy", Message: "Readiness probe failed: status 500", At: ago(w, time.Minute)},
			}}
		}, "The container lms keeps being restarted because its liveness probe fails: status 500."},
		"out of memory": {func(w *world) diagnose.Facts {
			return diagnose.Facts{Pods: []clusterfn.Pod{pod(crash(w, "OOMKilled"))}}
		}, "The container lms used more memory than its memory limit and was killed."},
		"image that is not there": {func(w *world) diagnose.Facts {
			c := clusterfn.Container{State: "waiting", Reason: "ErrImagePull", Message: "manifest unknown"}
			if w.now.Minute()%5 > 0 {
				c.Reason, c.Message = "ImagePullBackOff", `Back-off pulling image "lms:1": ErrImagePull: manifest unknown`
			}
			return diagnose.Facts{Pods: []clusterfn.Pod{pod(c)}}
		}, "The image of container lms cannot be pulled: the registry has no such tag (manifest unknown)."},
		"not ready": {func(*world) diagnose.Facts {
			return diagnose.Facts{Pods: []clusterfn.Pod{pod(clusterfn.Container{State: "running", Started: true, StartedAt: noon.Add(-time.Hour)})}}
		}, "A pod of lms is not ready."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var before int64
			for minute := range 60 {
				facts := tc.facts(w)
				facts.Name = "sick"
				w.list.Instances[2] = diagnose.Instance(&facts, w.now)
				require.NoError(t, w.observe())
				if minute == 0 {
					before = w.revision()
				}
				require.Equal(t, before, w.revision(), "minute %d", minute)
				w.later()
			}
			_, rows := w.state()
			assert.Equal(t, fleet.Failed, rows["sick"].State)
			assert.Equal(t, tc.says, rows["sick"].Reason)
			assert.Equal(t, noon, rows["sick"].At)
		})
	}
}

// What is wrong with no pod has its next step nowhere else.
func TestTheNextStepIsKept(t *testing.T) {
	serves := clusterfn.Deployment{Name: "lms", Desired: 1, Updated: 1, Ready: 1, Available: 1, Observed: true}
	for name, tc := range map[string]struct {
		facts diagnose.Facts
		want  fleet.HealthState
	}{
		"quota": {
			diagnose.Facts{Deployments: []clusterfn.Deployment{{Name: "lms", Desired: 1, Observed: true, Failure: "exceeded quota: compute"}}},
			fleet.HealthState{
				State: fleet.Failed, Reason: "lms cannot have all its pods: the namespace's quota is used up (compute).",
				NextStep: "Raise the namespace's quota, or lower the replicas or their requests.",
			},
		},
		"job failed": {
			diagnose.Facts{
				Deployments: []clusterfn.Deployment{serves},
				Jobs:        []clusterfn.Job{{Name: "migrate", Group: "migrate", Failed: true, Reason: "BackoffLimitExceeded"}},
			},
			fleet.HealthState{
				State: fleet.Degraded, Reason: "The job migrate failed: it reached its retry limit.",
				NextStep: "Check the log of its pod, correct the cause and run the pipeline again.",
			},
		},
		"scaled to zero": {
			diagnose.Facts{Deployments: []clusterfn.Deployment{{Name: "lms", Observed: true}}},
			fleet.HealthState{
				State: fleet.Degraded, Reason: "Every Deployment is scaled to zero, so the instance serves no one.",
				NextStep: "Scale the Deployments up again, or archive the instance.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tc.facts.Name, tc.want.At = "sick", noon
			w.list.Instances[2] = diagnose.Instance(&tc.facts, noon)
			require.NoError(t, w.observe())
			_, rows := w.state()
			assert.Equal(t, tc.want, rows["sick"])

			before := w.revision()
			w.later()
			require.NoError(t, w.observe())
			assert.Equal(t, before, w.revision())
			w.later()
			w.list.Instances[2].NextStep = "Do something else."
			require.NoError(t, w.observe())
			_, rows = w.state()
			assert.Equal(t, "Do something else.", rows["sick"].NextStep)

			w.err = fault.New(fault.Unavailable, "campus cannot be reached")
			require.Error(t, w.observe())
			_, rows = w.state()
			assert.Empty(t, rows["sick"].NextStep, "of what is not known any more")
		})
	}
}

func TestSilenceMakesHealthUnknown(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.observe())
	w.later()
	w.err = fault.New(fault.Unavailable, "campus cannot be reached")
	require.True(t, fault.Is(w.observe(), fault.Unavailable))
	online, rows := w.state()
	assert.Equal(t, fleet.Online{State: "offline", At: w.now, Reason: "campus cannot be reached"}, online)
	assert.Equal(t, fleet.HealthState{State: fleet.Unknown, Reason: "The cluster does not answer, last seen 22 Nov 12:04 UTC", At: noon}, rows["sick"])
	assert.Equal(t, "Not in git any more", rows["old"].Reason)

	before := w.revision()
	w.later()
	require.Error(t, w.observe())
	assert.Equal(t, before, w.revision(), "it is no news that it is still silent")
	assert.Equal(t, noon, w.seen())

	w.later()
	w.err = nil
	require.NoError(t, w.observe())
	online, rows = w.state()
	assert.Equal(t, fleet.Online{State: "online", At: w.now}, online)
	assert.Equal(t, fleet.Failed, rows["sick"].State)
}

func TestAClusterThatTookTooLongIsOffline(t *testing.T) {
	w := newWorld(t)
	w.err = context.DeadlineExceeded
	require.True(t, fault.Is(w.observe(), fault.Unavailable))
	online, rows := w.state()
	assert.Equal(t, "offline", online.State)
	assert.Contains(t, online.Reason, "within 10 seconds")
	assert.Equal(t, "The cluster does not answer", rows["fine"].Reason, "it was never seen")
}

func TestWithoutInspectorNothingIsAskedOrChanged(t *testing.T) {
	w := newWorld(t)
	w.openErr = fault.Wrap(fault.Unavailable, health.ErrNoInspector, "enter its secret")
	before := w.revision()
	require.NoError(t, w.observe())
	assert.Equal(t, before, w.revision())
	assert.Zero(t, w.asked)

	w.openErr = nil
	require.NoError(t, w.observe())
	w.openErr = fault.Wrap(fault.Unavailable, health.ErrNoInspector, "enter its secret")
	require.NoError(t, w.observe())
	online, rows := w.state()
	assert.Equal(t, fleet.Online{State: "unknown", At: noon, Reason: "enter its secret"}, online, "what it said once does not count for ever")
	assert.Equal(t, "The cluster is not asked any more, last seen 22 Nov 12:04 UTC", rows["sick"].Reason)
}

func TestWhatSaysNothingOfTheClusterChangesNothing(t *testing.T) {
	for name, spoil := range map[string]func(w *world, giveUp func()){
		"busy":          func(w *world, _ func()) { w.err = fault.New(fault.Limited, "busy") },
		"caller is off": func(_ *world, giveUp func()) { giveUp() },
		"not opened":    func(w *world, _ func()) { w.openErr = fault.New(fault.Internal, "the keys are gone") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.observe())
			before := w.revision()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			spoil(w, cancel)
			require.Error(t, w.service.Observe(ctx, "campus"))
			assert.Equal(t, before, w.revision())
		})
	}
	w := newWorld(t)
	assert.True(t, fault.Is(w.service.Observe(t.Context(), "nowhere"), fault.NotFound))
}

// Kinds of objects that the cluster could not list are no reason to say that
// their instances are not there.
func TestWhatWasNotReadIsNotMissing(t *testing.T) {
	w := newWorld(t)
	w.list.Unread = []clusterfn.Unread{{Kind: "pods", Reason: "Let the inspector list pods"}}
	require.NoError(t, w.observe())
	online, rows := w.state()
	assert.Equal(t, fleet.Online{State: "online", At: noon, Reason: "Let the inspector list pods"}, online)
	assert.Equal(t, "Let the inspector list pods", rows["absent"].Reason)
}

func TestChangesOfHealthAreActivity(t *testing.T) {
	w := newWorld(t)
	news := func() (changes []string) {
		list, _, err := w.store.Activity.Page(t.Context(), nil, "", 50)
		require.NoError(t, err)
		for _, a := range list {
			if a.Kind == activity.ActivityHealth || a.Kind == activity.ActivityOnline {
				changes = append(changes, a.Instance+" "+a.From+" "+a.To)
			}
		}
		return changes
	}
	require.NoError(t, w.observe())
	assert.Empty(t, news(), "what was there from the beginning is no news")
	w.later()
	w.list.Instances[0].Health = clusterfn.Degraded
	require.NoError(t, w.observe())
	assert.Equal(t, []string{"fine healthy degraded"}, news())
	w.later()
	w.err = fault.New(fault.Unavailable, "gone")
	require.Error(t, w.observe())
	assert.Equal(t, []string{" online offline", "fine healthy degraded"}, news(), "one entry, not one for each instance")
	w.later()
	w.err = nil
	require.NoError(t, w.observe())
	assert.ElementsMatch(t, []string{" offline online", "fine unknown degraded", "sick unknown failed", " online offline", "fine healthy degraded"}, news())
}
