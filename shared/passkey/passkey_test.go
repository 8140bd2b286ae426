package passkey_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/passkey"
	"github.com/open-craft/ocim/shared/passkey/passkeytest"
)

const pages = "https://ocim.example.org"

var ana = identity.PasskeyOwner{ID: "01h2ana0000000000000000000", Email: "ana@example.org", Name: "Ana"}

func party(t *testing.T) *passkey.Party {
	t.Helper()
	p, err := passkey.New(pages)
	require.NoError(t, err)
	return p
}

// created returns a device with Ana's passkey, and what is stored of it.
func created(t *testing.T, p *passkey.Party) (*passkeytest.Device, json.RawMessage) {
	t.Helper()
	d := passkeytest.New(t, pages)
	options, state, err := p.BeginCreate(ana)
	require.NoError(t, err)
	credential, err := p.FinishCreate(ana, state, d.Create(options))
	require.NoError(t, err)
	return d, credential
}

func with(o identity.PasskeyOwner, credentials ...json.RawMessage) func(string) (identity.PasskeyOwner, error) {
	o.Credentials = credentials
	return func(id string) (identity.PasskeyOwner, error) {
		if id != o.ID {
			return identity.PasskeyOwner{}, errors.New("another user")
		}
		return o, nil
	}
}

func TestNew_NeedsAnAddressWhereBrowsersOfferPasskeys(t *testing.T) {
	t.Parallel()
	for address, offered := range map[string]bool{
		"https://ocim.example.org": true, "https://ocim.example.org:8443": true, "http://localhost:8080": true,
		"http://127.0.0.1:8080": false, "https://192.0.2.1": false, "https://[::1]": false, "http://ocim.example.org": false, "https://": false,
	} {
		_, err := passkey.New(address)
		if offered {
			require.NoError(t, err, address)
		} else {
			require.ErrorIs(t, err, passkey.ErrAddress, address)
		}
	}
}

func TestParty_CreatesAndUsesAPasskey(t *testing.T) {
	t.Parallel()
	p := party(t)
	d, credential := created(t, p)
	assert.Less(t, len(credential), 1500)
	for range 3 {
		options, state, err := p.BeginGet()
		require.NoError(t, err)
		used, err := p.FinishGet(state, d.Get(options), with(ana, credential))
		require.NoError(t, err)
		assert.Equal(t, ana.ID, used.UserID)
		assert.True(t, p.SameCredential(credential, used.Credential))
		credential = used.Credential
	}
	_, another := created(t, p)
	assert.False(t, p.SameCredential(credential, another))
	assert.False(t, p.SameCredential(json.RawMessage(`{}`), json.RawMessage(`{}`)))
	known := ana
	known.Credentials = []json.RawMessage{credential}
	options, _, err := p.BeginCreate(known)
	require.NoError(t, err)
	var asked struct {
		ExcludeCredentials []struct{ ID string }
		User               struct{ Name string }
	}
	require.NoError(t, json.Unmarshal(options, &asked))
	assert.Len(t, asked.ExcludeCredentials, 1, "a device that has a passkey gets no second one")
	assert.Equal(t, "ana@example.org", asked.User.Name)
}

func TestFinishCreate_RefusesWhatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	p := party(t)
	for name, change := range map[string]func(d *passkeytest.Device, owner *identity.PasskeyOwner){
		"at another address": func(d *passkeytest.Device, _ *identity.PasskeyOwner) { d.Pages = "https://evil.example" },
		"below the address": func(d *passkeytest.Device, _ *identity.PasskeyOwner) {
			d.Pages, d.Party = "https://evil.ocim.example.org", "ocim.example.org" // which browsers allow
		},
		"without checking the person": func(d *passkeytest.Device, _ *identity.PasskeyOwner) { d.Unverified = true },
		"for another user":            func(_ *passkeytest.Device, o *identity.PasskeyOwner) { o.ID = "01h2ben0000000000000000000" },
	} {
		d, owner := passkeytest.New(t, pages), ana
		options, state, err := p.BeginCreate(owner)
		require.NoError(t, err)
		change(d, &owner)
		_, err = p.FinishCreate(owner, state, d.Create(options))
		require.Error(t, err, name)
	}
	options, _, err := p.BeginCreate(ana)
	require.NoError(t, err)
	_, other, err := p.BeginCreate(ana)
	require.NoError(t, err)
	_, err = p.FinishCreate(ana, other, passkeytest.New(t, pages).Create(options))
	require.Error(t, err, "the answer to another challenge")
	for _, response := range []string{`{}`, `x`, ``, `[]`} {
		_, err = p.FinishCreate(ana, other, json.RawMessage(response))
		require.Error(t, err, "%q", response)
	}
}

func TestFinishGet_RefusesWhatDoesNotProve(t *testing.T) {
	t.Parallel()
	p := party(t)
	for name, c := range map[string]struct {
		change func(d *passkeytest.Device)
		owned  bool
	}{
		"at another address": {func(d *passkeytest.Device) { d.Pages = "https://evil.example" }, true},
		"below the address": {func(d *passkeytest.Device) {
			d.Pages, d.Party = "https://evil.ocim.example.org", "ocim.example.org"
		}, true},
		"at another port":              {func(d *passkeytest.Device) { d.Pages = "https://ocim.example.org:8443" }, true},
		"without checking the person":  {func(d *passkeytest.Device) { d.Unverified = true }, true},
		"by an owner it does not name": {func(d *passkeytest.Device) { d.Owner = "01h2ben0000000000000000000" }, true},
		"without an owner":             {func(d *passkeytest.Device) { d.Owner = "" }, true},
		"that was removed":             {func(*passkeytest.Device) {}, false},
		"by a copy":                    {func(d *passkeytest.Device) { d.Counter = 0 }, true},
	} {
		d, credential := created(t, p)
		options, state, err := p.BeginGet()
		require.NoError(t, err)
		find := with(ana, credential)
		if !c.owned {
			find = with(ana)
		}
		c.change(d)
		_, err = p.FinishGet(state, d.Get(options), find)
		require.Error(t, err, name)
	}
	d, credential := created(t, p)
	options, _, err := p.BeginGet()
	require.NoError(t, err)
	_, other, err := p.BeginGet()
	require.NoError(t, err)
	_, err = p.FinishGet(other, d.Get(options), with(ana, credential))
	require.Error(t, err, "the answer to another challenge")
}
