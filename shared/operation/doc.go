// Package operation carries out what people ask for: it stores the wish, sends
// it to GitLab when its cluster is free, and follows its pipelines until it is
// live, failed or canceled.
//
// Nothing runs in the background. Advance is called after each request, each
// webhook event and by every sync; it does whatever step comes next, and any
// replica can take over between two steps.
//
// # Sending exactly once
//
// GitLab's trigger call cannot be repeated safely. So an operation is marked as
// being sent first. Whoever finds such a mark and no answer asks GitLab for a
// pipeline with that deployment id before sending again.
package operation
