package kube

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/diagnose"
)

// namespace is what counts of a namespace.
type namespace struct {
	name      string
	selected  bool
	createdAt time.Time
	deletedAt time.Time
}

// cut bounds what others wrote. The cause of an error stands at its end, so a long text
// loses its middle.
func cut(s string) string {
	if len(s) <= clusterfn.MaxMessage {
		return s
	}
	const head = clusterfn.MaxMessage / 3
	return strings.ToValidUTF8(s[:head], "") + " … " + strings.ToValidUTF8(s[len(s)-(clusterfn.MaxMessage-head):], "")
}

func deploymentFrom(d *appsv1.Deployment) (clusterfn.Deployment, bool) {
	out := clusterfn.Deployment{
		Name: d.Name, Images: images(d.Spec.Template), Desired: 1, CreatedAt: d.CreationTimestamp.Time,
		Updated: int(d.Status.UpdatedReplicas), Ready: int(d.Status.ReadyReplicas),
		Available: int(d.Status.AvailableReplicas), Unavailable: int(d.Status.UnavailableReplicas),
		Observed: d.Status.ObservedGeneration >= d.Generation,
	}
	if d.Spec.Replicas != nil {
		out.Desired = int(*d.Spec.Replicas)
	}
	for _, c := range d.Status.Conditions {
		switch {
		case c.Type == appsv1.DeploymentProgressing:
			out.Rollout = c.Reason
		case c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue:
			out.Failure = cut(c.Message)
		}
	}
	return out, true
}

func statefulSetFrom(d *appsv1.StatefulSet) (clusterfn.Deployment, bool) {
	out := clusterfn.Deployment{
		Name: d.Name, Kind: "StatefulSet", Images: images(d.Spec.Template), Desired: 1, CreatedAt: d.CreationTimestamp.Time,
		Updated: int(d.Status.UpdatedReplicas), Ready: int(d.Status.ReadyReplicas), Available: int(d.Status.AvailableReplicas),
		Observed: d.Status.ObservedGeneration >= d.Generation,
	}
	if d.Spec.Replicas != nil {
		out.Desired = int(*d.Spec.Replicas)
	}
	if d.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType || d.Status.UpdateRevision == d.Status.CurrentRevision {
		// Nothing is being rolled out; the controller counts no replica as updated then.
		out.Updated = out.Desired
	}
	out.Unavailable = max(out.Desired-out.Available, 0)
	return out, true
}

func daemonSetFrom(d *appsv1.DaemonSet) (clusterfn.Deployment, bool) {
	return clusterfn.Deployment{
		Name: d.Name, Kind: "DaemonSet", Images: images(d.Spec.Template), Desired: int(d.Status.DesiredNumberScheduled), CreatedAt: d.CreationTimestamp.Time,
		Updated: int(d.Status.UpdatedNumberScheduled), Ready: int(d.Status.NumberReady), Available: int(d.Status.NumberAvailable),
		Unavailable: int(d.Status.NumberUnavailable), Observed: d.Status.ObservedGeneration >= d.Generation,
	}, true
}

func images(t corev1.PodTemplateSpec) []string {
	out := []string{}
	for _, c := range t.Spec.Containers {
		out = append(out, c.Image)
	}
	return out
}

// runNumber matches the suffix that distinguishes the runs of a job.
var runNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[-.]?\d{5,}$`) })

func jobFrom(j *batchv1.Job) (clusterfn.Job, bool) {
	out := clusterfn.Job{Name: j.Name, Group: runNumber().ReplaceAllString(j.Name, ""), Active: int(j.Status.Active), CreatedAt: j.CreationTimestamp.Time}
	if owner := metav1.GetControllerOf(j); owner != nil && owner.Kind == "CronJob" {
		out.Group, out.CronJob = "CronJob/"+owner.Name, true
	}
	for _, c := range j.Status.Conditions {
		if c.Status != corev1.ConditionTrue {
			continue
		}
		switch c.Type {
		case batchv1.JobComplete, batchv1.JobSuccessCriteriaMet:
			out.Complete = true
		case batchv1.JobFailed, batchv1.JobFailureTarget:
			out.Failed, out.Reason, out.Message = true, c.Reason, cut(c.Message)
		}
	}
	suspended := j.Spec.Suspend != nil && *j.Spec.Suspend
	return out, !suspended
}

func autoscalerFrom(h *autoscalingv2.HorizontalPodAutoscaler) (clusterfn.Autoscaler, bool) {
	out := clusterfn.Autoscaler{
		Name: h.Name, Target: h.Spec.ScaleTargetRef.Name, Min: 1, Max: int(h.Spec.MaxReplicas),
		Current: int(h.Status.CurrentReplicas), Desired: int(h.Status.DesiredReplicas), Metrics: []clusterfn.Metric{},
	}
	if h.Spec.MinReplicas != nil {
		out.Min = int(*h.Spec.MinReplicas)
	}
	if h.Status.LastScaleTime != nil {
		out.ScaledAt = h.Status.LastScaleTime.Time
	}
	current := map[string]string{}
	for _, m := range h.Status.CurrentMetrics {
		name, value := currentMetric(m)
		current[name] = value
	}
	for _, m := range h.Spec.Metrics {
		name, target := targetMetric(m)
		out.Metrics = append(out.Metrics, clusterfn.Metric{Name: name, Target: target, Current: current[name]})
	}
	for _, c := range h.Status.Conditions {
		bad := (c.Type == autoscalingv2.ScalingActive || c.Type == autoscalingv2.AbleToScale) && c.Status == corev1.ConditionFalse
		if bad && c.Reason != "ScalingDisabled" {
			out.Problem = cut(c.Message)
		}
	}
	return out, true
}

func targetMetric(m autoscalingv2.MetricSpec) (name, target string) {
	switch {
	case m.Resource != nil:
		return string(m.Resource.Name), targetWords(m.Resource.Target)
	case m.ContainerResource != nil:
		return m.ContainerResource.Container + " " + string(m.ContainerResource.Name), targetWords(m.ContainerResource.Target)
	case m.Pods != nil:
		return m.Pods.Metric.Name, targetWords(m.Pods.Target)
	case m.Object != nil:
		return m.Object.Metric.Name, targetWords(m.Object.Target)
	case m.External != nil:
		return m.External.Metric.Name, targetWords(m.External.Target)
	}
	return string(m.Type), ""
}

func currentMetric(m autoscalingv2.MetricStatus) (name, value string) {
	switch {
	case m.Resource != nil:
		return string(m.Resource.Name), currentWords(m.Resource.Current)
	case m.ContainerResource != nil:
		return m.ContainerResource.Container + " " + string(m.ContainerResource.Name), currentWords(m.ContainerResource.Current)
	case m.Pods != nil:
		return m.Pods.Metric.Name, currentWords(m.Pods.Current)
	case m.Object != nil:
		return m.Object.Metric.Name, currentWords(m.Object.Current)
	case m.External != nil:
		return m.External.Metric.Name, currentWords(m.External.Current)
	}
	return string(m.Type), ""
}

func targetWords(t autoscalingv2.MetricTarget) string {
	switch {
	case t.AverageUtilization != nil:
		return fmt.Sprintf("%d%%", *t.AverageUtilization)
	case t.AverageValue != nil:
		return t.AverageValue.String()
	case t.Value != nil:
		return t.Value.String()
	}
	return ""
}

func currentWords(v autoscalingv2.MetricValueStatus) string {
	switch {
	case v.AverageUtilization != nil:
		return fmt.Sprintf("%d%%", *v.AverageUtilization)
	case v.AverageValue != nil:
		return v.AverageValue.String()
	case v.Value != nil:
		return v.Value.String()
	}
	return ""
}

func nodeFrom(n *corev1.Node) (clusterfn.Node, bool) {
	var facts diagnose.NodeFacts
	for _, c := range n.Status.Conditions {
		yes := c.Status == corev1.ConditionTrue
		switch c.Type {
		case corev1.NodeReady:
			facts.Ready, facts.Message = string(c.Status), cut(c.Message)
		case corev1.NodeMemoryPressure:
			facts.Memory = yes
		case corev1.NodeDiskPressure:
			facts.Disk = yes
		case corev1.NodePIDPressure:
			facts.PIDs = yes
		case corev1.NodeNetworkUnavailable:
			facts.Network = yes
		}
	}
	return diagnose.Node(clusterfn.Node{
		Name: n.Name, Cordoned: n.Spec.Unschedulable, CreatedAt: n.CreationTimestamp.Time, Version: n.Status.NodeInfo.KubeletVersion,
		Size: n.Labels[corev1.LabelInstanceTypeStable], Zone: n.Labels[corev1.LabelTopologyZone],
		Capacity: resources(n.Status.Capacity), Allocatable: resources(n.Status.Allocatable),
	}, facts), true
}

func resources(l corev1.ResourceList) clusterfn.Resources {
	return clusterfn.Resources{CPUMillis: l.Cpu().MilliValue(), MemoryBytes: l.Memory().Value(), Pods: l.Pods().Value()}
}

// part finds the container in a field path such as spec.containers{lms}.
var part = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^spec\.(?:initContainers|containers)\{(.+)\}$`) })

func eventFrom(e *corev1.Event) (clusterfn.Event, bool) {
	out := clusterfn.Event{
		Instance: e.Namespace, Kind: e.InvolvedObject.Kind, Object: e.InvolvedObject.Name,
		Reason: e.Reason, Message: cut(e.Message), Count: max(int(e.Count), 1), FirstAt: e.FirstTimestamp.Time,
		At: latest(e.LastTimestamp.Time, e.EventTime.Time, e.FirstTimestamp.Time, e.CreationTimestamp.Time),
	}
	if e.Series != nil {
		out.Count, out.At = int(e.Series.Count), latest(out.At, e.Series.LastObservedTime.Time)
	}
	if e.InvolvedObject.Namespace == "" {
		out.Instance = "" // about a node or another thing of the cluster itself
	}
	if m := part().FindStringSubmatch(e.InvolvedObject.FieldPath); m != nil {
		out.Part = m[1]
	}
	// The server selects by type; the fake one of tests does not.
	return out, e.Type == corev1.EventTypeWarning
}

func latest(times ...time.Time) time.Time {
	return slices.MaxFunc(times, func(a, b time.Time) int { return cmp.Or(a.Compare(b)) })
}
