package kube

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// everywhere lists a kind in all namespaces.
const everywhere = metav1.NamespaceAll

// sourceOf lists one kind of object as the client does.
func sourceOf[T any, L metav1.ListInterface](kind string, list func(context.Context, metav1.ListOptions) (L, error), items func(L) []T) source[T] {
	return source[T]{kind: kind, list: func(ctx context.Context, o metav1.ListOptions) ([]T, string, error) {
		l, err := list(ctx, o)
		if err != nil {
			return nil, "", err
		}
		return items(l), l.GetContinue(), nil
	}}
}

func (r *Reader) namespaces() source[corev1.Namespace] {
	return sourceOf("namespaces", r.client.CoreV1().Namespaces().List, func(l *corev1.NamespaceList) []corev1.Namespace { return l.Items })
}

func (r *Reader) nodes() source[corev1.Node] {
	return sourceOf("nodes", r.client.CoreV1().Nodes().List, func(l *corev1.NodeList) []corev1.Node { return l.Items })
}

func (r *Reader) pods(namespace string) source[corev1.Pod] {
	return sourceOf("pods", r.client.CoreV1().Pods(namespace).List, func(l *corev1.PodList) []corev1.Pod { return l.Items })
}

func (r *Reader) deployments(namespace string) source[appsv1.Deployment] {
	return sourceOf("deployments", r.client.AppsV1().Deployments(namespace).List, func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items })
}

func (r *Reader) statefulSets(namespace string) source[appsv1.StatefulSet] {
	return sourceOf("statefulsets", r.client.AppsV1().StatefulSets(namespace).List, func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items })
}

func (r *Reader) daemonSets(namespace string) source[appsv1.DaemonSet] {
	return sourceOf("daemonsets", r.client.AppsV1().DaemonSets(namespace).List, func(l *appsv1.DaemonSetList) []appsv1.DaemonSet { return l.Items })
}

func (r *Reader) jobs(namespace string) source[batchv1.Job] {
	return sourceOf("jobs", r.client.BatchV1().Jobs(namespace).List, func(l *batchv1.JobList) []batchv1.Job { return l.Items })
}

func (r *Reader) autoscalers(namespace string) source[autoscalingv2.HorizontalPodAutoscaler] {
	return sourceOf("horizontalpodautoscalers", r.client.AutoscalingV2().HorizontalPodAutoscalers(namespace).List,
		func(l *autoscalingv2.HorizontalPodAutoscalerList) []autoscalingv2.HorizontalPodAutoscaler {
			return l.Items
		})
}

func (r *Reader) warnings(namespace string) source[corev1.Event] {
	s := sourceOf("events", r.client.CoreV1().Events(namespace).List, func(l *corev1.EventList) []corev1.Event { return l.Items })
	s.fields, s.most = "type=Warning", maxEvents
	return s
}
