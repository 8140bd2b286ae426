// Package passkey checks passkeys with go-webauthn, for one address of the pages. It
// implements identity.WebAuthn and keeps nothing. Only the auth function links it.
package passkey
