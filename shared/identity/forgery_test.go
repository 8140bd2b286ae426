package identity_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func privateKey(t *testing.T, v secret.Value) ed25519.PrivateKey {
	t.Helper()
	block, _ := pem.Decode([]byte(v.Reveal()))
	require.NotNil(t, block)
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	return k.(ed25519.PrivateKey)
}

type fields map[string]any

func (f fields) with(name string, value any) fields {
	out := fields{}
	for k, v := range f {
		out[k] = v
	}
	if value == nil {
		delete(out, name)
	} else {
		out[name] = value
	}
	return out
}

func part(t *testing.T, token string, i int) fields {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	require.NoError(t, err)
	var f fields
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	require.NoError(t, d.Decode(&f))
	return f
}

func TestAuthenticate_RefusesForgedAccessTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.ana().AccessToken.Reveal()
	key := privateKey(t, w.key)
	public := key.Public().(ed25519.PublicKey)
	header, claims := part(t, token, 0), part(t, token, 1)
	now := w.clock.Now()
	unsigned := func(h, c fields) string { return b64([]byte(asJSON(t, h))) + "." + b64([]byte(asJSON(t, c))) }
	signedBy := func(k ed25519.PrivateKey, h, c fields) string {
		u := unsigned(h, c)
		return u + "." + b64(ed25519.Sign(k, []byte(u)))
	}
	sign := func(h, c fields) string { return signedBy(key, h, c) }
	mac := func(h fields, secret []byte) string {
		u := unsigned(h, claims)
		m := hmac.New(sha256.New, secret)
		m.Write([]byte(u))
		return u + "." + b64(m.Sum(nil))
	}
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	strangerJWK := map[string]string{"kty": "OKP", "crv": "Ed25519", "x": b64(stranger.Public().(ed25519.PublicKey))}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	parts := strings.Split(token, ".")
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	flipped := append([]byte(nil), signature...)
	flipped[10] ^= 1
	other, err := w.LogIn(t.Context(), visitor("192.0.2.1"), anaEmail, good)
	require.NoError(t, err)
	otherParts := strings.Split(other.AccessToken.Reveal(), ".")

	// What sign makes is itself accepted, so that each forgery fails for its own reason.
	_, err = w.auth.Authenticate(t.Context(), sign(header, claims))
	require.NoError(t, err)

	seconds := func(d time.Duration) int64 { return now.Add(d).Unix() }
	forgeries := map[string]string{
		"alg none, no signature":           unsigned(header.with("alg", "none"), claims) + ".",
		"alg None":                         unsigned(header.with("alg", "None"), claims) + ".",
		"alg NONE with a signature":        unsigned(header.with("alg", "NONE"), claims) + "." + parts[2],
		"alg empty":                        sign(header.with("alg", ""), claims),
		"alg missing":                      sign(header.with("alg", nil), claims),
		"alg in another case":              sign(header.with("alg", "eddsa"), claims),
		"HS256 with the public key":        mac(header.with("alg", "HS256"), public),
		"HS256 with the public PEM":        mac(header.with("alg", "HS256"), publicPEM),
		"HS256 with the public DER":        mac(header.with("alg", "HS256"), der),
		"HS256 with an empty secret":       mac(header.with("alg", "HS256"), nil),
		"RS256":                            rsaSigned(t, rsaKey, unsigned(header.with("alg", "RS256"), claims)),
		"ES256":                            ecSigned(t, ecKey, unsigned(header.with("alg", "ES256"), claims)),
		"a stranger's key under our kid":   signedBy(stranger, header, claims),
		"a stranger's key and kid":         signedBy(stranger, header.with("kid", "stranger"), claims),
		"a key in the header":              signedBy(stranger, header.with("jwk", strangerJWK), claims),
		"a key in the header, without kid": signedBy(stranger, header.with("jwk", strangerJWK).with("kid", nil), claims),
		"a key by address":                 sign(header.with("jku", "https://evil.example/keys"), claims),
		"a certificate by address":         sign(header.with("x5u", "https://evil.example/cert"), claims),
		"a critical extension":             sign(header.with("crit", []string{"b64"}).with("b64", false), claims),
		"kid missing":                      sign(header.with("kid", nil), claims),
		"kid of a file":                    sign(header.with("kid", "../../../dev/null"), claims),
		"kid of another type":              sign(header.with("kid", 1), claims),
		"typ missing":                      sign(header.with("typ", nil), claims),
		"typ of any JWT":                   sign(header.with("typ", "JWT"), claims),
		"typ of an ID token":               sign(header.with("typ", "id+jwt"), claims),
		"iss missing":                      sign(header, claims.with("iss", nil)),
		"iss of another":                   sign(header, claims.with("iss", "https://evil.example")),
		"aud missing":                      sign(header, claims.with("aud", nil)),
		"aud of another":                   sign(header, claims.with("aud", "other")),
		"aud as a list":                    sign(header, claims.with("aud", []string{"ocim", "other"})),
		"exp missing":                      sign(header, claims.with("exp", nil)),
		"exp past":                         sign(header, claims.with("exp", seconds(-time.Second))),
		"exp this second":                  sign(header, claims.with("exp", seconds(0))),
		"exp too far":                      sign(header, claims.with("exp", seconds(11*time.Minute))),
		"exp in words":                     sign(header, claims.with("exp", "tomorrow")),
		"exp zero":                         sign(header, claims.with("exp", 0)),
		"nbf missing":                      sign(header, claims.with("nbf", nil)),
		"nbf to come":                      sign(header, claims.with("nbf", seconds(time.Minute))),
		"iat missing":                      sign(header, claims.with("iat", nil)),
		"iat to come":                      sign(header, claims.with("iat", seconds(time.Minute)).with("exp", seconds(5*time.Minute))),
		"jti missing":                      sign(header, claims.with("jti", nil)),
		"sub missing":                      sign(header, claims.with("sub", nil)),
		"sub of nobody":                    sign(header, claims.with("sub", claims["sid"])),
		"sub that reaches elsewhere":       sign(header, claims.with("sub", "../identity/roster")),
		"sid missing":                      sign(header, claims.with("sid", nil)),
		"sid of no session":                sign(header, claims.with("sid", claims["jti"])),
		"signature missing":                parts[0] + "." + parts[1] + ".",
		"signature and its dot missing":    parts[0] + "." + parts[1],
		"signature flipped":                parts[0] + "." + parts[1] + "." + b64(flipped),
		"signature cut":                    parts[0] + "." + parts[1] + "." + b64(signature[:63]),
		"signature plus the group's order": parts[0] + "." + parts[1] + "." + b64(malleated(signature)),
		"signature of another token":       parts[0] + "." + parts[1] + "." + otherParts[2],
		"claims of another token":          parts[0] + "." + otherParts[1] + "." + parts[2],
		"padding":                          token + "==",
		"a fourth part":                    token + ".AAAA",
		"five parts, as if encrypted":      token + ".AAAA.AAAA",
		"a space":                          token + " ",
		"header that is no JSON":           b64([]byte("no")) + "." + parts[1] + "." + parts[2],
		"claims that are no JSON":          resign(key, parts[0], "no"),
		"claims that are a list":           resign(key, parts[0], "[]"),
		"nothing":                          "",
		"dots":                             "..",
		"longer than any token":            sign(header, claims.with("pad", strings.Repeat("a", 5000))),
	}
	assert.GreaterOrEqual(t, len(forgeries), 30)
	for name, forged := range forgeries {
		_, err := w.auth.Authenticate(t.Context(), forged)
		require.Error(t, err, name)
		assert.Equal(t, fault.Unauthenticated, fault.KindOf(err), "%s: %v", name, err)
	}
}

func resign(k ed25519.PrivateKey, header, claims string) string {
	u := header + "." + b64([]byte(claims))
	return u + "." + b64(ed25519.Sign(k, []byte(u)))
}

func rsaSigned(t *testing.T, k *rsa.PrivateKey, u string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(u))
	s, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
	require.NoError(t, err)
	return u + "." + b64(s)
}

func ecSigned(t *testing.T, k *ecdsa.PrivateKey, u string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(u))
	r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
	require.NoError(t, err)
	return u + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// malleated adds the group's order to the signature's second half.
func malleated(s []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	half := append([]byte(nil), s[32:]...)
	reverse(half)
	half = new(big.Int).Add(new(big.Int).SetBytes(half), order).FillBytes(make([]byte, 32))
	reverse(half)
	return append(append([]byte(nil), s[:32]...), half...)
}

func reverse(b []byte) {
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
}

func TestAuthenticate_AccessTokenExpiresAfterTenMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	assert.Equal(t, w.clock.Now().Add(10*time.Minute), ana.AccessExpires)
	w.clock.Advance(10*time.Minute - time.Second)
	w.by(ana)
	w.clock.Advance(time.Second)
	w.isOut(ana)
}

func TestAuthenticate_KeyRotationNeedsNoDowntime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	old := w.key
	fresh, err := identity.GenerateKey()
	require.NoError(t, err)
	oldPublic, err := identity.PublicKeys(old)
	require.NoError(t, err)
	both := secret.New(fresh.Reveal() + old.Reveal())

	w.key = both // signs with the new key, knows the old one
	w.by(ana)
	later, err := w.Refresh(t.Context(), visitor("192.0.2.1"), ana.RefreshToken)
	require.NoError(t, err)
	w.by(later)
	assert.NotEqual(t, part(t, ana.AccessToken.Reveal(), 0)["kid"], part(t, later.AccessToken.Reveal(), 0)["kid"])

	public, err := identity.PublicKeys(both)
	require.NoError(t, err)
	assert.NotContains(t, public, "PRIVATE")
	w.key = secret.New(public) // as the other functions have it
	w.by(ana)
	w.by(later)

	w.key = secret.New(oldPublic) // a function that does not know the new key
	w.isOut(later)
	w.key = fresh // the old key is ended
	w.isOut(ana)
	w.by(later)
}
