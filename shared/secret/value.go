package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what every printed, logged or encoded Value shows.
const Redacted = "[redacted]"

// Value is text that must not be seen. Printing, logging or encoding one gives
// Redacted; only Reveal gives the text. Decoding JSON or text into a Value
// works, so a request or a configuration can carry one. The zero Value is
// empty.
type Value struct {
	// A pointer, because fmt walks the unexported fields of foreign structs
	// without calling Format, and prints an inner pointer as an address.
	text *string
}

// New makes a Value.
func New(text string) Value {
	if text == "" {
		return Value{}
	}
	return Value{text: &text}
}

// Reveal returns the text itself.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// IsZero reports whether the Value is empty.
func (v Value) IsZero() bool { return v.text == nil }

// Matches reports, in constant time, whether candidate is the text. An empty
// Value matches nothing.
func (v Value) Matches(candidate string) bool {
	return !v.IsZero() && Equal(v.Reveal(), candidate)
}

// Equal compares in a time that reveals nothing about either side, not even
// their lengths: both are hashed first.
func Equal[A, B ~string | ~[]byte](a A, b B) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// String returns Redacted.
func (Value) String() string { return Redacted }

// GoString returns Redacted.
func (Value) GoString() string { return Redacted }

// Format writes Redacted for every verb.
func (Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// LogValue returns Redacted to slog.
func (Value) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns Redacted.
func (Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalJSON returns Redacted.
func (Value) MarshalJSON() ([]byte, error) { return json.Marshal(Redacted) }

// UnmarshalText takes the text as it is.
func (v *Value) UnmarshalText(text []byte) error {
	*v = New(string(text))
	return nil
}

// UnmarshalJSON takes a JSON string, or null for an empty Value.
func (v *Value) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		// The decoder's own error would quote what it met.
		return fmt.Errorf("a secret must be a JSON string")
	}
	*v = New(text)
	return nil
}
