package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/fault"
)

// MaxPlain is the largest plaintext that Seal takes, in bytes.
const MaxPlain = 64 << 10

const (
	version   = 1
	keyBytes  = 32
	nonceSize = 12
	tagSize   = 16
	wrapped   = nonceSize + keyBytes + tagSize // a data key, sealed
)

var keyID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`) })

// Keyring seals bytes with its first key and opens what any of its keys sealed.
// It is safe for concurrent use.
//
// A sealed value is an envelope: a fresh data key encrypts the plaintext, and
// the ring's key encrypts the data key, both with AES-256-GCM. Both bind the
// key's id and the record, so a sealed value that is moved to another record
// does not open.
type Keyring struct {
	load func() ([]ringKey, error)
}

type ringKey struct {
	id      string
	aead    cipher.AEAD
	signing []byte // derived from the key
}

// ParseKeyring reads lines of `<key id>:<base64 of 32 bytes>`; the first key
// seals, all open. Empty lines and lines that start with # are ignored. Errors
// are of kind fault.Invalid and never show a key.
func ParseKeyring(text string) (*Keyring, error) {
	keys, err := parseKeys(text)
	if err != nil {
		return nil, err
	}
	return &Keyring{load: func() ([]ringKey, error) { return keys, nil }}, nil
}

// NewKey makes a line for ParseKeyring with a random key. id is 1 to 32 letters,
// digits, "_" or "-".
func NewKey(id string) (Value, error) {
	if !keyID().MatchString(id) {
		return Value{}, fault.New(fault.Invalid, "a key id is 1 to 32 letters, digits, _ or -")
	}
	key := make([]byte, keyBytes)
	rand.Read(key)
	return New(id + ":" + base64.StdEncoding.EncodeToString(key)), nil
}

func parseKeys(text string) ([]ringKey, error) {
	var keys []ringKey
	seen := map[string]bool{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, encoded, found := strings.Cut(line, ":")
		if !found || !keyID().MatchString(id) {
			return nil, fault.New(fault.Invalid, "line %d of the keyring is not <key id>:<base64 of 32 bytes>", number)
		}
		if seen[id] {
			return nil, fault.New(fault.Invalid, "line %d of the keyring repeats key id %q", number, id)
		}
		seen[id] = true
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) != keyBytes {
			return nil, fault.New(fault.Invalid, "line %d of the keyring: key %q is not base64 of 32 bytes", number, id)
		}
		aead, err := newAEAD(key)
		if err != nil {
			return nil, fmt.Errorf("prepare key %q: %w", id, err)
		}
		signing, err := hkdf.Key(sha256.New, key, nil, "ocim signature 1", keyBytes)
		if err != nil {
			return nil, fmt.Errorf("prepare key %q: %w", id, err)
		}
		keys = append(keys, ringKey{id: id, aead: aead, signing: signing})
	}
	if len(keys) == 0 {
		return nil, fault.New(fault.Invalid, "the keyring holds no key")
	}
	return keys, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts plain for the record, a non-empty name such as
// "project/42/apiToken" that Open must be given again. The result is
// len(plain) plus about 100 bytes. A plain beyond MaxPlain is fault.TooLarge.
func (k *Keyring) Seal(plain []byte, record string) ([]byte, error) {
	if record == "" {
		return nil, fault.New(fault.Internal, "seal: no record to bind the secret to")
	}
	if len(plain) > MaxPlain {
		return nil, fault.New(fault.TooLarge, "a secret of %d bytes is over the %d that can be sealed", len(plain), MaxPlain)
	}
	keys, err := k.load()
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	head, bound := header(keys[0].id), binding(keys[0].id, record)

	dataKey := make([]byte, keyBytes)
	rand.Read(dataKey)
	body, err := newAEAD(dataKey)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return body.Seal(keys[0].aead.Seal(head, nil, dataKey, bound), nil, plain, bound), nil
}

// Open decrypts what Seal made for the same record. Errors are of kind
// fault.Internal: the value was altered, belongs to another record, or its key
// is no longer in the ring (the message names the key id).
func (k *Keyring) Open(sealed []byte, record string) ([]byte, error) {
	id, rest, err := split(sealed)
	if err != nil {
		return nil, err
	}
	keys, err := k.load()
	if err != nil {
		return nil, fmt.Errorf("open a sealed secret: %w", err)
	}
	var ring cipher.AEAD
	for _, key := range keys {
		if key.id == id {
			ring = key.aead
		}
	}
	if ring == nil {
		return nil, fault.New(fault.Internal, "the secret is sealed with key %q, which is not in the keyring", id)
	}
	bound := binding(id, record)
	dataKey, err := ring.Open(nil, nil, rest[:wrapped], bound)
	if err != nil {
		return nil, errAltered()
	}
	body, err := newAEAD(dataKey)
	if err != nil {
		return nil, fmt.Errorf("open a sealed secret: %w", err)
	}
	plain, err := body.Open(nil, nil, rest[wrapped:], bound)
	if err != nil {
		return nil, errAltered()
	}
	return plain, nil
}

// NeedsReseal reports whether sealed was made with another key than the one
// that seals now. What cannot be read at all needs no resealing: Open says why.
func (k *Keyring) NeedsReseal(sealed []byte) bool {
	id, _, err := split(sealed)
	if err != nil {
		return false
	}
	keys, err := k.load()
	return err == nil && keys[0].id != id
}

// IDs returns the ids of the keys; the first one seals.
func (k *Keyring) IDs() ([]string, error) {
	keys, err := k.load()
	if err != nil {
		return nil, fmt.Errorf("read the keyring: %w", err)
	}
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = key.id
	}
	return ids, nil
}

// SealedWith returns the id of the key that sealed a value; "" when it is malformed.
func SealedWith(sealed []byte) string {
	id, _, _ := split(sealed)
	return id
}

// Reseal seals with the first key what another key of the ring sealed for the record.
// It returns nil when there is nothing to do.
func (k *Keyring) Reseal(sealed []byte, record string) ([]byte, error) {
	if !k.NeedsReseal(sealed) {
		return nil, nil
	}
	plain, err := k.Open(sealed, record)
	if err != nil {
		return nil, err
	}
	return k.Seal(plain, record)
}

// Sign returns a keyed MAC of data by the first key, with the key's id.
func (k *Keyring) Sign(data []byte) (string, error) {
	keys, err := k.load()
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return keys[0].sign(data), nil
}

// Verify reports whether the signature is what Sign made of data with a key that
// is still in the ring.
func (k *Keyring) Verify(data []byte, signature string) (bool, error) {
	keys, err := k.load()
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	id, _, _ := strings.Cut(signature, ":")
	for _, key := range keys {
		if key.id == id {
			return hmac.Equal([]byte(signature), []byte(key.sign(data))), nil
		}
	}
	return false, nil
}

func (k ringKey) sign(data []byte) string {
	h := hmac.New(sha256.New, k.signing)
	h.Write(data)
	return k.id + ":" + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func errAltered() error {
	return fault.New(fault.Internal, "a sealed secret does not open: it was altered or belongs to another record")
}

// header is version, length of the key id, key id.
func header(id string) []byte {
	return append([]byte{version, byte(len(id))}, id...)
}

// split checks the form and gives the key id and what follows the header.
func split(sealed []byte) (id string, rest []byte, err error) {
	malformed := fault.New(fault.Internal, "a sealed secret is malformed")
	if len(sealed) < 2 || sealed[0] != version {
		return "", nil, malformed
	}
	n := int(sealed[1])
	if len(sealed) < 2+n+wrapped+nonceSize+tagSize || !keyID().Match(sealed[2:2+n]) {
		return "", nil, malformed
	}
	return string(sealed[2 : 2+n]), sealed[2+n:], nil
}

// binding is the associated data: a label, the key id and the record, the
// latter two with their lengths so that no two pairs read the same.
func binding(id, record string) []byte {
	out := []byte("ocim sealed secret 1\x00")
	for _, part := range []string{id, record} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}
