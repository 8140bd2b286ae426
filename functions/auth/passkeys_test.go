package function_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/passkey"
	"github.com/open-craft/ocim/shared/passkey/passkeytest"
)

const pages = "https://ocim.example.org"

func withPasskeys(t *testing.T) func(*function.Deps, *identity.Config) {
	return func(_ *function.Deps, c *identity.Config) {
		party, err := passkey.New(pages)
		require.NoError(t, err)
		c.WebAuthn = party
	}
}

// challenge asks for a challenge at the path.
func (b *browser) challenge(path string) (ceremony string, options json.RawMessage) {
	b.t.Helper()
	var c struct {
		Ceremony string
		Options  json.RawMessage
	}
	b.call(http.MethodPost, path, nil).is(http.StatusCreated).into(&c)
	return c.Ceremony, c.Options
}

// addPasskey returns a device with a passkey, and the recovery codes.
func (b *browser) addPasskey() (*passkeytest.Device, []string) {
	b.t.Helper()
	d := passkeytest.New(b.t, pages)
	ceremony, options := b.challenge("/v1/me/passkeys/challenge")
	var added struct{ RecoveryCodes []string }
	b.call(http.MethodPost, "/v1/me/passkeys", object{"ceremony": ceremony, "response": d.Create(options), "name": "Laptop"}).is(http.StatusCreated).into(&added)
	return d, added.RecoveryCodes
}

func (b *browser) answer(d *passkeytest.Device) object {
	b.t.Helper()
	ceremony, options := b.challenge("/v1/passkeys/challenge")
	return object{"ceremony": ceremony, "response": d.Get(options)}
}

func TestPasskeys_FromTheFirstToTheLast(t *testing.T) {
	t.Parallel()
	s := newSystem(t, withPasskeys(t))
	admin := s.admin()
	d, codes := admin.addPasskey()
	require.Len(t, codes, identity.RecoveryCodes)

	b := s.browser()
	in := b.enter(http.StatusOK, "/v1/login/passkey", b.answer(d))
	assert.Equal(t, "ana@example.org", in.User.Email)
	assert.True(t, in.User.HasPasskey)
	assert.Contains(t, b.cookies, "__Host-ocim")
	var list struct {
		Passkeys      []struct{ ID, Name string }
		RecoveryCodes int
		Only          bool
	}
	b.call(http.MethodGet, "/v1/me/passkeys", nil).is(http.StatusOK).into(&list)
	require.Len(t, list.Passkeys, 1)
	assert.Equal(t, "Laptop", list.Passkeys[0].Name)
	assert.Equal(t, identity.RecoveryCodes, list.RecoveryCodes)

	// Nothing else lets in from here on.
	b.call(http.MethodPut, "/v1/me/passkey-only", object{"only": true}).is(http.StatusNoContent)
	other := s.browser()
	logIn := object{"email": "ana@example.org", "password": goodPassword}
	refused := other.call(http.MethodPost, "/v1/login", logIn).is(http.StatusForbidden)
	assert.Contains(t, refused.Body.String(), `"field":"passkey"`)
	logIn["recoveryCode"] = codes[0]
	other.enter(http.StatusOK, "/v1/login", logIn)
	refused = s.browser().call(http.MethodPost, "/v1/login", logIn).is(http.StatusUnprocessableEntity)
	assert.Contains(t, refused.Body.String(), `"field":"recoveryCode"`)

	var fresh struct{ Codes []string }
	b.call(http.MethodPost, "/v1/me/recovery-codes", nil).is(http.StatusCreated).into(&fresh)
	assert.Len(t, fresh.Codes, identity.RecoveryCodes)
	assert.NotContains(t, fresh.Codes, codes[0])

	// A confirmation by passkey counts as one by password.
	s.clock.Advance(9 * time.Minute)
	b.enter(http.StatusOK, "/v1/refresh", nil)
	s.clock.Advance(2 * time.Minute)
	at := "/v1/me/passkeys/" + list.Passkeys[0].ID
	b.call(http.MethodDelete, at, nil).is(http.StatusForbidden)
	b.call(http.MethodPost, "/v1/me/confirmation", object{"passkey": b.answer(d)}).is(http.StatusNoContent)
	b.call(http.MethodDelete, at, nil).is(http.StatusNoContent)
	b.call(http.MethodPost, "/v1/login/passkey", b.answer(d)).is(http.StatusUnauthorized)
}

func TestUsers_AdministratorRemovesLostPasskeys(t *testing.T) {
	t.Parallel()
	s := newSystem(t, withPasskeys(t))
	admin := s.admin()
	ben := s.invited(admin, "ben@example.org", object{"role": "viewer"})
	d, _ := ben.addPasskey()
	var me struct{ ID string }
	ben.call(http.MethodGet, "/v1/me", nil).into(&me)
	var ways struct{ Passkeys []struct{ Name string } }
	admin.call(http.MethodGet, "/v1/users/"+me.ID+"/ways-in", nil).is(http.StatusOK).into(&ways)
	require.Len(t, ways.Passkeys, 1)
	admin.call(http.MethodDelete, "/v1/users/"+me.ID+"/passkeys", nil).is(http.StatusNoContent)
	b := s.browser()
	b.call(http.MethodPost, "/v1/login/passkey", b.answer(d)).is(http.StatusUnauthorized)
}
