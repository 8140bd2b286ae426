package kube_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/open-craft/ocim/functions/inspector/kube"
	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
)

func namespace(name string, labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
}

func names(list clusterfn.InstanceList) []string {
	out := []string{}
	for _, i := range list.Instances {
		out = append(out, i.Name)
	}
	return out
}

func TestOnlyInstancesAreShown(t *testing.T) {
	t.Parallel()
	openedx := map[string]string{"app.kubernetes.io/part-of": "openedx"}
	system := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "dns", Namespace: "kube-system"}}
	objects := append(load(t, "crash-loop"), namespace("labelled", openedx), namespace("kube-system", nil), namespace("empty", nil), system,
		&corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: "e", Namespace: "kube-system"}, Type: "Warning", InvolvedObject: corev1.ObjectReference{Namespace: "kube-system"}})
	r, _ := over(t, objects...)
	s, err := r.Cluster(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"demo", "labelled"}, names(s.Instances))
	assert.Empty(t, s.Events.Events, "events of other namespaces are nobody's business")

	for _, name := range []string{"kube-system", "empty", "none"} {
		_, err := r.View(t.Context(), name)
		assert.Equal(t, fault.NotFound, fault.KindOf(err), name)
		_, err = r.Log(t.Context(), name, clusterfn.LogQuery{Pod: "dns"})
		assert.Equal(t, fault.NotFound, fault.KindOf(err), name)
	}
}

func TestSelectorThatSelectsEverythingIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "a=b=c", "!!"} {
		_, err := kube.NewReader(new(kube.Client), kube.Options{Selector: s, Now: kubetest.Noon})
		assert.Error(t, err, s)
	}
}

func TestReplication(t *testing.T) {
	t.Parallel()
	low, wanted, used := int32(2), int32(80), int32(63)
	per := resource.MustParse("100")
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "lms-hpa", Namespace: "demo"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: "Deployment", Name: "lms"}, MinReplicas: &low, MaxReplicas: 6,
			Metrics: []autoscalingv2.MetricSpec{
				{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{Name: "cpu", Target: autoscalingv2.MetricTarget{AverageUtilization: &wanted}}},
				{Type: "Pods", Pods: &autoscalingv2.PodsMetricSource{Metric: autoscalingv2.MetricIdentifier{Name: "requests"}, Target: autoscalingv2.MetricTarget{AverageValue: &per}}},
			},
		},
		Status: autoscalingv2.HorizontalPodAutoscalerStatus{
			CurrentReplicas: 2, DesiredReplicas: 3,
			CurrentMetrics: []autoscalingv2.MetricStatus{{Type: "Resource", Resource: &autoscalingv2.ResourceMetricStatus{Name: "cpu", Current: autoscalingv2.MetricValueStatus{AverageUtilization: &used}}}},
			Conditions:     []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: autoscalingv2.ScalingActive, Status: "False", Reason: "FailedGetPodsMetric", Message: "no metrics of requests"}},
		},
	}
	r, _ := over(t, append(load(t, "rolling-out"), hpa)...)
	v, err := r.View(t.Context(), "demo")
	require.NoError(t, err)
	require.Len(t, v.Replication.Deployments, 1)
	d := v.Replication.Deployments[0]
	assert.Equal(t, [5]int{2, 1, 2, 2, 0}, [5]int{d.Desired, d.Updated, d.Ready, d.Available, d.Unavailable})
	assert.Equal(t, clusterfn.Progressing, d.Health)
	s, err := r.Cluster(t.Context())
	require.NoError(t, err)
	assert.True(t, s.Instances.Scaling)
	assert.Equal(t, []clusterfn.Workload{{Name: "lms", Images: d.Images, Desired: 2, Ready: 2, Scaled: &clusterfn.Scaled{Min: 2, Max: 6}}}, s.Instances.Instances[0].Workloads)
	assert.Equal(t, []clusterfn.Autoscaler{{
		Name: "lms-hpa", Target: "lms", Min: 2, Max: 6, Current: 2, Desired: 3, Problem: "no metrics of requests",
		Metrics: []clusterfn.Metric{{Name: "cpu", Current: "63%", Target: "80%"}, {Name: "requests", Target: "100"}},
	}}, v.Replication.Autoscalers)
}

func TestNodes(t *testing.T) {
	t.Parallel()
	node := func(name string, conditions ...corev1.NodeCondition) *corev1.Node {
		return &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"node.kubernetes.io/instance-type": "m6i.xlarge", "topology.kubernetes.io/zone": "eu-west-1a"}},
			Status: corev1.NodeStatus{
				Capacity:   corev1.ResourceList{"cpu": resource.MustParse("4"), "memory": resource.MustParse("16Gi"), "pods": resource.MustParse("58")},
				Conditions: conditions,
			},
		}
	}
	ready := corev1.NodeCondition{Type: corev1.NodeReady, Status: "True"}
	cordoned := node("node-3", ready)
	cordoned.Spec.Unschedulable = true
	r, _ := over(t, append(load(t, "healthy"), node("node-1", ready), cordoned,
		node("node-2", ready, corev1.NodeCondition{Type: corev1.NodeMemoryPressure, Status: "True"}),
		node("node-4", corev1.NodeCondition{Type: corev1.NodeReady, Status: "Unknown"}))...)
	s, err := r.Cluster(t.Context())
	require.NoError(t, err)
	require.Len(t, s.Nodes.Nodes, 4)
	var healths []clusterfn.Health
	for _, n := range s.Nodes.Nodes {
		healths = append(healths, n.Health)
		assert.Equal(t, n.Health != clusterfn.Healthy || n.Cordoned, n.Reason != "" && n.NextStep != "", n.Name)
	}
	assert.Equal(t, []clusterfn.Health{clusterfn.Healthy, clusterfn.Degraded, clusterfn.Healthy, clusterfn.Failed}, healths)
	one := s.Nodes.Nodes[0]
	assert.Equal(t, clusterfn.Resources{CPUMillis: 4000, MemoryBytes: 16 << 30, Pods: 58}, one.Capacity)
	assert.Equal(t, clusterfn.Resources{CPUMillis: 500, MemoryBytes: 2 << 30, Pods: 2}, one.Requested)
	assert.True(t, s.Nodes.Nodes[2].Cordoned)
}

func TestMissingPermissionIsNamed(t *testing.T) {
	t.Parallel()
	forbid := func(resource string) *kube.Reader {
		r, client := over(t, load(t, "healthy")...)
		client.Refuse(func(q kubetest.Request) error {
			if q.Verb != "list" || q.Resource != resource {
				return nil
			}
			return apierrors.NewForbidden(schema.GroupResource{Resource: resource}, "", errors.New("RBAC"))
		})
		return r
	}
	for _, resource := range []string{"namespaces", "pods", "deployments", "jobs", "nodes"} {
		r := forbid(resource)
		_, err := r.Cluster(t.Context())
		assert.Equal(t, fault.Unavailable, fault.KindOf(err), resource)
		assert.Contains(t, fault.Message(err), "list "+resource, "a healthy answer would be a lie")
	}
	r := forbid("events")
	s, err := r.Cluster(t.Context())
	require.NoError(t, err, "events only add words")
	require.Len(t, s.Instances.Unread, 1)
	assert.Contains(t, s.Instances.Unread[0].Reason, "RBAC manifest")

	r = forbid("horizontalpodautoscalers")
	v, err := r.View(t.Context(), "demo")
	require.NoError(t, err)
	assert.Len(t, v.Replication.Unread, 1)
	assert.Len(t, v.Replication.Deployments, 1)
	s, err = r.Cluster(t.Context())
	require.NoError(t, err)
	assert.False(t, s.Instances.Scaling, "that nothing is scaled would be a lie")
	assert.Len(t, s.Instances.Unread, 1)
}

func TestCallersShareOneReading(t *testing.T) {
	t.Parallel()
	now := noon
	var mu sync.Mutex
	client := kubetest.Serve(t, load(t, "healthy")...)
	r := newReader(t, client, func() time.Time { mu.Lock(); defer mu.Unlock(); return now })
	lists := func() (n int) {
		for _, q := range client.Asked() {
			if q.Verb == "list" && q.Resource == "pods" {
				n++
			}
		}
		return n
	}
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			_, err := r.Cluster(t.Context())
			assert.NoError(t, err)
		})
	}
	group.Wait()
	assert.Equal(t, 1, lists())

	mu.Lock()
	now = now.Add(3 * time.Second)
	mu.Unlock()
	_, err := r.Cluster(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, lists(), "an answer is kept for 3 s")
}

func TestFailedReadingIsNotKept(t *testing.T) {
	t.Parallel()
	r, client := over(t, load(t, "healthy")...)
	client.Refuse(func(q kubetest.Request) error {
		if q.Resource == "jobs" {
			return apierrors.NewInternalError(errors.New("etcd"))
		}
		return nil
	})
	_, err := r.Cluster(t.Context())
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	client.Refuse(nil)
	_, err = r.Cluster(t.Context())
	require.NoError(t, err)
}

func TestCallerThatGivesUpStopsNobody(t *testing.T) {
	t.Parallel()
	r, client := over(t, load(t, "healthy")...)
	entered, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	client.Refuse(func(q kubetest.Request) error {
		if q.Resource == "nodes" {
			once.Do(func() { close(entered) })
			<-release
		}
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := r.Cluster(ctx); first <- err }()
	<-entered
	cancel()
	assert.Equal(t, fault.Unavailable, fault.KindOf(<-first))
	close(release)
	_, err := r.Cluster(t.Context())
	require.NoError(t, err)
}

func TestNoSecretsAreRead(t *testing.T) {
	t.Parallel()
	objects := load(t, "crash-loop")
	for _, o := range objects {
		if d, ok := o.(*appsv1.Deployment); ok {
			d.Annotations = map[string]string{"note": "canary-77"}
		}
		if p, ok := o.(*corev1.Pod); ok {
			p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "TOKEN", Value: "canary-77"}}
			p.Spec.Containers[0].Args = []string{"--password=canary-77"}
		}
	}
	r, _ := over(t, objects...)
	s, err := r.Cluster(t.Context())
	require.NoError(t, err)
	v, err := r.View(t.Context(), "demo")
	require.NoError(t, err)
	assert.NotContains(t, encoded(t, s), "canary-77")
	assert.NotContains(t, encoded(t, v), "canary-77")
}
