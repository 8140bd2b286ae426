// Package reconcile keeps the fleet equal to what GitLab says. Sync reads a
// whole project; Apply takes in one webhook event. Both may be repeated and
// run in any order: they end in the same state.
//
// What it reads from is behind the Repository interface; the gitlab package
// provides it.
package reconcile
