package grove

import (
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/order"
)

// Bounds of looking back from a separator. With them the work grows with the text
// and no faster.
const (
	maxName = 128 // bytes of a name before : or =
	maxGap  = 16  // bytes of quotes, brackets and spaces between a name and its separator
	maxFlag = 64  // bytes of a command's flag
	maxUser = 128 // bytes of a user or a password without a scheme
)

// hole is a part of a text that is a secret.
type hole struct{ start, end int }

// lineMasker finds secrets in text that is not YAML of its own: comments,
// scripts inside values, requirements. It is fed line by line, since a secret
// can go on over several.
type lineMasker struct {
	keys  *openedx.SecretKeys
	pem   bool
	block int // indentation of the line whose secret goes on; -1 when none
	work  int // bytes looked at; a test holds it against the length of the text
}

func (m *Masker) lines() *lineMasker { return &lineMasker{keys: m.keys, block: -1} }

// line gives the holes of one line, in order, not overlapping.
func (m *lineMasker) line(s string) []hole {
	indent := len(s) - len(strings.TrimLeft(s, " \t#"))
	end := len(strings.TrimRight(s, " \t\r"))
	m.work += len(s)
	if indent >= end {
		return nil // blank
	}
	whole := []hole{{indent, end}}
	switch {
	case m.pem:
		m.pem = !strings.Contains(s, "-----END")
		return whole
	case strings.Contains(s, "-----BEGIN "):
		start := strings.Index(s, "-----BEGIN ")
		m.pem = !strings.Contains(s[start:], "-----END")
		return merge(append(m.assigned(s[:end], indent), hole{start, end}))
	case m.block >= 0 && indent > m.block:
		return whole
	}
	m.block = -1
	holes := m.assigned(s[:end], indent)
	holes = append(holes, m.urls(s)...)
	holes = append(holes, m.users(s)...)
	holes = append(holes, m.flags(s[:end])...)
	holes = append(holes, m.commands(s[:end])...)
	return merge(append(holes, m.forms(s)...))
}

// isNameByte reports whether a byte can be part of a name before : or =.
func isNameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '.'
}

// nameBefore gives the name that ends before the separator at i: `NAME`, `"NAME"`,
// `config['NAME']`. Its start is where it begins; it is empty when there is none.
func (m *lineMasker) nameBefore(s string, i int) (start, end int) {
	end = i
	for stop := max(0, i-maxGap); end > stop && (s[end-1] == ' ' || s[end-1] == '\t'); end-- {
		m.work++
	}
	for stop := max(0, i-maxGap); end > stop && strings.IndexByte(`\"'])`, s[end-1]) >= 0; end-- {
		m.work++
	}
	start = end
	for stop := max(0, end-maxName); start > stop && isNameByte(s[start-1]); start-- {
		m.work++
	}
	return start, end
}

// assigned finds `NAME: value` and `NAME=value`.
func (m *lineMasker) assigned(s string, indent int) []hole {
	var holes []hole
	for from := 0; ; {
		at := strings.IndexAny(s[from:], ":=")
		if at < 0 {
			m.work += len(s) - from
			return holes
		}
		m.work += at + 1
		at += from
		from = at + 1
		start, end := m.nameBefore(s, at)
		if start == end || !m.isSecret(s, start, end, at) {
			continue
		}
		rest := s[at+1:]
		value := at + 1 + len(rest) - len(strings.TrimLeft(rest, " \t>=")) // past => and :=
		switch s[at] {
		case '=':
			if strings.HasPrefix(rest, "=") {
				from++
				continue // a comparison, or a pinned requirement
			}
			if isParameter(s, start) {
				stop := len(s)
				if i := strings.IndexAny(rest, "&# \t\"'"); i >= 0 {
					stop = at + 1 + i
				}
				holes = append(holes, hole{at + 1, stop})
				from = stop
				continue
			}
		case ':':
			tight := rest != "" && strings.IndexByte(" \t\"'=\\", rest[0]) < 0
			if start > 0 && strings.IndexByte("/@:", s[start-1]) >= 0 ||
				tight && (isPort(rest) || !isCapitals(s[start:end])) {
				continue // a host with a port, a URL, an image with a tag
			}
		}
		if opensBlock(s[value:]) {
			m.block = indent
			return holes
		}
		return append(holes, hole{value, len(s)})
	}
}

// isSecret judges the name before a separator.
func (m *lineMasker) isSecret(s string, start, end, at int) bool {
	name := s[start:end]
	if s[at] == '=' && isParameter(s, start) && openedx.IsSecretParameter(name) {
		return true
	}
	return m.keys.Judge(name).Secret()
}

// isParameter reports whether a name stands where an address has a parameter's.
func isParameter(s string, start int) bool {
	return start > 0 && (s[start-1] == '?' || s[start-1] == '&')
}

// isPort reports whether a text begins with a port, or nothing, and then ends or goes
// on as an address does.
func isPort(s string) bool {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i == len(s) || strings.IndexByte("/?#", s[i]) >= 0
}

func isCapitals(s string) bool {
	for i := range len(s) {
		if b := s[i]; (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '_' {
			return false
		}
	}
	return s != ""
}

// opensBlock reports whether a value goes on in the following, deeper lines.
func opensBlock(s string) bool {
	s = strings.TrimRight(s, " \t")
	if s == "" {
		return true
	}
	switch s[0] {
	case '|', '>':
		return strings.Trim(s[1:], "-+0123456789") == ""
	case '[', '{', '(':
		return len(s) == 1
	}
	return false
}

// urls finds the password of scheme://user:password@host, and a lone user
// of an HTTP URL, which is a token.
func (m *lineMasker) urls(s string) []hole {
	var holes []hole
	at := strings.Index(s, "://")
	for at >= 0 {
		begin := at + 3
		next := strings.Index(s[begin:], "://")
		rest := s[begin:]
		if next >= 0 {
			rest = rest[:next] // the next URL is matched separately
			next += begin
		}
		if i := strings.IndexAny(rest, " \t\"'<>"); i >= 0 {
			rest = rest[:i]
		}
		m.work += 2 * len(rest)
		if h, found := credentials(rest, isWebScheme(s[:at])); found {
			holes = append(holes, hole{begin + h.start, begin + h.end})
		}
		at = next
	}
	return holes
}

// credentials finds what is secret in an address without its scheme.
func credentials(rest string, web bool) (hole, bool) {
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	stop := strings.LastIndexByte(authority, '@')
	if stop < 0 {
		// A slash in a password that is not escaped.
		if stop = strings.LastIndexByte(rest, '@'); stop < 0 || !strings.Contains(authority, ":") {
			return hole{}, false
		}
	}
	user := rest[:stop]
	if i := strings.IndexByte(user, ':'); i >= 0 {
		return hole{i + 1, stop}, i+1 < stop && (len(authority) >= stop || !isPort(user[i+1:]))
	}
	return hole{0, stop}, web && user != "" && user != "git"
}

// isWebScheme reports whether a text ends with a scheme such as https or git+http.
func isWebScheme(s string) bool {
	if len(s) > 32 {
		s = s[len(s)-32:]
	}
	start := len(s)
	for start > 0 && (isNameByte(s[start-1]) || s[start-1] == '+') {
		start--
	}
	return strings.Contains(strings.ToLower(s[start:]), "http")
}

// wordsBeforeColon are not users: what follows is another kind of reference.
var wordsBeforeColon = []string{"mailto", "acct", "sip", "sips", "xmpp", "urn", "npm", "pkg", "workspace"}

// users finds the password of user:password@host without a scheme.
func (m *lineMasker) users(s string) []hole {
	var holes []hole
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '@')
		if at < 0 {
			return holes
		}
		m.work += at + 1
		at += from
		from = at + 1
		host := s[from:]
		if host == "" || !isNameByte(host[0]) || strings.HasPrefix(host, "sha256:") || strings.HasPrefix(host, "sha512:") {
			continue
		}
		colon := at
		for stop := max(0, at-maxUser); colon > stop; colon-- {
			m.work++
			if strings.IndexByte(": \t/@\"'`,;=<>(){}[]|&", s[colon-1]) >= 0 {
				break
			}
		}
		if colon == at || colon == 0 || s[colon-1] != ':' {
			continue
		}
		start := colon - 1
		for stop := max(0, start-maxUser); start > stop && (isNameByte(s[start-1]) || s[start-1] == '+'); start-- {
			m.work++
		}
		if user := s[start : colon-1]; user != "" && !slices.Contains(wordsBeforeColon, strings.ToLower(user)) {
			holes = append(holes, hole{colon, at})
		}
	}
}

// flags finds `--api-key VALUE` and the password of `-u user:password`.
func (m *lineMasker) flags(s string) []hole {
	var holes []hole
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '-')
		if at < 0 {
			return holes
		}
		m.work += at + 1
		at += from
		from = at + 1
		if at > 0 && strings.IndexByte(" \t\"'`(;|&", s[at-1]) < 0 {
			continue
		}
		end := at
		for end < len(s) && end-at < maxFlag && isNameByte(s[end]) {
			end++
		}
		m.work += end - at
		from = max(from, end)
		value := end
		for value < len(s) && (s[value] == ' ' || s[value] == '\t') {
			value++
		}
		if value == end || value == len(s) || s[value] == '-' {
			continue
		}
		value, stop := argument(s, value)
		flag := s[at:end]
		colon := strings.IndexByte(s[value:stop], ':')
		switch {
		case openedx.IsUserFlag(flag) && colon >= 0 && value+colon+1 < stop:
			holes = append(holes, hole{value + colon + 1, stop})
		case len(flag) > 2 && m.keys.Judge(flag).Secret() && stop > value:
			holes = append(holes, hole{value, stop})
		default:
			continue
		}
		from = max(from, stop)
	}
}

// argument gives the bounds of the word at value, without its quotes.
func argument(s string, value int) (start, stop int) {
	ends := " \t\"'`;|&)"
	if value < len(s) && (s[value] == '"' || s[value] == '\'') {
		ends = s[value : value+1]
		value++
	}
	if i := strings.IndexAny(s[value:], ends); i >= 0 {
		return value, value + i
	}
	return value, len(s)
}

// commands finds the password of `mysql -pSECRET` and of `redis-cli -a SECRET`.
func (m *lineMasker) commands(s string) []hole {
	if !strings.Contains(s, " -") {
		return nil
	}
	m.work += len(s)
	var holes []hole
	var of openedx.PasswordFlag
	for start := 0; start < len(s); {
		if strings.IndexByte(" \t\"'`(;|&", s[start]) >= 0 {
			if s[start] == ';' || s[start] == '|' || s[start] == '&' {
				of = openedx.PasswordFlag{} // another command
			}
			start++
			continue
		}
		end := start
		for end < len(s) && strings.IndexByte(" \t\"'`;|&)", s[end]) < 0 {
			end++
		}
		switch word := s[start:end]; {
		case of.Flag != "" && strings.HasPrefix(word, of.Flag):
			value := start + len(of.Flag)
			if gap := len(s[value:]) - len(strings.TrimLeft(s[value:], " \t")); gap == 0 || of.Apart {
				value, end = argument(s, value+gap)
				holes = append(holes, hole{value, end})
			}
			of = openedx.PasswordFlag{}
		default:
			if known, ok := openedx.PasswordFlagOf(word[strings.LastIndexByte(word, '/')+1:]); ok {
				of = known
			}
		}
		start = end + 1
	}
	return holes
}

// forms finds texts that are secret by their own form.
func (m *lineMasker) forms(s string) []hole {
	var holes []hole
	for _, form := range openedx.SecretForms() {
		for from := 0; ; {
			at := strings.Index(s[from:], form.Start)
			if at < 0 {
				break
			}
			at += from
			from = at + len(form.Start)
			if at > 0 && isWordByte(form.Start[0]) && isWordByte(s[at-1]) {
				continue // inside a longer word
			}
			found := form.Rest.FindStringIndex(s[from:])
			if found == nil {
				m.work += wordLength(s[from:])
				continue
			}
			m.work += found[1]
			from += found[1]
			holes = append(holes, hole{at, from})
		}
	}
	return holes
}

// isWordByte reports whether a byte goes on a word that a form may be part of.
func isWordByte(b byte) bool { return isNameByte(b) && b != '.' }

// wordLength is how far a form that did not fit may have been followed.
func wordLength(s string) int {
	n := 0
	for n < len(s) && isWordByte(s[n]) {
		n++
	}
	return n
}

// merge orders holes and joins those that overlap.
func merge(holes []hole) []hole {
	if len(holes) < 2 {
		return holes
	}
	order.Sort(holes, func(a, b hole) int { return a.start - b.start })
	out := holes[:1]
	for _, h := range holes[1:] {
		if last := &out[len(out)-1]; h.start <= last.end {
			last.end = max(last.end, h.end)
		} else {
			out = append(out, h)
		}
	}
	return out
}

// fill puts the mask into holes. A hole that is masked already stays as it is.
func fill(s string, holes []hole) string {
	if len(holes) == 0 {
		return s
	}
	var b strings.Builder
	last := 0
	for _, h := range holes {
		b.WriteString(s[last:h.start])
		b.WriteString(MaskText)
		last = h.end
	}
	b.WriteString(s[last:])
	return b.String()
}

// line masks one line.
func (m *Masker) line(s string) (string, []hole) {
	holes := m.lines().line(s)
	return fill(s, holes), holes
}

// text masks the secrets inside a text of any number of lines and gives
// the holes in s.
func (m *Masker) text(s string) (string, []hole) {
	holes, _ := m.scan(s)
	return fill(s, holes), holes
}

// scan finds the secrets inside a text, and returns how many bytes it read.
func (m *Masker) scan(s string) (holes []hole, work int) {
	lines := m.lines()
	for start := 0; start < len(s); {
		end := start + strings.IndexByte(s[start:], '\n')
		if end < start {
			end = len(s)
		}
		for _, h := range lines.line(s[start:end]) {
			holes = append(holes, hole{start + h.start, start + h.end})
		}
		start = end + 1
	}
	return holes, lines.work
}
