// Package identity knows who people are and what they may do: users and their
// roles, sessions, invitations, password resets, API tokens and the limits on
// guessing. It keeps its records through kv and knows nothing of HTTP.
//
// One item holds what every request has to know of a user: whether they are
// enabled, their grants, and which of their sessions and API tokens live. An
// access token therefore proves only who the user is; Authenticator reads what
// they may do, and whether they still may, with one consistent read.
//
// What needs several items is a sequence in which one conditional write
// decides; the next call that finds it unfinished completes it. That there is always an
// administrator is enforced by a separate item, the roster.
package identity
