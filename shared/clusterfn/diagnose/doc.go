// Package diagnose derives an instance's health from what Kubernetes reports,
// why, and what to do about it. It is pure: the same facts at the same time
// give the same words. How long and how often is not in the words: they are kept,
// and would be news with every minute.
//
// A pod or Deployment that is broken makes its instance failed when nothing
// else does its work and learners or authors cannot do without it, and degraded
// otherwise. The worst finding is the instance's; a cause comes before its consequences.
// What messages of Kubernetes mean is in reasons.yml, each row with its source.
package diagnose
