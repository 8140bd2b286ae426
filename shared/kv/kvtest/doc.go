// Package kvtest tests implementations of kv.Store against its contract, and
// gives the tests of other packages a store to work with.
package kvtest
