// Package fleetview makes lists of the fleet fast.
//
// Each cluster has one chunk: its facts and the rows of its instances, compressed. One
// head item counts revisions and remembers which clusters changed lately. A Replica
// keeps the decoded chunks in memory and compares revisions at each request, so its
// answers are current without reading the chunks again.
//
// Lists are found in an index that only grows: a row that changes becomes a new
// document, and each snapshot knows which documents are its own. So a change costs
// what changed, and a list costs its page, however large the fleet is. When most
// documents are out of date, the replica reads all chunks again.
package fleetview
