// Package health keeps what the fleet says of its clusters' health equal to
// what the clusters say. A cluster that does not answer makes its instances'
// health unknown, never stale. It also notes which instances drifted: do not run as
// they were deployed, though nothing is being deployed.
package health
