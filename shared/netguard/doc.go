// Package netguard keeps requests to addresses that people enter away from
// what only the inside of a network may reach. It judges the address that a
// name resolved to at the moment of dialing, so a name that changes its mind
// gains nothing.
package netguard
