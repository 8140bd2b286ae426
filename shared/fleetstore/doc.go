// Package fleetstore keeps the fleet's records in a kv.Store: projects, files,
// pipelines, operations, webhook events, and what each sync leaves for the next.
//
// There is no transaction over several items. What spans items is a sequence of
// writes that can be repeated, so that any replica finishes what another one began:
// index entries are written before the records they point to, and an entry without
// its record is skipped.
//
// # Pages
//
// The page of an instance is one item, too: its files, newest pipelines and newest
// operations. A change to any of them empties the item, and the next reader fills it
// again.
package fleetstore
