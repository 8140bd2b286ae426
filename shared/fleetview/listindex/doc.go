// Package listindex finds, sorts and pages the instances of the fleet. Build makes a
// View of all rows; Next makes the View that follows it when some rows changed; Find
// answers a filter with a page, the total and the counts of each facet.
//
// The index behind the views only grows: a row that changes becomes a new document, and
// each View knows which documents are its own. So a change costs what changed, a list
// costs its page, and a View can be read while the next one is made. When most documents
// are out of date, Overgrown says so, and the owner builds a new one.
//
// Names and settings, most of what there is, wait in a queue until a filter wants them or
// Settle is done, so that a replica that starts can answer a list before.
//
// Rows live in the View without their settings, which only the index keeps.
package listindex
