// Package activity keeps what happened to clusters and instances for 90 days. It
// compares a cluster before and after each change and records what a reader would
// want to know: lifecycle, pipelines, sync errors, health, and whether it is online.
package activity
