// Package kv is the key-value store that every function shares: a small
// interface that DynamoDB, anything speaking its API, and an embedded file
// can keep.
//
// One item is the unit of consistency. There is no scan and no transaction
// over several items: what spans items is an idempotent sequence that any
// replica can finish. Items carry an optimistic version; a write can demand
// that the item is absent or still at the version that was read.
//
// kv/bolt and kv/dynamo implement Store; kv/kvtest holds the conformance suite
// that both pass.
package kv
