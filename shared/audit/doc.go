// Package audit keeps the log of who changed what: append-only and chained by
// hashes, so that an entry that is altered, removed or moved is noticed.
//
// An entry is written inside the item whose change it describes, in the same
// write, and is moved to the log afterwards. A marker that is written first
// remembers the move until it is done; Repair finishes the moves of functions
// that died in between. Each entry reaches the log exactly once.
//
// Someone who can write to the store could compute the whole chain again or cut
// off its end. SealHead therefore marks, every minute, how far the log is with a
// key that is not in the store; VerifySeals finds what does not fit. Cutting off
// the end together with its seals shows in the functions' own log, which names
// each seal.
package audit
