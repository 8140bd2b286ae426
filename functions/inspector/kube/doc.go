// Package kube reads what runs in a cluster from its Kubernetes API: one list
// per kind of object, page by page, reduced at once to what is reported, and never
// a call per pod. Answers are kept for a few seconds and shared by everyone
// who asks meanwhile.
package kube
