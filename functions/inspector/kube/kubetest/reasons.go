package kubetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fleet"
)

// said is what is to be said of a state.
type said struct {
	health fleet.Health
	code   clusterfn.Code
	reason string
}

// reasons is the reason table: every state with what is said of it.
func reasons() map[string]said {
	return map[string]said{
		"healthy":                {fleet.Healthy, "", ""},
		"crash-loop":             {fleet.Failed, clusterfn.CrashLoop, "The container lms crashes again and again (exit code 1)."},
		"crash-loop-beside":      {fleet.Degraded, clusterfn.CrashLoop, "The container lms crashes again and again (exit code 1)."},
		"crashed-lately":         {fleet.Degraded, clusterfn.Restarted, "The container lms crashed (exit code 3) and was restarted."},
		"image-pull":             {fleet.Failed, clusterfn.ImagePull, `The image of container lms cannot be pulled: manifest unknown.`},
		"image-denied":           {fleet.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: failed to pull image: pull access denied, repository may require authorization."},
		"oom-killed":             {fleet.Failed, clusterfn.OOMKilled, "The container lms used more memory than its limit of 2 Gi and was killed."},
		"oom-killed-lately":      {fleet.Degraded, clusterfn.OOMKilled, "The container lms used more memory than its limit of 2 Gi and was killed."},
		"unschedulable":          {fleet.Failed, clusterfn.Unschedulable, "A pod of lms waits for a node: no node has enough memory left; the free nodes are reserved for other pods by their taints."},
		"unschedulable-just-now": {fleet.Progressing, clusterfn.Unschedulable, "A pod of lms waits for a node: no node has enough memory left; the free nodes are reserved for other pods by their taints."},
		"liveness-probe":         {fleet.Failed, clusterfn.LivenessProbe, "The container lms is restarted again and again, because its liveness probe fails: HTTP probe failed with statuscode: 500."},
		"readiness-probe":        {fleet.Failed, clusterfn.ReadinessProbe, `The container lms runs, but its readiness probe fails: Get "http://10.0.0.7:8000/heartbeat": context deadline exceeded.`},
		"startup-probe":          {fleet.Failed, clusterfn.StartupProbe, "The container lms does not get through its start: its startup probe fails: dial tcp 10.0.0.7:8000: connect: connection refused."},
		"init-failed":            {fleet.Failed, clusterfn.InitFailed, "lms cannot start: its init container mount-static failed (exit code 2)."},
		"job-failed":             {fleet.Degraded, clusterfn.JobFailed, "The job lms-job-20260302110000 failed: it was tried as often as it may be."},
		"job-failed-then-done":   {fleet.Healthy, "", ""},
		"cron-job-failed":        {fleet.Degraded, clusterfn.JobFailed, "The job cleanup-29500060 failed: it took longer than it may."},
		"job-without-account":    {fleet.Degraded, clusterfn.JobBlocked, `The job lms-job-20260302110000 cannot start, since its pod cannot be made: error looking up service account demo/lms-jobs: serviceaccount "lms-jobs" not found.`},
		"job-quota":              {fleet.Degraded, clusterfn.Quota, "The job lms-job-20260302110000 cannot start: the namespace's quota is used up (compute, requested: requests.memory=1Gi, used: requests.memory=8Gi, limited: requests.memory=8Gi)."},
		"completed-jobs":         {fleet.Healthy, "", ""},
		"quota":                  {fleet.Failed, clusterfn.Quota, "lms cannot have all its pods: the namespace's quota is used up (compute, requested: requests.memory=1Gi, used: requests.memory=8Gi, limited: requests.memory=8Gi)."},
		"config-error":           {fleet.Failed, clusterfn.ConfigError, `The container lms cannot be made from its configuration: configmap "openedx-settings-lms" not found.`},
		"evicted":                {fleet.Degraded, clusterfn.Evicted, "A pod of lms was evicted from node node-1: The node was low on resource: memory."},
		"evicted-replaced":       {fleet.Healthy, "", ""},
		"terminating":            {fleet.Healthy, "", ""},
		"stuck-terminating":      {fleet.Degraded, clusterfn.StuckDeleting, "A pod of lms should be gone by now."},
		"rolling-out":            {fleet.Progressing, clusterfn.RollingOut, "lms is rolling out: 1 of 2 replicas are updated."},
		"first-start":            {fleet.Progressing, clusterfn.RollingOut, "lms is starting: 0 of 1 replicas are available."},
		"stuck-starting":         {fleet.Failed, clusterfn.StuckStarting, `A pod of lms does not start: MountVolume.SetUp failed for volume "settings-lms" : secret "lms-tls" not found.`},
		"rollout-stuck":          {fleet.Degraded, clusterfn.RolloutStuck, "The rollout of lms is stuck: 1 of 2 replicas are updated, 2 are available."},
		"node-lost":              {fleet.Failed, clusterfn.NodeLost, "The node node-1 no longer answers, so nobody knows whether the pod runs."},
		"scaled-to-zero":         {fleet.Degraded, clusterfn.ScaledToZero, "Every Deployment is scaled to zero, so nobody is served."},
		"nothing-deployed":       {fleet.Unknown, clusterfn.NothingDeployed, "The namespace exists, but nothing is deployed in it."},
		"removal":                {fleet.Progressing, clusterfn.Terminating, "The instance is being removed from the cluster."},
	}
}

// HoldReasons holds the instances of LoadAll, as they were read at Noon, against
// the reason table.
func HoldReasons(t *testing.T, read []clusterfn.Instance) {
	t.Helper()
	table := reasons()
	assert.Len(t, States(t), len(table), "every state has a row")
	instances := map[string]clusterfn.Instance{}
	for _, i := range read {
		instances[i.Name] = i
	}
	for state, want := range table {
		t.Run(state, func(t *testing.T) {
			require.Contains(t, instances, state)
			got := instances[state]
			assert.Equal(t, want.health, got.Health)
			assert.Equal(t, want.reason, got.Reason)
			if want.code == "" {
				assert.Empty(t, got.Findings)
				return
			}
			require.NotEmpty(t, got.Findings)
			assert.Equal(t, want.code, got.Findings[0].Code)
			for _, f := range got.Findings {
				assert.NotEmpty(t, f.Reason)
				assert.NotEmpty(t, f.NextStep)
				assert.NotEqual(t, fleet.Healthy, f.Health)
			}
			assert.Equal(t, got.Findings[0].NextStep, got.NextStep)
		})
	}
}
