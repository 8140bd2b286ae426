// Package secret keeps what must not be seen: a Value that redacts itself
// wherever it is printed, logged or encoded, a Keyring that seals bytes for
// storage, bound to the record they belong to, and a Directory that reads the
// secret files OpenFaaS mounts and notices when they are rotated.
package secret
