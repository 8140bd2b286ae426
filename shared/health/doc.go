// Package health keeps what the fleet says of its clusters' health equal to
// what the clusters say. A cluster that does not answer makes its instances'
// health unknown, never stale.
package health
