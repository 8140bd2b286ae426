package kube_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/open-craft/ocim/functions/inspector/kube"
	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
	"github.com/open-craft/ocim/shared/clusterfn"
)

// noon is the time of every state.
var noon = kubetest.Noon()

func load(t *testing.T, state string) []runtime.Object {
	t.Helper()
	return kubetest.Load(t, state)
}

func newReader(t testing.TB, s *kubetest.Server, now func() time.Time) *kube.Reader {
	t.Helper()
	r, err := kube.NewReader(s.Client(t), kube.Options{Selector: kubetest.Selector, CacheFor: 3 * time.Second, Now: now})
	require.NoError(t, err)
	return r
}

func over(t *testing.T, objects ...runtime.Object) (*kube.Reader, *kubetest.Server) {
	t.Helper()
	s := kubetest.Serve(t, objects...)
	return newReader(t, s, kubetest.Noon), s
}

// TestReasonTable holds every state of an instance against what is said of it.
// The inspector's own test does the same against a real API server.
func TestReasonTable(t *testing.T) {
	t.Parallel()
	r, _ := over(t, kubetest.LoadAll(t)...)
	s, err := r.Cluster(t.Context())
	require.NoError(t, err)
	kubetest.HoldReasons(t, s.Instances.Instances)
}

// TestPodsSayWhatTheirContainersDo reads one pod in full.
func TestPodsSayWhatTheirContainersDo(t *testing.T) {
	t.Parallel()
	r, _ := over(t, load(t, "liveness-probe")...)
	v, err := r.View(t.Context(), "demo")
	require.NoError(t, err)
	require.Len(t, v.Pods.Pods, 1)
	p := v.Pods.Pods[0]
	assert.Equal(t, "lms", p.Workload)
	assert.Equal(t, "Deployment", p.Kind)
	assert.Equal(t, "node-1", p.Node)
	assert.Equal(t, clusterfn.Failed, p.Health)
	assert.Equal(t, 6, p.Restarts)
	assert.Equal(t, clusterfn.Resources{CPUMillis: 250, MemoryBytes: 1 << 30}, p.Requests)
	assert.Equal(t, clusterfn.Resources{MemoryBytes: 2 << 30}, p.Limits)
	require.Len(t, p.Containers, 1)
	c := p.Containers[0]
	assert.Equal(t, "waiting", c.State)
	assert.Equal(t, "CrashLoopBackOff", c.Reason)
	require.NotNil(t, c.Last)
	assert.Equal(t, 137, c.Last.ExitCode)
	require.NotEmpty(t, p.Findings)
	assert.Equal(t, "lms", p.Findings[0].Container)

	require.Len(t, v.Events.Events, 1)
	assert.Equal(t, "lms", v.Events.Events[0].Part)
	assert.Equal(t, 4, v.Events.Events[0].Count)
	require.Len(t, v.Replication.Deployments, 1)
	assert.Equal(t, clusterfn.Progressing, v.Replication.Deployments[0].Health)
}
