// Package lease gives one holder at a time the right to do something, for a limited
// time, through a kv.Store.
//
// A lease can run out while its holder still works: a process may be paused for longer
// than the lease lasts. What must not happen then is fenced: writes carry the lease's
// token, and a write under an older token than the last one is refused.
package lease
