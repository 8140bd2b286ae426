// Package operation carries out what people request for an instance or a cluster:
// it stores the request, submits it to GitLab when the cluster is idle, and follows
// its pipelines until it has succeeded, failed or been canceled.
//
// Nothing runs in the background. Advance is called after each request, each
// webhook event and by every sync; it takes whatever step comes next, and any
// replica can take over between two steps.
//
// # Preview
//
// Preview and Start prepare a request by the same code. The preview's hash covers
// everything that decides what is sent, so Start refuses when any of it changed.
//
// # Sending exactly once
//
// GitLab's calls that start something cannot be repeated safely. So an operation is
// marked as being sent first. A replica that finds such a mark and no answer searches
// GitLab for what was created, by the deployment id in the commit's message or in the
// pipeline's variables, before it sends again.
//
// Cancel and retry of a pipeline are in package pipelineaction, changes of many
// instances in package bulk; both are clients of this package.
package operation
