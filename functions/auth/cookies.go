package function

import (
	"context"
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

// The cookies. Their prefix makes browsers refuse them unless they are Secure,
// of this host alone and for all paths.
const (
	refreshCookie = "__Host-ocim"
	deviceCookie  = "__Host-ocim-device"
	googleCookie  = "__Host-ocim-google"
	linkCookie    = "__Host-ocim-link" // a sign-in that waits for the account's password
)

// deviceAge is how long a browser is known for; about as long as browsers keep
// a cookie.
const deviceAge = 180 * 24 * time.Hour

func cookie(name, value string, age time.Duration, site http.SameSite) string {
	c := http.Cookie{
		Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: site,
		MaxAge: int(age / time.Second),
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c.String()
}

func cleared(name string) string { return cookie(name, "", 0, http.SameSiteStrictMode) }

// signedInOutput carries the refresh token in a cookie only.
type signedInOutput struct {
	SetCookie []string `header:"Set-Cookie"`
	Body      SignedIn
}

func (f *auth) signedIn(s identity.SignedIn, err error) (*signedInOutput, error) {
	if err != nil {
		return nil, err
	}
	return &signedInOutput{SetCookie: f.cookies(s), Body: SignedIn{
		AccessToken: s.AccessToken.Reveal(), ExpiresAt: s.AccessExpires.UTC(), User: userOf(s.User),
	}}, nil
}

func (f *auth) cookies(s identity.SignedIn) []string {
	out := []string{cookie(refreshCookie, s.RefreshToken.Reveal(), s.RefreshExpires.Sub(f.Now()), http.SameSiteStrictMode)}
	if !s.Device.IsZero() {
		out = append(out, f.known(s.Device))
	}
	return out
}

func (f *auth) known(device secret.Value) string {
	return cookie(deviceCookie, device.Reveal(), deviceAge, http.SameSiteStrictMode)
}

func (v Visitor) domain(ctx context.Context) identity.Visitor {
	return identity.Visitor{Address: address(ctx), Agent: v.Agent, Device: secret.New(v.Device)}
}

// withoutSession makes the browser forget a refresh token that is no good.
func withoutSession(err error) error {
	return faas.WithHeaders(err, http.Header{"Set-Cookie": {cleared(refreshCookie)}})
}
