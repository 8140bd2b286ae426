// Package identity knows who people are and what they may do: users and their
// roles, sessions, invitations, password resets, API tokens and the limits on
// guessing. It keeps its records through kv and knows nothing of HTTP.
package identity
