package kube_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
	"github.com/open-craft/ocim/shared/clusterfn"
)

const (
	manyInstances = 200
	podsEach      = 15
)

func encoded(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// big is a large cluster, whose objects are made as they are requested.
type big struct {
	*kubetest.Server

	mu    sync.Mutex
	calls map[string]int // lists, by kind
	page  int            // objects that were requested at once, at most
	live  int64          // bytes of heap that is in use between pages, at most
}

// asked notes a list. What is garbage by now does not count.
func (b *big) asked(q kubetest.Request) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[q.Resource]++
	limit, err := strconv.Atoi(q.Query.Get("limit"))
	b.page = max(b.page, limit)
	b.live = max(b.live, liveHeap())
	return err
}

func liveHeap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func newBig(t testing.TB) *big {
	b := &big{Server: kubetest.Serve(t), calls: map[string]int{}}
	b.Refuse(b.asked)
	b.Made = map[string]kubetest.Made{}
	for resource, total := range map[string]int{"namespaces": manyInstances, "pods": manyInstances * podsEach, "deployments": manyInstances * podsEach} {
		b.Made[resource] = kubetest.Made{Total: total, List: func(from, to int) kruntime.Object { return items(resource, from, to) }}
	}
	return b
}

func items(resource string, from, to int) kruntime.Object {
	at := metav1.NewTime(noon.Add(-time.Hour))
	object := func(i int) metav1.ObjectMeta {
		return metav1.ObjectMeta{
			Name: fmt.Sprintf("lms-%d", i), Namespace: fmt.Sprintf("instance-%d", i/podsEach), CreationTimestamp: at,
			Labels: map[string]string{"app.kubernetes.io/part-of": "openedx", "pod-template-hash": "5c7d"},
			// Real objects carry this much that no one requests.
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kube-controller-manager", FieldsV1: metav1.NewFieldsV1(strings.Repeat("f", 6000))}},
		}
	}
	switch resource {
	case "namespaces":
		l := &corev1.NamespaceList{}
		for i := from; i < to; i++ {
			l.Items = append(l.Items, corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("instance-%d", i), CreationTimestamp: at}})
		}
		return l
	case "deployments":
		l := &appsv1.DeploymentList{}
		for i := from; i < to; i++ {
			l.Items = append(l.Items, appsv1.Deployment{ObjectMeta: object(i), Status: appsv1.DeploymentStatus{ReadyReplicas: 1, AvailableReplicas: 1, UpdatedReplicas: 1}})
		}
		return l
	}
	l := &corev1.PodList{}
	for i := from; i < to; i++ {
		l.Items = append(l.Items, corev1.Pod{
			ObjectMeta: object(i),
			Spec:       corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{Name: "lms", Image: "openedx:teak"}}},
			Status: corev1.PodStatus{
				Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
				ContainerStatuses: []corev1.ContainerStatus{{Name: "lms", Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at}}}},
			},
		})
	}
	return l
}

// TestLargeClusterIsReadInPages holds how often a large cluster is asked, and how
// much of it is in memory at once, whatever the machine that it runs on.
func TestLargeClusterIsReadInPages(t *testing.T) {
	client := newBig(t)
	before := liveHeap()
	r := newReader(t, client.Server, kubetest.Noon)
	s, err := r.Cluster(t.Context())
	require.NoError(t, err)
	require.Len(t, s.Instances.Instances, manyInstances)
	for _, i := range s.Instances.Instances {
		assert.Equal(t, podsEach, i.Ready, i.Name)
	}
	const pages = manyInstances * podsEach / 250
	assert.Equal(t, map[string]int{"pods": pages, "deployments": pages, "namespaces": 1, "jobs": 1, "statefulsets": 1, "daemonsets": 1, "horizontalpodautoscalers": 1, "nodes": 1, "events": 1}, client.calls)
	assert.EqualValues(t, 250, client.page)
	assert.Less(t, client.live-before, int64(64<<20), "bytes of heap")
	assert.Less(t, len(encoded(t, s.Instances)), 2<<20, "bytes of the answer")

	clear(client.calls)
	for range 3 {
		_, err = r.Cluster(t.Context())
		require.NoError(t, err)
	}
	assert.Empty(t, client.calls, "an answer is shared")
}

// TestInstanceIsReadInOneListOfEachKind, however many pods and Deployments it has.
func TestInstanceIsReadInOneListOfEachKind(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"scaled-to-zero", "crash-loop", "completed-jobs"} {
		r, client := over(t, load(t, state)...)
		v, err := r.View(t.Context(), "demo")
		require.NoError(t, err)
		for _, p := range v.Pods.Pods {
			says(client, "a line\n")
			_, err := r.Log(t.Context(), "demo", clusterfn.LogQuery{Pod: p.Name})
			require.NoError(t, err)
		}
		calls := map[string]int{}
		for _, q := range client.Asked() {
			calls[q.Verb+" "+q.Resource+q.Subresource]++
		}
		want := map[string]int{"get namespaces": 1, "list pods": 1, "list deployments": 1, "list jobs": 1, "list statefulsets": 1, "list daemonsets": 1, "list horizontalpodautoscalers": 1, "list events": 1}
		if n := len(v.Pods.Pods); n > 0 {
			want["get podslog"] = n
		}
		assert.Equal(t, want, calls, state)
	}
}

func TestListThatTookTooLongBeginsAgain(t *testing.T) {
	t.Parallel()
	for expired, works := range map[int32]bool{1: true, 2: false} {
		client := newBig(t)
		var left atomic.Int32
		left.Store(expired)
		client.Refuse(func(q kubetest.Request) error {
			if q.Resource == "pods" && q.Query.Get("continue") == "500" && left.Add(-1) >= 0 {
				return apierrors.NewResourceExpired("too old")
			}
			return nil
		})
		s, err := newReader(t, client.Server, kubetest.Noon).Cluster(t.Context())
		if !works {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, podsEach, s.Instances.Instances[0].Pods, "no pod counts twice")
	}
}

// BenchmarkCluster reads 200 instances of 15 pods: within 2 s and 64 MB.
func BenchmarkCluster(b *testing.B) {
	var live int64
	for b.Loop() {
		client := newBig(b)
		r := newReader(b, client.Server, kubetest.Noon)
		start := time.Now()
		s, err := r.Cluster(b.Context())
		require.NoError(b, err)
		encoded(b, s.Instances)
		require.Less(b, time.Since(start), 2*time.Second)
		require.Less(b, client.live, int64(64<<20))
		live = max(live, client.live)
	}
	b.ReportMetric(float64(live)/(1<<20), "MB-live")
}
