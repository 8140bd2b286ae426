// Package gateway calls the functions that run inside a cluster, through the cluster's
// OpenFaaS gateway. A Client opens a Cluster from its Target:
//
//	client := gateway.New(gateway.Options{Now: setup.Now})
//	cluster, err := client.Open(gateway.Target{Cluster: "campus-aws", GatewayURL: "https://openfaas.example.org", …})
//	running, err := cluster.Instances(ctx)
//
// Errors are faults. A mistake of the cluster is never fault.Unauthenticated or
// fault.Forbidden: those are about Ocim's own callers.
package gateway
