// Package netguard protects against server-side request forgery: requests to addresses
// that people enter reach only public addresses and explicitly allowed networks. It
// checks the address that a name resolved to when the connection is made, so that a name
// that resolves differently the second time (DNS rebinding) is refused, too.
package netguard
