package function

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

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

// Passkey is one of a user's passkeys.
type Passkey struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"createdAt"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

func passkeyOf(p identity.Passkey) Passkey {
	return Passkey{ID: p.ID, Name: p.Name, CreatedAt: p.Created, LastUsedAt: maybe(p.LastUsed)}
}

func passkeysOf(list []identity.Passkey) []Passkey {
	out := []Passkey{}
	for _, p := range list {
		out = append(out, passkeyOf(p))
	}
	return out
}

// PasskeyState is how a user logs in with passkeys.
type PasskeyState struct {
	Passkeys      []Passkey `json:"passkeys" nullable:"false"`
	RecoveryCodes int       `json:"recoveryCodes" doc:"How many are left"`
	Only          bool      `json:"only" doc:"The user chose that nothing else lets them in"`
	Demanded      bool      `json:"demanded" doc:"The installation demands a passkey of this user"`
}

// NewPasskey is a passkey that was added.
type NewPasskey struct {
	Passkey       Passkey  `json:"passkey"`
	RecoveryCodes []string `json:"recoveryCodes" nullable:"false" doc:"With the first passkey; no other answer holds them"`
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
	faas.Register(api, own, operation("list-passkeys", http.MethodGet, "/v1/me/passkeys", "List your passkeys"), f.passkeys)
	faas.Register(api, own, created(operation("begin-passkey", http.MethodPost, "/v1/me/passkeys/challenge",
		"Begin to add a passkey. Needs a confirmation within 10 minutes")), f.beginPasskey)
	faas.Register(api, own, created(withPasskey(operation("add-passkey", http.MethodPost, "/v1/me/passkeys",
		"Add the passkey that the browser created. Needs a confirmation within 10 minutes"))), f.addPasskey)
	faas.Register(api, own, operation("remove-passkey", http.MethodDelete, "/v1/me/passkeys/{passkey}",
		"Remove one of your passkeys. Needs a confirmation within 10 minutes"), f.removePasskey)
	faas.Register(api, own, operation("set-passkey-only", http.MethodPut, "/v1/me/passkey-only",
		"Let nothing but a passkey, or a recovery code, log you in. Needs a confirmation within 10 minutes"), f.setPasskeyOnly)
	faas.Register(api, own, created(operation("create-recovery-codes", http.MethodPost, "/v1/me/recovery-codes",
		"Replace your recovery codes. Needs a confirmation within 10 minutes")), f.newRecoveryCodes)
}

type challengeOutput struct{ Body Challenge }

func challenge(c identity.Challenge, err error) (*challengeOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &challengeOutput{Body: Challenge{Ceremony: c.Ceremony}}
	return out, json.Unmarshal(c.Options, &out.Body.Options)
}

type visitorInput struct{ Visitor }

func (f *auth) challengePasskey(ctx context.Context, in *visitorInput) (*challengeOutput, error) {
	return challenge(f.Identity.ChallengePasskey(ctx, in.domain(ctx)))
}

type logInWithPasskeyInput struct {
	Visitor
	Body PasskeyAnswer
}

func (f *auth) logInWithPasskey(ctx context.Context, in *logInWithPasskeyInput) (*signedInOutput, error) {
	s, err := f.Identity.LogInWithPasskey(ctx, in.domain(ctx), in.Body.domain())
	if err != nil {
		return nil, err
	}
	return f.signedIn(s), nil
}

type passkeysOutput struct{ Body PasskeyState }

func (f *auth) passkeys(ctx context.Context, _ *struct{}) (*passkeysOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	state, err := f.Identity.Passkeys(ctx, b.UserID)
	if err != nil {
		return nil, err
	}
	return &passkeysOutput{Body: PasskeyState{
		Passkeys: passkeysOf(state.Passkeys), RecoveryCodes: state.Codes, Only: state.Only, Demanded: state.Demanded,
	}}, nil
}

func (f *auth) beginPasskey(ctx context.Context, _ *struct{}) (*challengeOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	return challenge(f.Identity.BeginPasskey(ctx, b))
}

type addPasskeyInput struct {
	Body struct {
		PasskeyAnswer
		Name string `json:"name" maxLength:"200" doc:"Such as where the passkey is kept"`
	}
}

type addPasskeyOutput struct{ Body NewPasskey }

func (f *auth) addPasskey(ctx context.Context, in *addPasskeyInput) (*addPasskeyOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	p, codes, err := f.Identity.AddPasskey(ctx, b, in.Body.Name, in.Body.domain())
	if err != nil {
		return nil, err
	}
	return &addPasskeyOutput{Body: NewPasskey{Passkey: passkeyOf(p), RecoveryCodes: revealed(codes)}}, nil
}

type removePasskeyInput struct {
	Passkey string `path:"passkey" minLength:"1" maxLength:"26"`
}

func (f *auth) removePasskey(ctx context.Context, in *removePasskeyInput) (*struct{}, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	return nil, f.Identity.RemovePasskeys(ctx, b, b.UserID, in.Passkey)
}

type setPasskeyOnlyInput struct {
	Body struct {
		Only bool `json:"only"`
	}
}

func (f *auth) setPasskeyOnly(ctx context.Context, in *setPasskeyOnlyInput) (*struct{}, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	return nil, f.Identity.SetPasskeyOnly(ctx, b, in.Body.Only)
}

type recoveryCodesOutput struct{ Body RecoveryCodes }

func (f *auth) newRecoveryCodes(ctx context.Context, _ *struct{}) (*recoveryCodesOutput, error) {
	b, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	codes, err := f.Identity.NewRecoveryCodes(ctx, b)
	if err != nil {
		return nil, err
	}
	return &recoveryCodesOutput{Body: RecoveryCodes{Codes: revealed(codes)}}, nil
}

func revealed(codes []secret.Value) []string {
	out := []string{}
	for _, c := range codes {
		out = append(out, c.Reveal())
	}
	return out
}
