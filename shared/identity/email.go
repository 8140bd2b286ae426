package identity

import (
	"net/mail"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
)

// maxEmail is the longest address in bytes, as RFC 5321 has it.
const maxEmail = 254

// parseEmail returns the address as it is stored and compared: in lower case. It
// takes plain ASCII addresses without a display name, and nothing that a person
// could mistake for another address. Errors are fault.Invalid on "email".
func parseEmail(s string) (string, error) {
	wrong := fault.InvalidField("email", "Enter an e-mail address, such as ana@example.org.")
	s = strings.TrimSpace(s)
	if len(s) > maxEmail {
		return "", wrong
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || strings.IndexByte(`"(),:;<>[\]`, s[i]) >= 0 {
			return "", wrong
		}
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return "", wrong
	}
	local, domain, _ := strings.Cut(s, "@")
	if len(local) > 64 || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", wrong
	}
	return strings.ToLower(s), nil
}

// maxName is the longest name of a person, an API token and so on, in bytes.
const maxName = 200

// cleanName returns a name without surrounding space. It is 1 to 200 bytes
// without control characters.
func cleanName(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > maxName {
		return "", fault.InvalidField("name", "Enter a name of 1 to %d bytes.", maxName)
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069') {
			return "", fault.InvalidField("name", "Use no control characters.")
		}
	}
	return s, nil
}
