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

func (r *Reader) namespaces() source[corev1.Namespace] {
	return source[corev1.Namespace]{kind: "namespaces", list: func(ctx context.Context, o metav1.ListOptions) (page[corev1.Namespace], error) {
		l, err := r.client.CoreV1().Namespaces().List(ctx, o)
		if err != nil {
			return page[corev1.Namespace]{}, err
		}
		return page[corev1.Namespace]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) pods(namespace string) source[corev1.Pod] {
	return source[corev1.Pod]{kind: "pods", list: func(ctx context.Context, o metav1.ListOptions) (page[corev1.Pod], error) {
		l, err := r.client.CoreV1().Pods(namespace).List(ctx, o)
		if err != nil {
			return page[corev1.Pod]{}, err
		}
		return page[corev1.Pod]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) deployments(namespace string) source[appsv1.Deployment] {
	return source[appsv1.Deployment]{kind: "deployments", list: func(ctx context.Context, o metav1.ListOptions) (page[appsv1.Deployment], error) {
		l, err := r.client.AppsV1().Deployments(namespace).List(ctx, o)
		if err != nil {
			return page[appsv1.Deployment]{}, err
		}
		return page[appsv1.Deployment]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) statefulSets(namespace string) source[appsv1.StatefulSet] {
	return source[appsv1.StatefulSet]{kind: "statefulsets", list: func(ctx context.Context, o metav1.ListOptions) (page[appsv1.StatefulSet], error) {
		l, err := r.client.AppsV1().StatefulSets(namespace).List(ctx, o)
		if err != nil {
			return page[appsv1.StatefulSet]{}, err
		}
		return page[appsv1.StatefulSet]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) daemonSets(namespace string) source[appsv1.DaemonSet] {
	return source[appsv1.DaemonSet]{kind: "daemonsets", list: func(ctx context.Context, o metav1.ListOptions) (page[appsv1.DaemonSet], error) {
		l, err := r.client.AppsV1().DaemonSets(namespace).List(ctx, o)
		if err != nil {
			return page[appsv1.DaemonSet]{}, err
		}
		return page[appsv1.DaemonSet]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) jobs(namespace string) source[batchv1.Job] {
	return source[batchv1.Job]{kind: "jobs", list: func(ctx context.Context, o metav1.ListOptions) (page[batchv1.Job], error) {
		l, err := r.client.BatchV1().Jobs(namespace).List(ctx, o)
		if err != nil {
			return page[batchv1.Job]{}, err
		}
		return page[batchv1.Job]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) autoscalers(namespace string) source[autoscalingv2.HorizontalPodAutoscaler] {
	return source[autoscalingv2.HorizontalPodAutoscaler]{kind: "horizontalpodautoscalers", list: func(ctx context.Context, o metav1.ListOptions) (page[autoscalingv2.HorizontalPodAutoscaler], error) {
		l, err := r.client.AutoscalingV2().HorizontalPodAutoscalers(namespace).List(ctx, o)
		if err != nil {
			return page[autoscalingv2.HorizontalPodAutoscaler]{}, err
		}
		return page[autoscalingv2.HorizontalPodAutoscaler]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) nodes() source[corev1.Node] {
	return source[corev1.Node]{kind: "nodes", list: func(ctx context.Context, o metav1.ListOptions) (page[corev1.Node], error) {
		l, err := r.client.CoreV1().Nodes().List(ctx, o)
		if err != nil {
			return page[corev1.Node]{}, err
		}
		return page[corev1.Node]{l.Items, l.Continue}, nil
	}}
}

func (r *Reader) warnings(namespace string) source[corev1.Event] {
	return source[corev1.Event]{kind: "events", fields: "type=Warning", most: maxEvents, list: func(ctx context.Context, o metav1.ListOptions) (page[corev1.Event], error) {
		l, err := r.client.CoreV1().Events(namespace).List(ctx, o)
		if err != nil {
			return page[corev1.Event]{}, err
		}
		return page[corev1.Event]{l.Items, l.Continue}, nil
	}}
}
