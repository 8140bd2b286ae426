package identity

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fault"
)

func TestParseEmail(t *testing.T) {
	t.Parallel()
	local, label := strings.Repeat("l", 64), strings.Repeat("d", 61)
	long := local + "@" + label + "." + label + "." + label + ".example" // 64 + 1 + 3*62 + 7
	long = long[:maxEmail]
	for given, want := range map[string]string{
		" Ana@Example.org ": "ana@example.org", "a!~#b@example.org": "a!~#b@example.org", long: long,
		local + "@example.org": local + "@example.org",
	} {
		got, err := parseEmail(given)
		assert.NoError(t, err, given)
		assert.Equal(t, want, got)
	}
	for _, wrong := range []string{
		"", "ana", "ana@", "@example.org", "ana@example", "ana@example.org.", "ana@@example.org", "a b@example.org", "a\tb@example.org",
		"a\x7fb@example.org", "ána@example.org", `"a"@example.org`, "a,b@example.org", "Ana <ana@example.org>", "ana@[192.0.2.1]",
		long + "x", "l" + local + "@example.org",
	} {
		got, err := parseEmail(wrong)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), "%q", wrong)
		assert.Empty(t, got)
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"  Ana \t María ": "Ana María", strings.Repeat("x", maxName): strings.Repeat("x", maxName), "!~": "!~",
		"\u2027\u2030\u2065\u206a": "\u2027\u2030\u2065\u206a", "\u0080": "\u0080",
	} {
		got, err := cleanName(given)
		assert.NoError(t, err, "%q", given)
		assert.Equal(t, want, got)
	}
	for _, wrong := range []string{"", " ", strings.Repeat("x", maxName+1)} {
		_, err := cleanName(wrong)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), "%q", wrong)
	}
	// What is not seen, breaks the line or turns the text around.
	for _, r := range "\x00\x1f\x7f\u202a\u202c\u202e\u2066\u2067\u2069" {
		_, err := cleanName("Ana" + string(r) + "b")
		assert.Equal(t, fault.Invalid, fault.KindOf(err), "%U", r)
	}
	for _, space := range "\u2028\u2029" {
		got, err := cleanName("Ana" + string(space) + "b")
		assert.True(t, err != nil || got == "Ana b", "%U", space)
	}
}
