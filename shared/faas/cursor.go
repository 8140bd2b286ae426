package faas

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// The cursor of a page is a position in the store: it can name a cluster that the
// caller may not see, or be moved to one. So what leaves is encrypted, and holds
// only for the caller, the operation and the filters that it was made for.
//
// This is done for every operation alike: its query parameter "after" is opened
// before the input is read, the field "next" of its body is sealed.
const (
	cursorParameter = "after"
	cursorField     = "next"
)

// cursors seals and opens cursors.
type cursors struct {
	key func() (secret.Value, error)
}

// newCursors uses a key that is read when needed; nil makes one that lasts as long
// as the process.
func newCursors(key func() (secret.Value, error)) cursors {
	if key == nil {
		random := secret.New(rand.Text() + rand.Text())
		key = func() (secret.Value, error) { return random, nil }
	}
	return cursors{key}
}

func (c cursors) aead() (cipher.AEAD, error) {
	text, err := c.key()
	if err != nil {
		return nil, fmt.Errorf("read the key of cursors: %w", err)
	}
	key, err := hkdf.Key(sha256.New, []byte(text.Reveal()), nil, "ocim cursor 1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of cursors: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare the key of cursors: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// boundTo is what a cursor of the request is bound to.
func boundTo(r *http.Request, userID string) []byte {
	query := r.URL.Query()
	query.Del(cursorParameter)
	query.Del("limit")
	return []byte(userID + "\n" + r.Method + " " + r.URL.Path + "?" + query.Encode())
}

func (c cursors) seal(r *http.Request, userID, cursor string) (string, error) {
	aead, err := c.aead()
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, []byte(cursor), boundTo(r, userID))), nil
}

// open replaces the sealed cursor of the request's query.
func (c cursors) open(r *http.Request, userID string) error {
	sealed := r.URL.Query().Get(cursorParameter)
	if sealed == "" {
		return nil
	}
	aead, err := c.aead()
	if err != nil {
		return err
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	var cursor []byte
	if err == nil {
		cursor, err = aead.Open(nil, nil, raw, boundTo(r, userID))
	}
	if err != nil {
		return fault.InvalidField(cursorParameter, "This page has expired. Start from the first page.")
	}
	// The bytes of the query are replaced, as it may hold what does not parse.
	parts := strings.Split(r.URL.RawQuery, "&")
	for i, part := range parts {
		if name, _, _ := strings.Cut(part, "="); name == cursorParameter {
			parts[i] = cursorParameter + "=" + url.QueryEscape(string(cursor))
		}
	}
	r.URL.RawQuery = strings.Join(parts, "&")
	return nil
}

// sealBody returns the body with its cursor sealed.
func (c cursors) sealBody(r *http.Request, userID string, body any) (any, error) {
	v := reflect.ValueOf(body)
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return body, nil
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return body, nil
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != cursorField || f.Type.Kind() != reflect.String {
			continue
		}
		cursor := v.FieldByIndex(f.Index).String()
		if cursor == "" {
			return body, nil
		}
		sealed, err := c.seal(r, userID, cursor)
		if err != nil {
			return nil, err
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		out.FieldByIndex(f.Index).SetString(sealed)
		return out.Interface(), nil
	}
	return body, nil
}
