package grove

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/open-craft/ocim/shared/fault"
)

// MaxName is how long an instance's name may be.
const MaxName = 49

// DeleteGrace is how long after a delete the same name must not be created
// again: doing so cancels the delete.
const DeleteGrace = 20 * time.Minute

// ValidateName checks an instance's name: 1 to MaxName ASCII letters, digits,
// "-" and "_", a letter or digit first. The error is fault.Invalid of field
// "instance".
func ValidateName(name string) error {
	switch {
	case name == "":
		return fault.InvalidField("instance", "the name is missing")
	case len(name) > MaxName:
		return fault.InvalidField("instance", "the name has %d characters; at most %d are allowed", len(name), MaxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !nameRune(r) }):
		return fault.InvalidField("instance", `a name has only letters without accents, digits, "-" and "_"`)
	case name[0] == '-' || name[0] == '_':
		return fault.InvalidField("instance", "a name starts with a letter or a digit")
	}
	return nil
}

func nameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

// Slugify gives the name as Grove makes it on create: without accents, lower
// case, everything but letters and digits as single hyphens, none at the ends.
// It is empty when nothing is left.
func Slugify(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || r == '\'':
			// an accent of the letter before, or an apostrophe
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimRight(b.String(), "-")
}
