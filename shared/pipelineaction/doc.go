// Package pipelineaction cancels and retries pipelines at GitLab on behalf of people.
//
// An action is recorded, with its audit entry, before GitLab is called. It stays open
// until GitLab has confirmed or refused it, so any replica can continue it after a
// crash, and GitLab is called again only when the pipeline shows that the action did
// not take effect. A retry reopens the pipeline's operation.
package pipelineaction
