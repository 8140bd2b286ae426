package passkey

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/open-craft/ocim/shared/identity"
)

// Party is what passkeys are created for: the pages at one address.
type Party struct{ lib *webauthn.WebAuthn }

var _ identity.WebAuthn = (*Party)(nil)

// ErrAddress says that browsers offer no passkeys at an address.
var ErrAddress = errors.New("passkeys need an https address with a host name")

// New makes a Party for the pages at the address, or ErrAddress: browsers know
// passkeys by host name, and offer them at https addresses and at localhost.
func New(pages string) (*Party, error) {
	at, err := url.Parse(pages)
	if err != nil {
		return nil, fmt.Errorf("read the address of the pages: %w", err)
	}
	host := at.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || host == "" || at.Scheme != "https" && host != "localhost" {
		return nil, ErrAddress
	}
	lib, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Ocim", RPOrigins: []string{at.Scheme + "://" + at.Host},
		// Which make of authenticator it is does not matter here.
		AttestationPreference: protocol.PreferNoAttestation,
		// A passkey names its owner, so nobody types an address first; and it checks who
		// uses it by a PIN, a finger or a face, so it is a second factor in itself.
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys for %s: %w", pages, err)
	}
	return &Party{lib}, nil
}

// person is a user as the library knows them.
type person struct {
	identity.PasskeyOwner
	credentials webauthn.Credentials
}

func personOf(o identity.PasskeyOwner) (person, error) {
	p := person{PasskeyOwner: o}
	for _, raw := range o.Credentials {
		var c webauthn.Credential
		if err := json.Unmarshal(raw, &c); err != nil {
			return p, fmt.Errorf("decode a passkey of user %s: %w", o.ID, err)
		}
		p.credentials = append(p.credentials, c)
	}
	return p, nil
}

// WebAuthnID implements webauthn.User.
func (p person) WebAuthnID() []byte { return []byte(p.ID) }

// WebAuthnName implements webauthn.User.
func (p person) WebAuthnName() string { return p.Email }

// WebAuthnDisplayName implements webauthn.User.
func (p person) WebAuthnDisplayName() string { return p.Name }

// WebAuthnCredentials implements webauthn.User.
func (p person) WebAuthnCredentials() []webauthn.Credential { return p.credentials }

// BeginCreate implements identity.WebAuthn. The browser refuses an authenticator that
// already holds a passkey of the owner.
func (p *Party) BeginCreate(owner identity.PasskeyOwner) (options, state json.RawMessage, err error) {
	who, err := personOf(owner)
	if err != nil {
		return nil, nil, err
	}
	creation, session, err := p.lib.BeginRegistration(who, webauthn.WithExclusions(who.credentials.CredentialDescriptors()))
	if err != nil {
		return nil, nil, err
	}
	return encode(creation.Response, session)
}

// FinishCreate implements identity.WebAuthn.
func (p *Party) FinishCreate(owner identity.PasskeyOwner, state, response json.RawMessage) (json.RawMessage, error) {
	who, err := personOf(owner)
	if err != nil {
		return nil, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return nil, fmt.Errorf("decode a challenge: %w", err)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, explain(err)
	}
	credential, err := p.lib.CreateCredential(who, session, parsed)
	if err != nil {
		return nil, explain(err)
	}
	// What the authenticator said of itself is not needed again, and is the larger part.
	credential.Attestation = webauthn.CredentialAttestation{}
	return json.Marshal(credential)
}

// BeginGet implements identity.WebAuthn.
func (p *Party) BeginGet() (options, state json.RawMessage, err error) {
	assertion, session, err := p.lib.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, nil, err
	}
	return encode(assertion.Response, session)
}

// FinishGet implements identity.WebAuthn. A passkey that seems to have been copied, by
// its counter, is refused.
func (p *Party) FinishGet(state, response json.RawMessage, owner func(userID string) (identity.PasskeyOwner, error)) (identity.Asserted, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return identity.Asserted{}, fmt.Errorf("decode a challenge: %w", err)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return identity.Asserted{}, explain(err)
	}
	user, credential, err := p.lib.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		o, err := owner(string(handle))
		if err != nil {
			return nil, err
		}
		return personOf(o)
	}, session, parsed)
	if err != nil {
		return identity.Asserted{}, explain(err)
	}
	if credential.Authenticator.CloneWarning {
		return identity.Asserted{}, errors.New("the passkey's counter went back: it was copied")
	}
	raw, err := json.Marshal(credential)
	return identity.Asserted{UserID: string(user.WebAuthnID()), Credential: raw}, err
}

// SameCredential implements identity.WebAuthn.
func (p *Party) SameCredential(a, b json.RawMessage) bool {
	var x, y webauthn.Credential
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && len(x.ID) > 0 && bytes.Equal(x.ID, y.ID)
}

func encode(options, session any) (o, s json.RawMessage, err error) {
	if o, err = json.Marshal(options); err != nil {
		return nil, nil, fmt.Errorf("encode a challenge: %w", err)
	}
	if s, err = json.Marshal(session); err != nil {
		return nil, nil, fmt.Errorf("encode a challenge: %w", err)
	}
	return o, s, nil
}

// explain adds what the library keeps beside its message.
func explain(err error) error {
	var detailed *protocol.Error
	if errors.As(err, &detailed) {
		return fmt.Errorf("%w: %s", err, detailed.DevInfo)
	}
	return err
}
