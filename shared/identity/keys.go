package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"sync"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// Read returns a secret as it is now, such as secret.Directory's Read bound to a
// name.
type Read func() (secret.Value, error)

// key is a public key, with its private half where that is known.
type key struct {
	id      string
	public  ed25519.PublicKey
	private ed25519.PrivateKey // nil for a public key
}

// GenerateKey returns a new private key as PEM, for the secret ocim-jwt-private.
// To rotate: put the new public key into every ocim-jwt-public, then the new
// private key first into ocim-jwt-private, and drop the old ones after a day.
func GenerateKey() (secret.Value, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return secret.Value{}, fmt.Errorf("generate a signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return secret.Value{}, fmt.Errorf("encode a signing key: %w", err)
	}
	return secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))), nil
}

// PublicKeys returns the public halves of PEM keys as PEM, for the secret
// ocim-jwt-public.
func PublicKeys(keys secret.Value) (string, error) {
	parsed, err := parseKeys(keys.Reveal())
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	for _, k := range parsed {
		der, err := x509.MarshalPKIXPublicKey(k.public)
		if err != nil {
			return "", fmt.Errorf("encode a public key: %w", err)
		}
		if err := pem.Encode(&out, &pem.Block{Type: "PUBLIC KEY", Bytes: der}); err != nil {
			return "", fmt.Errorf("encode a public key: %w", err)
		}
	}
	return out.String(), nil
}

// parseKeys reads a bundle of PEM blocks, private or public, all Ed25519.
func parseKeys(text string) ([]key, error) {
	var keys []key
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		var k key
		switch block.Type {
		case "PRIVATE KEY":
			parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			private, ok := parsed.(ed25519.PrivateKey)
			if err != nil || !ok {
				return nil, fault.New(fault.Internal, "key %d of the bundle is not an Ed25519 private key", len(keys)+1)
			}
			k.private, k.public = private, private.Public().(ed25519.PublicKey)
		case "PUBLIC KEY":
			parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
			public, ok := parsed.(ed25519.PublicKey)
			if err != nil || !ok {
				return nil, fault.New(fault.Internal, "key %d of the bundle is not an Ed25519 public key", len(keys)+1)
			}
			k.public = public
		default:
			return nil, fault.New(fault.Internal, "the key bundle holds a %q block", block.Type)
		}
		k.id = thumbprint(k.public)
		keys = append(keys, k)
	}
	if len(keys) == 0 || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fault.New(fault.Internal, "the key bundle is not PEM, or holds no key")
	}
	return keys, nil
}

// thumbprint is the JWK thumbprint of RFC 7638.
func thumbprint(k ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(k) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// keyring parses a bundle again only when it changed.
type keyring struct {
	read Read

	mu   sync.Mutex
	sum  [sha256.Size]byte
	keys []key
}

func newKeyring(read Read) (*keyring, error) {
	r := &keyring{read: read}
	_, err := r.all()
	return r, err
}

func (r *keyring) all() ([]key, error) {
	text, err := r.read()
	if err != nil {
		return nil, fmt.Errorf("read the token keys: %w", err)
	}
	sum := sha256.Sum256([]byte(text.Reveal()))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys != nil && r.sum == sum {
		return r.keys, nil
	}
	keys, err := parseKeys(text.Reveal())
	if err != nil {
		return nil, err
	}
	r.keys, r.sum = keys, sum
	return keys, nil
}

// first returns the key that signs.
func (r *keyring) first() (key, error) {
	keys, err := r.all()
	if err != nil {
		return key{}, err
	}
	if keys[0].private == nil {
		return key{}, fault.New(fault.Internal, "the first token key is not a private key")
	}
	return keys[0], nil
}

// setupToken derives the token of the set-up link, so that every replica
// gives the same one and none has to be stored.
func (k key) setupToken() (string, error) {
	token, err := hkdf.Key(sha256.New, k.private.Seed(), nil, "ocim first administrator", 32)
	if err != nil {
		return "", fmt.Errorf("derive the set-up token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(token), nil
}

// digest is what is stored instead of a secret: bound to what the secret is for.
func digest(purpose string, parts ...string) string {
	h := sha256.New()
	_, _ = h.Write([]byte("ocim " + purpose))
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "\n%d %s", len(p), p)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// same compares two digests in constant time; an empty one equals nothing.
func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
