package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// A cursor is base64url of: format (1 byte), what it belongs to (8 bytes of
// a hash), the last sort key that was given out. It holds nothing secret, and a
// forged one reaches no further than the query it is used with.
const (
	cursorFormat = 1
	cursorHeader = 1 + 8
)

var cursorEncoding = base64.RawURLEncoding.Strict()

// Cursor makes the cursor of the page of q that follows the sort key.
func Cursor(q kv.Query, sort string) string {
	return cursorEncoding.EncodeToString(append(header(q), sort...))
}

func decodeCursor(q kv.Query) (string, error) {
	foreign := fault.InvalidField("after", "is not a cursor of this query")
	if len(q.After) > cursorEncoding.EncodedLen(cursorHeader+kv.MaxSort) {
		return "", foreign
	}
	raw, err := cursorEncoding.DecodeString(q.After)
	if err != nil || len(raw) < cursorHeader || !bytes.Equal(raw[:cursorHeader], header(q)) {
		return "", foreign
	}
	sort := string(raw[cursorHeader:])
	// The decoder skips line breaks, so a cursor must also be as we write it.
	if text("after", sort, 1, kv.MaxSort) != nil || !strings.HasPrefix(sort, q.Prefix) || Cursor(q, sort) != q.After {
		return "", foreign
	}
	return sort, nil
}

// header ties a cursor to partition, prefix and direction. NUL is in neither
// text, so it separates them.
func header(q kv.Query) []byte {
	direction := "up"
	if q.Reverse {
		direction = "down"
	}
	sum := sha256.Sum256([]byte(q.Partition + "\x00" + q.Prefix + "\x00" + direction))
	return append([]byte{cursorFormat}, sum[:cursorHeader-1]...)
}
