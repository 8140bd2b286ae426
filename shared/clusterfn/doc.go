// Package clusterfn speaks to the functions that run inside a cluster, through
// the cluster's OpenFaaS gateway: the inspector, which tells what runs, and the
// usage report, which counts who uses it.
//
// The package holds both sides' contract. The inspector answers with the types
// of this package, and a caller proves itself with a Signer that the inspector
// checks with a Verifier over the same secret. A Client opens a Cluster from
// its Target:
//
//	client := clusterfn.New(clusterfn.Options{Now: setup.Now})
//	cluster, err := client.Open(clusterfn.Target{Cluster: "campus-aws", GatewayURL: "https://openfaas.example.org", …})
//	running, err := cluster.Instances(ctx)
//
// Errors are faults. What the cluster does wrong is never fault.Unauthenticated
// or fault.Forbidden: those are about Ocim's own callers.
package clusterfn
