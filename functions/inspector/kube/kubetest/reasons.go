package kubetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
)

// said is what is to be said of a state.
type said struct {
	health clusterfn.Health
	code   clusterfn.Code
	reason string
}

// reasons is the reason table: every state with what is said of it.
func reasons() map[string]said {
	return map[string]said{
		"healthy":                {clusterfn.Healthy, "", ""},
		"crash-loop":             {clusterfn.Failed, clusterfn.CrashLoop, "The container lms is crash-looping (exit code 1)."},
		"crash-loop-beside":      {clusterfn.Degraded, clusterfn.CrashLoop, "The container lms is crash-looping (exit code 1)."},
		"crashed-lately":         {clusterfn.Degraded, clusterfn.Restarted, "The container lms crashed (exit code 3) and was restarted."},
		"image-pull":             {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the registry has no such tag (registry.example.org/demo/openedx:teak.9: not found)."},
		"image-denied":           {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the image does not exist, or the cluster may not read it (pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed)."},
		"oom-killed":             {clusterfn.Failed, clusterfn.OOMKilled, "The container lms used more memory than its limit of 2 Gi and was killed."},
		"oom-killed-lately":      {clusterfn.Degraded, clusterfn.OOMKilled, "The container lms used more memory than its limit of 2 Gi and was killed."},
		"unschedulable":          {clusterfn.Failed, clusterfn.Unschedulable, "A pod of lms is waiting for a node: no node has enough memory left; nodes are reserved for other pods by their taints (taint dedicated: gpu)."},
		"unschedulable-just-now": {clusterfn.Progressing, clusterfn.Unschedulable, "A pod of lms is waiting for a node: no node has enough memory left; nodes are reserved for other pods by their taints (taint dedicated: gpu)."},
		"liveness-probe":         {clusterfn.Failed, clusterfn.LivenessProbe, "The container lms keeps being restarted because its liveness probe fails: HTTP probe failed with statuscode: 500."},
		"readiness-probe":        {clusterfn.Failed, clusterfn.ReadinessProbe, `The container lms runs, but its readiness probe fails: Get "http://10.0.0.7:8000/heartbeat": context deadline exceeded.`},
		"startup-probe":          {clusterfn.Failed, clusterfn.StartupProbe, "The container lms does not finish starting because its startup probe fails: dial tcp 10.0.0.7:8000: connect: connection refused."},
		"init-failed":            {clusterfn.Failed, clusterfn.InitFailed, "lms cannot start: its init container mount-static failed (exit code 2)."},
		"job-failed":             {clusterfn.Degraded, clusterfn.JobFailed, "The job lms-job-20260302110000 failed: it reached its retry limit."},
		"job-failed-then-done":   {clusterfn.Healthy, "", ""},
		"cron-job-failed":        {clusterfn.Degraded, clusterfn.JobFailed, "The job cleanup-29500060 failed: it exceeded its time limit."},
		"job-without-account":    {clusterfn.Degraded, clusterfn.JobBlocked, `The job lms-job-20260302110000 cannot start because its pod cannot be created: error looking up service account demo/lms-jobs: serviceaccount "lms-jobs" not found.`},
		"job-quota":              {clusterfn.Degraded, clusterfn.Quota, "The job lms-job-20260302110000 cannot start: the namespace's quota is used up (compute, requested: requests.memory=1Gi, used: requests.memory=8Gi, limited: requests.memory=8Gi)."},
		"completed-jobs":         {clusterfn.Healthy, "", ""},
		"quota":                  {clusterfn.Failed, clusterfn.Quota, "lms cannot have all its pods: the namespace's quota is used up (compute, requested: requests.memory=1Gi, used: requests.memory=8Gi, limited: requests.memory=8Gi)."},
		"config-error":           {clusterfn.Failed, clusterfn.ConfigError, `The container lms cannot be created from its configuration: configmap "openedx-settings-lms" not found.`},
		"evicted":                {clusterfn.Degraded, clusterfn.Evicted, "A pod of lms was evicted from node node-1: The node was low on resource: memory."},
		"evicted-replaced":       {clusterfn.Healthy, "", ""},
		"terminating":            {clusterfn.Healthy, "", ""},
		"stuck-terminating":      {clusterfn.Degraded, clusterfn.StuckDeleting, "A pod of lms should be gone by now."},
		"rolling-out":            {clusterfn.Progressing, clusterfn.RollingOut, "lms is rolling out: 1 of 2 replicas are updated."},
		"first-start":            {clusterfn.Progressing, clusterfn.RollingOut, "lms is starting: 0 of 1 replicas are available."},
		"stuck-starting":         {clusterfn.Failed, clusterfn.StuckStarting, `A pod of lms does not start: a volume cannot be mounted (MountVolume.SetUp failed for volume "settings-lms" : secret "lms-tls" not found).`},
		"rollout-stuck":          {clusterfn.Degraded, clusterfn.RolloutStuck, "The rollout of lms is stuck: 1 of 2 replicas are updated, 2 are available."},
		"node-lost":              {clusterfn.Failed, clusterfn.NodeLost, "The node node-1 no longer answers, so it is unknown whether the pod runs."},
		"scaled-to-zero":         {clusterfn.Degraded, clusterfn.ScaledToZero, "Every Deployment is scaled to zero, so the instance serves no one."},
		"nothing-deployed":       {clusterfn.Unknown, clusterfn.NothingDeployed, "The namespace exists, but nothing is deployed in it."},
		"pull-no-credentials":    {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the cluster has no credentials for the registry (no basic auth credentials)."},
		"pull-rate-limit":        {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the registry's rate limit is reached (unexpected status from HEAD request to https://registry-1.docker.io/v2/overhangio/openedx/manifests/20.0.1: 429 Too Many Requests toomanyrequests: You have reached your unauthenticated pull rate limit)."},
		"pull-dns":               {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the name of the registry is not found in DNS (dial tcp: lookup registry.example.org on 169.254.20.10:53: no such host)."},
		"pull-timeout":           {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the registry does not answer in time (dial tcp 203.0.113.7:443: i/o timeout)."},
		"pull-disk-full":         {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the node's disk is full (write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/8123/fs/openedx/edx-platform/node_modules/sass/sass.dart.js: no space left on device)."},
		"pull-architecture":      {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the image is built for another processor architecture (no match for platform in manifest: not found)."},
		"pull-crio":              {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the registry has no such tag (manifest unknown)."},
		"pull-back-off-alone":    {clusterfn.Failed, clusterfn.ImagePull, "The image of container lms cannot be pulled: the registry's certificate is not trusted (tls: failed to verify certificate: x509: certificate signed by unknown authority)."},
		"disk-pressure":          {clusterfn.Failed, clusterfn.Unschedulable, "A pod of lms is waiting for a node: a node is short of disk (taint node.kubernetes.io/disk-pressure)."},
		"unreachable-nodes":      {clusterfn.Failed, clusterfn.Unschedulable, "A pod of lms is waiting for a node: a node is not ready (taint node.kubernetes.io/not-ready); a node no longer answers (taint node.kubernetes.io/unreachable); no node has enough CPU left."},
		"scheduler-unknown":      {clusterfn.Failed, clusterfn.Unschedulable, "A pod of lms is waiting for a node: no node has enough CPU left; nodes are reserved for other pods by their taints; “node(s) were on holiday”."},
		"multi-attach":           {clusterfn.Failed, clusterfn.StuckStarting, `A pod of lms does not start: its volume is still attached to another node (Multi-Attach error for volume "pvc-0a1b" Volume is already exclusively attached to one node and can't be attached to another).`},
		"evicted-many":           {clusterfn.Failed, clusterfn.Unschedulable, "A pod of lms is waiting for a node: no node has enough memory left."},
		"exit-132":               {clusterfn.Failed, clusterfn.CrashLoop, "The container mongodb is crash-looping (exit code 132: the processor lacks an instruction that it uses, as MongoDB 5 does without AVX)."},
		"worker-down":            {clusterfn.Degraded, clusterfn.CrashLoop, "The container lms-worker is crash-looping (exit code 1)."},
		"autoscaler-blind":       {clusterfn.Degraded, clusterfn.CannotScale, "The autoscaler of lms cannot scale: the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API."},
		"statefulset-down":       {clusterfn.Degraded, clusterfn.ReplicasMissing, "Only 0 of 1 replicas of elasticsearch are available."},
		"daemonset-down":         {clusterfn.Degraded, clusterfn.ReplicasMissing, "Only 1 of 3 replicas of log-shipper are available."},
		"job-slow":               {clusterfn.Degraded, clusterfn.JobStuck, "The job lms-job-20260302113000 has been running for longer than usual."},
		"job-stuck":              {clusterfn.Failed, clusterfn.JobStuck, "The job lms-job-20260227110000 has been running for more than 60 minutes."},
		"job-just-started":       {clusterfn.Progressing, clusterfn.Starting, "The job lms-job-20260302115500 is running."},
		"removal":                {clusterfn.Progressing, clusterfn.Terminating, "The instance is being removed from the cluster."},
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
				assert.NotEqual(t, clusterfn.Healthy, f.Health)
			}
			assert.Equal(t, got.Findings[0].NextStep, got.NextStep)
		})
	}
}
