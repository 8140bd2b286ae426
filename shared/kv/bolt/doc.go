// Package bolt keeps a kv.Store in one file on this machine, for one process.
//
// Writes that arrive while another is being synced to disk share the next
// sync, so many writers are fast together, and a lone writer waits for nobody.
// A write that was answered with success survives the death of the process and,
// as far as the disk keeps its word, of the machine.
package bolt
