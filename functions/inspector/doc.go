// Package function is the inspector: it is deployed in each cluster and reports
// what runs there, why something does not, and how often it is replicated. It
// reads with get and list alone; deploy/rbac.yaml has exactly what it needs.
//
// A caller proves its identity with a signature by the cluster's secret, over the
// request and the time, in addition to the gateway's credentials. The secret is the
// file ocim-inspector-secret, one secret of at least 32 characters a line;
// several count at once while one replaces another.
package function
