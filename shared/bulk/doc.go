// Package bulk changes many instances, in waves: a canary first, then batches.
//
// A bulk change is a record; every step is decided, stored and then carried out, so any
// replica can continue it. It pauses when too many instances failed, or the canary did.
// What it starts are ordinary operations of package operation, and retries of
// package pipelineaction. Before one of its operations is sent, MaySend is asked
// whether the bulk change still goes on.
package bulk
