// Package operation carries out what people ask for: it stores the wish, sends
// it to GitLab when its cluster is free, and follows its pipelines until it is
// live, failed or canceled. A bulk change makes operations of many instances,
// wave by wave.
//
// Nothing runs in the background. Advance is called after each request, each
// webhook event and by every sync; it does whatever step comes next, and any
// replica can take over between two steps.
//
// # Preview
//
// Preview and Start think a request through by the same code. The preview's hash
// covers all that decides what is sent, so Start refuses when that changed.
//
// # Sending exactly once
//
// GitLab's calls that start something cannot be repeated safely. So an operation
// is marked as being sent first. Whoever finds such a mark and no answer asks
// GitLab for what was made, by the deployment id in the commit's message or the
// pipeline's variables, before sending again. What a person asks of a pipeline, to
// cancel or to retry it, is an act that stays open in the same way until GitLab did it.
package operation
