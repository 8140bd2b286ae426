// Package access holds the rules about who may do what where: roles, what is
// granted to a user, and the principal behind a request. It has no store and
// imports nothing of Ocim but fault, so that a function can check permissions
// without linking how users are kept.
//
// A role includes what the roles below it may do. A role on one cluster adds to
// the global role and never takes anything away. A cluster that a principal may
// not see does not exist for that principal.
package access
