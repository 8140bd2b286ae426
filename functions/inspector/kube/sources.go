package kube

import (
	"context"
	"net/url"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// everywhere lists a kind in all namespaces.
const everywhere = metav1.NamespaceAll

// page is a part of a list of Kubernetes' objects.
type page[L any] interface {
	*L
	message
	metav1.ListInterface
}

// sourceOf lists a kind under the path of its API group and version.
func sourceOf[T, L any, P page[L]](c *Client, group, namespace, kind string, items func(P) []T) source[T] {
	path := group + "/" + kind
	if namespace != everywhere {
		path = group + "/namespaces/" + namespace + "/" + kind
	}
	return source[T]{kind: kind, list: func(ctx context.Context, fields, from string) ([]T, string, error) {
		query := url.Values{"limit": {strconv.Itoa(pageSize)}}
		if fields != "" {
			query.Set("fieldSelector", fields)
		}
		if from != "" {
			query.Set("continue", from)
		}
		p := P(new(L))
		if err := c.read(ctx, path, query, p); err != nil {
			return nil, "", err
		}
		return items(p), p.GetContinue(), nil
	}}
}

func (r *Reader) namespaces() source[corev1.Namespace] {
	return sourceOf(r.client, "/api/v1", everywhere, "namespaces", func(l *corev1.NamespaceList) []corev1.Namespace { return l.Items })
}

func (r *Reader) nodes() source[corev1.Node] {
	return sourceOf(r.client, "/api/v1", everywhere, "nodes", func(l *corev1.NodeList) []corev1.Node { return l.Items })
}

func (r *Reader) pods(namespace string) source[corev1.Pod] {
	return sourceOf(r.client, "/api/v1", namespace, "pods", func(l *corev1.PodList) []corev1.Pod { return l.Items })
}

func (r *Reader) deployments(namespace string) source[appsv1.Deployment] {
	return sourceOf(r.client, "/apis/apps/v1", namespace, "deployments", func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items })
}

func (r *Reader) statefulSets(namespace string) source[appsv1.StatefulSet] {
	return sourceOf(r.client, "/apis/apps/v1", namespace, "statefulsets", func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items })
}

func (r *Reader) daemonSets(namespace string) source[appsv1.DaemonSet] {
	return sourceOf(r.client, "/apis/apps/v1", namespace, "daemonsets", func(l *appsv1.DaemonSetList) []appsv1.DaemonSet { return l.Items })
}

func (r *Reader) jobs(namespace string) source[batchv1.Job] {
	return sourceOf(r.client, "/apis/batch/v1", namespace, "jobs", func(l *batchv1.JobList) []batchv1.Job { return l.Items })
}

func (r *Reader) autoscalers(namespace string) source[autoscalingv2.HorizontalPodAutoscaler] {
	return sourceOf(r.client, "/apis/autoscaling/v2", namespace, "horizontalpodautoscalers",
		func(l *autoscalingv2.HorizontalPodAutoscalerList) []autoscalingv2.HorizontalPodAutoscaler {
			return l.Items
		})
}

func (r *Reader) warnings(namespace string) source[corev1.Event] {
	s := sourceOf(r.client, "/api/v1", namespace, "events", func(l *corev1.EventList) []corev1.Event { return l.Items })
	s.fields, s.most = "type=Warning", maxEvents
	return s
}
