// Package function is the inspector: it is deployed in each cluster and tells
// what runs there, why something does not, and how often it is replicated. It
// reads with get and list alone; deploy/rbac.yaml has exactly what it needs.
//
// Whoever calls proves it with a signature by the cluster's secret, over the
// request and the time, besides what the gateway asks for. The secret is the
// file ocim-inspector-secret, one secret of at least 32 characters a line;
// several count at once while one replaces another.
package function
