package function

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
)

// Deps is what the function needs.
type Deps struct {
	API      faas.Options
	Identity *identity.Service
	Audit    *audit.Log
	Google   *Google // nil switches sign-in by an OIDC provider off
	// PublicURL is where the pages are, without a slash at the end.
	PublicURL string
	// NoMail says that no mail server is configured: what needs one is refused.
	NoMail bool
	// NoPasswords says that passwords are switched off.
	NoPasswords bool
	Now         func() time.Time // nil is time.Now
}

type auth struct{ Deps }

// New makes the function's handler.
func New(deps Deps) http.Handler {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	deps.API.Title = "Auth"
	deps.API.Uncompressed = true // tokens
	api := faas.NewAPI(deps.API)
	f := &auth{deps}
	f.registerEntrance(api)
	f.registerMe(api)
	f.registerPasskeys(api)
	f.registerInvitations(api)
	f.registerUsers(api)
	return api
}

// The bounds of bodies: nothing here is longer than a password.
const smallBody = 16 << 10

func operation(id, method, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: smallBody}
}

func created(op huma.Operation) huma.Operation {
	op.DefaultStatus = http.StatusCreated
	return op
}

func accepted(op huma.Operation) huma.Operation {
	op.DefaultStatus = http.StatusAccepted
	return op
}

// Visitor is where a public call comes from. It is exported because huma passes
// over what is not.
type Visitor struct {
	Agent  string `header:"User-Agent" hidden:"true"`
	Device string `cookie:"__Host-ocim-device" hidden:"true"`
}

// by returns the caller, a person or an API token.
func by(ctx context.Context) identity.By {
	return identity.By{Principal: faas.PrincipalFrom(ctx), Address: address(ctx)}
}

// inPerson passes the caller on, provided that they logged in: an API token that
// leaked must not lead to a password or to further tokens. It is compiled once for all
// routes, since its types are pointers.
//
//go:noinline
func inPerson[I, O any](handle func(context.Context, identity.By, I) (O, error)) func(context.Context, I) (O, error) {
	return func(ctx context.Context, in I) (out O, err error) {
		b := by(ctx)
		if b.SessionID == "" {
			return out, fault.New(fault.Forbidden, "An API token can't do this. Log in.")
		}
		return handle(ctx, b, in)
	}
}

// body is an answer that is nothing but a body.
type body[T any] struct{ Body T }

func answer[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

func address(ctx context.Context) string {
	if a := faas.ClientFrom(ctx); a.IsValid() {
		return a.String()
	}
	return "unknown"
}
