// Package vault keeps the credentials of projects, sealed, in a kv.Store. A sealed
// value is bound to its project and field, so it opens nowhere else.
package vault
