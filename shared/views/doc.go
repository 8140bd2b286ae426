// Package views keeps lists with their filters under a name: a user's own ones and
// the shared ones, and which of them a user sees first.
package views
