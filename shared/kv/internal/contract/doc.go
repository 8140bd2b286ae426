// Package contract holds what every kv.Store checks alike: the bounds of keys,
// values and pages, when an item counts as expired, and the cursor of a query.
package contract
