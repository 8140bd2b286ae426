package diagnose_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/diagnose"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func TestSchedulerIsPutInWords(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"0/3 nodes are available: 3 Insufficient cpu.":                                  "no node has enough CPU left",
		"0/1 nodes are available: 1 Too many pods.":                                     "the nodes hold as many pods as they may",
		"0/2 nodes are available: 2 node(s) had volume node affinity conflict.":         "its volume is in another zone than the free nodes",
		"0/2 nodes are available: 2 node(s) were unschedulable.":                        "nodes are cordoned",
		"no nodes available to schedule pods":                                           "the cluster has no nodes",
		"0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.":    "its volume does not exist yet",
		"0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.": "no node has the labels that it requires",
		"an unknown reason": "“an unknown reason”",
	} {
		p := clusterfn.Pod{Name: "lms-1", Workload: "lms", Phase: "Pending", Scheduling: message, CreatedAt: noon.Add(-time.Hour)}
		found := diagnose.Pod(p, nil, noon)
		require.Len(t, found, 1, message)
		assert.Equal(t, "A pod of lms is waiting for a node: "+want+".", found[0].Reason)
		assert.Equal(t, p.CreatedAt, found[0].Since)
		assert.NotEmpty(t, found[0].NextStep)
	}
}

func TestKnownTroubleOutranksTheUnknown(t *testing.T) {
	t.Parallel()
	facts := diagnose.Facts{Name: "demo", Deployments: []clusterfn.Deployment{
		{Name: "cms", Desired: 1, Updated: 1, Ready: 1, Available: 1, Observed: true},
		{Name: "lms", Desired: 2, Updated: 1, Ready: 2, Available: 2, Observed: true, Rollout: "ReplicaSetUpdated"},
		{Name: "mfe", Desired: 2, Updated: 2, Ready: 1, Available: 1, Observed: true, Rollout: "NewReplicaSetAvailable"},
	}}
	got := diagnose.Instance(&facts, noon)
	assert.Equal(t, clusterfn.Degraded, got.Health)
	assert.Equal(t, "Only 1 of 2 replicas of mfe are available.", got.Reason)
	assert.Len(t, got.Findings, 2)
	assert.Equal(t, []clusterfn.Health{clusterfn.Healthy, clusterfn.Progressing, clusterfn.Degraded},
		[]clusterfn.Health{facts.Deployments[0].Health, facts.Deployments[1].Health, facts.Deployments[2].Health})
}

func TestManyFindingsAreBounded(t *testing.T) {
	t.Parallel()
	facts := diagnose.Facts{Name: "demo"}
	for range 100 {
		facts.Deployments = append(facts.Deployments, clusterfn.Deployment{Name: "lms", Desired: 1, Observed: true, Rollout: "ProgressDeadlineExceeded"})
	}
	got := diagnose.Instance(&facts, noon)
	assert.Len(t, got.Findings, clusterfn.MaxFindings)
	assert.Equal(t, clusterfn.Failed, got.Health)
}

// TestWhateverKubernetesSays makes up pods: every judgement has words, and only
// what runs and is ready, or is done, is healthy.
func TestWhateverKubernetesSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "Error", "OOMKilled", "CrashLoopBackOff", "ErrImagePull", "Evicted", "ContainerCreating", "unheard of"})
		ago := func(label string) time.Time {
			return noon.Add(-time.Duration(rapid.IntRange(-60, 100_000).Draw(t, label)) * time.Second)
		}
		p := clusterfn.Pod{
			Name: "lms-1", Workload: "lms", Kind: rapid.SampledFrom([]string{"Deployment", "Job", ""}).Draw(t, "kind"),
			Phase:  rapid.SampledFrom([]string{"Pending", "Running", "Succeeded", "Failed", "Unknown", ""}).Draw(t, "phase"),
			Reason: text.Draw(t, "reason"), CreatedAt: ago("age"), Ready: rapid.Bool().Draw(t, "ready"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "containers") {
			c := clusterfn.Container{
				Name: "c", Init: rapid.Bool().Draw(t, "init"), Ready: rapid.Bool().Draw(t, "c ready"), Started: rapid.Bool().Draw(t, "started"),
				State:  rapid.SampledFrom([]string{"waiting", "running", "terminated", "unknown"}).Draw(t, "state"),
				Reason: text.Draw(t, "c reason"), ExitCode: rapid.IntRange(0, 255).Draw(t, "code"), StartedAt: ago("since"), Restarts: rapid.IntRange(0, 9).Draw(t, "restarts"),
			}
			if rapid.Bool().Draw(t, "restarted") {
				c.Last = &clusterfn.Termination{Reason: text.Draw(t, "last"), ExitCode: c.ExitCode, FinishedAt: ago("ended")}
			}
			p.Containers = append(p.Containers, c)
		}
		facts := diagnose.Facts{Name: "demo", Pods: []clusterfn.Pod{p}}
		got := diagnose.Instance(&facts, noon)
		for _, f := range append(got.Findings, facts.Pods[0].Findings...) {
			if f.Reason == "" || f.NextStep == "" || f.Health == clusterfn.Healthy {
				t.Fatalf("a finding without words: %+v", f)
			}
		}
		well := p.Phase == "Succeeded" || p.Phase == "Running" && p.Ready
		if facts.Pods[0].Health == clusterfn.Healthy && !well {
			t.Fatalf("a pod that is not ready is called healthy: %+v", p)
		}
	})
}

// TestJobThatCannotStart says why a job never gets a pod, for as long as that
// is so, and in the same words with every try.
func TestJobThatCannotStart(t *testing.T) {
	t.Parallel()
	refused := func(pod string, ago time.Duration) clusterfn.Event {
		return clusterfn.Event{
			Kind: "Job", Object: "init", Reason: "FailedCreate", At: noon.Add(-ago),
			Message: `Error creating: pods "init-` + pod + `" is forbidden: error looking up service account demo/lms: serviceaccount "lms" not found`,
		}
	}
	const why = `The job init cannot start because its pod cannot be created: error looking up service account demo/lms: serviceaccount "lms" not found.`
	for name, tc := range map[string]struct {
		job    clusterfn.Job
		events []clusterfn.Event
		health clusterfn.Health
		reason string
	}{
		"refused":                 {clusterfn.Job{}, []clusterfn.Event{refused("a1", time.Minute)}, clusterfn.Degraded, why},
		"refused again":           {clusterfn.Job{}, []clusterfn.Event{refused("a1", time.Minute), refused("b2", time.Second)}, clusterfn.Degraded, why},
		"run of a CronJob":        {clusterfn.Job{CronJob: true}, []clusterfn.Event{refused("a1", time.Minute)}, clusterfn.Degraded, why},
		"refused before it began": {clusterfn.Job{Active: 1}, []clusterfn.Event{refused("a1", time.Minute)}, clusterfn.Progressing, "The job init is running."},
		"refused long ago":        {clusterfn.Job{}, []clusterfn.Event{refused("a1", time.Hour)}, clusterfn.Progressing, "The job init is running."},
		"done after all":          {clusterfn.Job{Complete: true}, []clusterfn.Event{refused("a1", time.Minute)}, clusterfn.Healthy, ""},
	} {
		tc.job.Name, tc.job.Group, tc.job.CreatedAt = "init", "init", noon.Add(-5*time.Minute)
		got := diagnose.Instance(&diagnose.Facts{
			Name: "demo", Jobs: []clusterfn.Job{tc.job}, Events: tc.events,
			Deployments: []clusterfn.Deployment{{Name: "lms", Desired: 1, Updated: 1, Ready: 1, Available: 1, Observed: true}},
		}, noon)
		assert.Equal(t, tc.health, got.Health, name)
		assert.Equal(t, tc.reason, got.Reason, name)
	}
}

// TestReasons_RowsAreWhole holds every row of the table to words, a next step and a source.
func TestReasons_RowsAreWhole(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"no space left on device", "manifest unknown", "i/o timeout"} {
		p := clusterfn.Pod{Name: "lms-1", Workload: "lms", Phase: "Pending", CreatedAt: noon.Add(-time.Hour), Containers: []clusterfn.Container{{
			Name: "lms", State: "waiting", Reason: "ErrImagePull", Message: "rpc error: code = Unknown desc = failed to pull and unpack image \"x\": " + message,
		}}}
		found := diagnose.Pod(p, nil, noon)
		require.Len(t, found, 1)
		assert.NotContains(t, found[0].Reason, "rpc error")
		assert.Contains(t, found[0].Reason, message)
	}
	many := diagnose.Facts{Name: "demo"}
	for i := range 40 {
		many.Pods = append(many.Pods, clusterfn.Pod{Name: string(rune('a' + i)), Workload: "lms", Kind: "Deployment", Phase: "Failed", Reason: "Evicted", Node: "n1", Message: "low on memory"})
	}
	got := diagnose.Instance(&many, noon)
	require.Len(t, got.Findings, 1, "equal findings are one")
	assert.Equal(t, 40, got.Findings[0].Count)
}
