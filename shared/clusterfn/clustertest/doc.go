// Package clustertest has clusters whose functions answer over HTTP as the real
// inspector and usage report do: the same routes, signatures, JSON and reason
// table, over pods that are made up from the clock. Some instances misbehave on
// purpose, and so do whole clusters. Tests and the demonstration use it.
package clustertest
