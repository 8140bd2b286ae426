package kube

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/open-craft/ocim/shared/clusterfn"
)

func podFrom(p *corev1.Pod) (clusterfn.Pod, bool) {
	out := clusterfn.Pod{
		Name: p.Name, Phase: string(p.Status.Phase), Reason: p.Status.Reason, Message: cut(p.Status.Message),
		Node: p.Spec.NodeName, CreatedAt: p.CreationTimestamp.Time, Containers: []clusterfn.Container{},
	}
	out.Workload, out.Kind = owner(p)
	if p.DeletionTimestamp != nil {
		out.DeletedAt = p.DeletionTimestamp.Time
	}
	for _, c := range p.Status.Conditions {
		switch {
		case c.Type == corev1.PodReady:
			out.Ready = c.Status == corev1.ConditionTrue
		case c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse:
			out.Scheduling = cut(c.Message)
			if c.Reason == corev1.PodReasonSchedulingGated {
				out.Scheduling = "it is held back by a scheduling gate"
			}
		}
	}
	for _, c := range p.Spec.InitContainers {
		sidecar := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		out.Containers = append(out.Containers, container(c, p.Status.InitContainerStatuses, !sidecar))
	}
	for _, c := range p.Spec.Containers {
		out.Containers = append(out.Containers, container(c, p.Status.ContainerStatuses, false))
	}
	for _, c := range out.Containers {
		out.Restarts += c.Restarts
		if !c.Init {
			out.Requests, out.Limits = out.Requests.Add(c.Requests), out.Limits.Add(c.Limits)
		}
	}
	return out, true
}

// owner gives who made a pod. A ReplicaSet stands for its Deployment, whose
// name it has, with a hash that is also a label of the pod.
func owner(p *corev1.Pod) (name, kind string) {
	o := metav1.GetControllerOf(p)
	if o == nil {
		return "", ""
	}
	if hash := p.Labels[appsv1.DefaultDeploymentUniqueLabelKey]; o.Kind == "ReplicaSet" && hash != "" {
		if name, ok := strings.CutSuffix(o.Name, "-"+hash); ok {
			return name, "Deployment"
		}
	}
	return o.Name, o.Kind
}

func container(c corev1.Container, statuses []corev1.ContainerStatus, init bool) clusterfn.Container {
	out := clusterfn.Container{
		Name: c.Name, Init: init, Image: c.Image, State: "unknown",
		Requests: resources(c.Resources.Requests), Limits: resources(c.Resources.Limits),
	}
	for _, s := range statuses {
		if s.Name != c.Name {
			continue
		}
		out.Ready, out.Restarts = s.Ready, int(s.RestartCount)
		out.Started = s.Started == nil || *s.Started
		state(&out, s.State)
		if t := s.LastTerminationState.Terminated; t != nil {
			out.Last = &clusterfn.Termination{
				Reason: t.Reason, Message: cut(t.Message), ExitCode: int(t.ExitCode), StartedAt: t.StartedAt.Time, FinishedAt: t.FinishedAt.Time,
			}
		}
	}
	return out
}

func state(out *clusterfn.Container, s corev1.ContainerState) {
	switch {
	case s.Waiting != nil:
		out.State, out.Reason, out.Message = "waiting", s.Waiting.Reason, cut(s.Waiting.Message)
	case s.Running != nil:
		out.State, out.StartedAt = "running", s.Running.StartedAt.Time
	case s.Terminated != nil:
		t := s.Terminated
		out.State, out.Reason, out.Message, out.ExitCode = "terminated", t.Reason, cut(t.Message), int(t.ExitCode)
		out.StartedAt, out.FinishedAt = t.StartedAt.Time, t.FinishedAt.Time
	}
}
