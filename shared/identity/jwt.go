package identity

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// accessLifetime is how long an access token is good for.
const accessLifetime = 10 * time.Minute

const (
	defaultIssuer = "ocim"
	audience      = "ocim"
	tokenType     = "at+jwt"
	maxJWT        = 2048            // bytes
	skew          = 5 * time.Second // by how much replicas' clocks may differ
)

// accessClaims are all that an access token says; each is required.
type accessClaims struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	Subject   string `json:"sub"`
	Session   string `json:"sid"`
	ID        string `json:"jti"`
	IssuedAt  int64  `json:"iat"`
	NotBefore int64  `json:"nbf"`
	Expires   int64  `json:"exp"`
}

// The methods that make it a jwt.Claims for signing; checkClaims validates.

func (c accessClaims) GetExpirationTime() (*jwt.NumericDate, error) { return nil, nil }
func (c accessClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return nil, nil }
func (c accessClaims) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil }
func (c accessClaims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c accessClaims) GetSubject() (string, error)                  { return c.Subject, nil }
func (c accessClaims) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

// sign makes an access token that ends at or before end.
func (k key) sign(issuer, user, session, id string, now, end time.Time) (secret.Value, time.Time, error) {
	expires := now.Add(accessLifetime).Truncate(time.Second)
	if end.Before(expires) {
		expires = end.Truncate(time.Second)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, accessClaims{
		Issuer: issuer, Audience: audience, Subject: user, Session: session, ID: id,
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: expires.Unix(),
	})
	t.Header["typ"], t.Header["kid"] = tokenType, k.id
	text, err := t.SignedString(k.private)
	if err != nil {
		return secret.Value{}, time.Time{}, fmt.Errorf("sign an access token: %w", err)
	}
	return secret.New(text), expires, nil
}

// verifier checks access tokens with public keys.
type verifier struct {
	issuer string
	keys   *keyring
	now    func() time.Time
	parser *jwt.Parser
}

func newVerifier(issuer string, keys *keyring, now func() time.Time) *verifier {
	return &verifier{issuer: issuer, keys: keys, now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithStrictDecoding(),
		jwt.WithoutClaimsValidation(), // checkClaims demands more
	)}
}

// verify returns the claims of a token that this system issued and that is good
// now. Errors are fault.Unauthenticated, save when the keys cannot be read.
func (v *verifier) verify(token string) (accessClaims, error) {
	keys, err := v.keys.all()
	if err != nil {
		return accessClaims{}, err
	}
	var c accessClaims
	if len(token) > maxJWT {
		return c, notSignedIn(errors.New("the token is too long"))
	}
	if err := checkHeader(token); err != nil {
		return c, notSignedIn(err)
	}
	if _, err := v.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) { return pick(keys, t) }); err != nil {
		return c, notSignedIn(err)
	}
	if err := v.checkClaims(c); err != nil {
		return c, notSignedIn(err)
	}
	return c, nil
}

// checkHeader admits exactly the header that sign writes: everything else
// that a header can demand (keys by address, critical extensions) is refused.
func checkHeader(token string) error {
	encoded, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return errors.New("the header is not base64url")
	}
	var h map[string]json.RawMessage
	if err := json.Unmarshal(raw, &h); err != nil {
		return errors.New("the header is not JSON")
	}
	if len(h) != 3 || string(h["alg"]) != `"EdDSA"` || string(h["typ"]) != `"`+tokenType+`"` || h["kid"] == nil {
		return errors.New("the header is not that of an access token")
	}
	return nil
}

func pick(keys []key, t *jwt.Token) (ed25519.PublicKey, error) {
	id, _ := t.Header["kid"].(string)
	for _, k := range keys {
		if k.id == id {
			return k.public, nil
		}
	}
	return nil, errors.New("the key is not known")
}

func (v *verifier) checkClaims(c accessClaims) error {
	now := v.now()
	switch {
	case c.Issuer != v.issuer:
		return errors.New("wrong issuer")
	case c.Audience != audience:
		return errors.New("wrong audience")
	case !isID(c.Subject) || !isID(c.Session) || !isID(c.ID):
		return errors.New("malformed sub, sid or jti")
	case c.IssuedAt <= 0 || c.NotBefore <= 0 || c.Expires <= 0:
		return errors.New("iat, nbf and exp are required")
	case c.Expires-c.IssuedAt > int64(accessLifetime/time.Second):
		return errors.New("lives too long")
	case !now.Before(time.Unix(c.Expires, 0)):
		return errors.New("expired")
	case now.Add(skew).Before(time.Unix(c.NotBefore, 0)), now.Add(skew).Before(time.Unix(c.IssuedAt, 0)):
		return errors.New("from the future")
	}
	return nil
}

// notSignedIn is the only answer to a request without valid proof of identity.
func notSignedIn(cause error) error {
	return fault.Wrap(fault.Unauthenticated, cause, "Please log in.")
}
