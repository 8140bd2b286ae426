package function

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

// passkeyBody bounds what carries a browser's answer, which holds keys and signatures.
const passkeyBody = 64 << 10

func withPasskey(op huma.Operation) huma.Operation {
	op.MaxBodyBytes = passkeyBody
	return op
}

// PasskeyOptions is what navigator.credentials is called with.
type PasskeyOptions map[string]any

// Challenge is what a browser has to answer with a passkey.
type Challenge struct {
	Ceremony string         `json:"ceremony" doc:"To be sent along with the answer, within 5 minutes"`
	Options  PasskeyOptions `json:"options" doc:"For PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON"`
}

// PasskeyAnswer is a browser's answer to a challenge.
type PasskeyAnswer struct {
	Ceremony string         `json:"ceremony" maxLength:"26"`
	Response PasskeyOptions `json:"response" doc:"What PublicKeyCredential.toJSON returns"`
}

func (a PasskeyAnswer) domain() identity.PasskeyAnswer {
	raw, _ := json.Marshal(a.Response) // which came as JSON
	return identity.PasskeyAnswer{Ceremony: a.Ceremony, Response: raw}
}

// NewPasskey is a passkey that was added.
type NewPasskey struct {
	Passkey       identity.Passkey `json:"passkey"`
	RecoveryCodes []string         `json:"recoveryCodes" nullable:"false" doc:"With the first passkey; no other answer holds them"`
}

// RecoveryCodes are codes that each stand in for a passkey once.
type RecoveryCodes struct {
	Codes []string `json:"codes" nullable:"false" doc:"No other answer holds them"`
}

func (f *auth) registerPasskeys(api *faas.API) {
	open, own := faas.Public.SameOrigin(), faas.SignedIn
	faas.Register(api, open, created(operation("challenge-passkey", http.MethodPost, "/v1/passkeys/challenge",
		"Begin a log-in or a confirmation with a passkey")), f.challengePasskey)
	faas.Register(api, open, withPasskey(operation("log-in-with-passkey", http.MethodPost, "/v1/login/passkey",
		"Log in with a passkey")), f.logInWithPasskey)
	faas.Register(api, own, operation("list-passkeys", http.MethodGet, "/v1/me/passkeys", "List your passkeys"), inPerson(f.passkeys))
	faas.Register(api, own, created(operation("begin-passkey", http.MethodPost, "/v1/me/passkeys/challenge",
		"Begin to add a passkey. Needs a confirmation within 10 minutes")), inPerson(f.beginPasskey))
	faas.Register(api, own, created(withPasskey(operation("add-passkey", http.MethodPost, "/v1/me/passkeys",
		"Add the passkey that the browser created. Needs a confirmation within 10 minutes"))), inPerson(f.addPasskey))
	faas.Register(api, own, operation("remove-passkey", http.MethodDelete, "/v1/me/passkeys/{passkey}",
		"Remove one of your passkeys. Needs a confirmation within 10 minutes"), inPerson(f.removePasskey))
	faas.Register(api, own, operation("set-passkey-only", http.MethodPut, "/v1/me/passkey-only",
		"Let nothing but a passkey, or a recovery code, log you in. Needs a confirmation within 10 minutes"), inPerson(f.setPasskeyOnly))
	faas.Register(api, own, created(operation("create-recovery-codes", http.MethodPost, "/v1/me/recovery-codes",
		"Replace your recovery codes. Needs a confirmation within 10 minutes")), inPerson(f.newRecoveryCodes))
}

func challenge(c identity.Challenge, err error) (*body[Challenge], error) {
	if err != nil {
		return nil, err
	}
	out := Challenge{Ceremony: c.Ceremony}
	err = json.Unmarshal(c.Options, &out.Options)
	return answer(out, err)
}

type visitorInput struct{ Visitor }

func (f *auth) challengePasskey(ctx context.Context, in *visitorInput) (*body[Challenge], error) {
	return challenge(f.Identity.ChallengePasskey(ctx, in.domain(ctx)))
}

type logInWithPasskeyInput struct {
	Visitor
	Body PasskeyAnswer
}

func (f *auth) logInWithPasskey(ctx context.Context, in *logInWithPasskeyInput) (*signedInOutput, error) {
	return f.signedIn(f.Identity.LogInWithPasskey(ctx, in.domain(ctx), in.Body.domain()))
}

func (f *auth) passkeys(ctx context.Context, b identity.By, _ *struct{}) (*body[identity.PasskeyState], error) {
	return answer(f.Identity.Passkeys(ctx, b.UserID))
}

func (f *auth) beginPasskey(ctx context.Context, b identity.By, _ *struct{}) (*body[Challenge], error) {
	return challenge(f.Identity.BeginPasskey(ctx, b))
}

type addPasskeyInput struct {
	Body struct {
		PasskeyAnswer
		Name string `json:"name" maxLength:"200" doc:"Such as where the passkey is kept"`
	}
}

func (f *auth) addPasskey(ctx context.Context, b identity.By, in *addPasskeyInput) (*body[NewPasskey], error) {
	p, codes, err := f.Identity.AddPasskey(ctx, b, in.Body.Name, in.Body.domain())
	return answer(NewPasskey{Passkey: p, RecoveryCodes: mapped(codes, secret.Value.Reveal)}, err)
}

type removePasskeyInput struct {
	Passkey string `path:"passkey" minLength:"1" maxLength:"26"`
}

func (f *auth) removePasskey(ctx context.Context, b identity.By, in *removePasskeyInput) (*struct{}, error) {
	return nil, f.Identity.RemovePasskeys(ctx, b, b.UserID, in.Passkey)
}

type setPasskeyOnlyInput struct {
	Body struct {
		Only bool `json:"only"`
	}
}

func (f *auth) setPasskeyOnly(ctx context.Context, b identity.By, in *setPasskeyOnlyInput) (*struct{}, error) {
	return nil, f.Identity.SetPasskeyOnly(ctx, b, in.Body.Only)
}

func (f *auth) newRecoveryCodes(ctx context.Context, b identity.By, _ *struct{}) (*body[RecoveryCodes], error) {
	codes, err := f.Identity.NewRecoveryCodes(ctx, b)
	return answer(RecoveryCodes{mapped(codes, secret.Value.Reveal)}, err)
}
