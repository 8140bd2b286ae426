// Package lease gives one holder at a time the right to do something, for a limited
// time, through a kv.Store.
//
// A lease can run out while its holder still works: a process may be paused for longer
// than the lease lasts. What must not happen then is fenced: writes carry the lease's
// token, and a write under an older token than the last one is refused. A holder that
// takes over from one that did not finish learns so, since a token fences only what was
// written under it.
//
// Whether a lease ran out is decided by how long the process that wants it has seen it
// unchanged, not by comparing stored times with a clock.
package lease
