// Package passkeytest holds a device with passkeys, for tests.
package passkeytest

import (
	"cmp"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/stretchr/testify/require"
)

// Device answers challenges as a browser at an address does, with one passkey.
type Device struct {
	t          testing.TB
	Pages      string // the address that the browser is at
	Party      string // the host name that it uses the passkey for; empty is that of Pages
	Counter    uint32 // of uses, as the device reports it
	Unverified bool   // the device does not check who uses it
	Owner      string // whom the passkey names
	key        virtualwebauthn.Credential
}

// New returns a device without a passkey yet.
func New(t testing.TB, pages string) *Device {
	return &Device{t: t, Pages: pages, Counter: 1, key: newKey()}
}

// wholeKey is the length of a public key whose coordinates have 32 bytes. The library drops
// leading zeros, which one key of 128 has, and no device may.
const wholeKey = 77

func newKey() virtualwebauthn.Credential {
	for {
		if key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(key.Key.AttestationData()) == wholeKey {
			return key
		}
	}
}

func (d *Device) party() virtualwebauthn.RelyingParty {
	d.t.Helper()
	at, err := url.Parse(d.Pages)
	require.NoError(d.t, err)
	return virtualwebauthn.RelyingParty{ID: cmp.Or(d.Party, at.Hostname()), Origin: d.Pages}
}

func (d *Device) authenticator() virtualwebauthn.Authenticator {
	return virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(d.Owner), UserNotVerified: d.Unverified})
}

// Create creates the passkey.
func (d *Device) Create(options json.RawMessage) json.RawMessage {
	d.t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(options))
	require.NoError(d.t, err)
	d.Owner = o.UserID
	d.key.Counter = d.Counter
	return json.RawMessage(virtualwebauthn.CreateAttestationResponse(d.party(), d.authenticator(), d.key, *o))
}

// Get uses the passkey.
func (d *Device) Get(options json.RawMessage) json.RawMessage {
	d.t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(options))
	require.NoError(d.t, err)
	d.Counter++
	d.key.Counter = d.Counter
	return json.RawMessage(virtualwebauthn.CreateAssertionResponse(d.party(), d.authenticator(), d.key, *o))
}
