// Package function lets people in: log-in, refresh, invitations, password
// resets, sign-in by an OIDC provider such as Google, API tokens and users.
// What it does is in shared/identity; this is its HTTP.
package function
