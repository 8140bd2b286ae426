// Package secret keeps what must not be seen: a Value that redacts itself
// wherever it is printed, logged or encoded, and a Keyring that seals bytes for
// storage, bound to the record they belong to.
package secret
