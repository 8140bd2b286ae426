// Package audit keeps the log of who changed what: append-only and chained by
// hashes, so that an entry which is altered, taken out or moved is found.
//
// An entry is written inside the item whose change it describes, in the same
// write, and is moved to the log afterwards. A marker that is written first
// remembers the move until it is done; Repair finishes the moves of functions
// that died in between. Each entry reaches the log exactly once.
package audit
