// Package usage collects who uses the instances of a cluster, once a day, from the
// cluster's usage report, and keeps it as a history. A report that fails changes
// nothing of what is kept, and nothing of the cluster's health.
package usage
