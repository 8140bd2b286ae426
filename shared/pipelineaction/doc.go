// Package pipelineaction cancels and retries pipelines at GitLab on behalf of people.
//
// An action is recorded, with its audit entry, before GitLab is called. It stays open
// until GitLab has confirmed or refused it, so any replica can continue it after a
// crash, and GitLab is called again only when the pipeline shows that the action did
// not take effect. A retry reopens the pipeline's operation; where only a pipeline's
// child failed, it is the child that is retried.
//
// What GitLab refuses for a while is submitted again for an hour at most. What a setting
// refuses ends, with GitLab's words and the cure, and does not wait as an operation
// does: an operation is a request that should be fulfilled some day, but canceling or
// retrying a pipeline is about this moment, and the same button is still there.
package pipelineaction
