// Package dynamo keeps a kv.Store in one table of Amazon DynamoDB, or of any
// server that speaks its API; it needs no scan, no transaction, no secondary index.
//
// Each item has the attributes pk (partition, S), sk (sort key, S), value (B),
// version (N), nonce (B) and, if it expires, expires (N,
// Unix second, which the table's time to live removes some time after).
//
// # Retries
//
// A failed call is repeated when that is safe. The nonce is new with each write, so
// that a repeated conditional write whose first answer got lost recognises its
// own work instead of reporting a conflict. Where that cannot be known (another
// writer was there in between) the result is fault.Unavailable, never a wrong
// fault.Conflict: so of many who race for one condition, at most one ever succeeds.
// A Put or Delete with kv.Always may be done more than once before it returns,
// and so may a Put with kv.IfAbsent if the item is deleted in between.
package dynamo
