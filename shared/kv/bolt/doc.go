// Package bolt keeps a kv.Store in one file on this machine, for one process.
//
// Writes that arrive while another is being synced to disk share the next
// sync, so concurrent writers share the cost, and a single writer never waits.
// A write that was answered with success survives the death of the process and,
// as far as the disk keeps its word, of the machine.
package bolt
