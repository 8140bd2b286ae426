package grove

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// MaskText stands for a secret value in masked text. It is plain text in every YAML
// style.
const MaskText = "••••••••"

var secretWord = regexp.MustCompile(`(?i)password|secret|token|key|private|credential|auth|dsn`)

// IsSecretKey reports whether values under a key are secret: whether it
// contains, in any case, PASSWORD, SECRET, TOKEN, KEY, PRIVATE, CREDENTIAL, AUTH
// or DSN.
func IsSecretKey(key string) bool { return secretWord.MatchString(key) }

// secretNodes finds the nodes that are secret, anchors included that a secret
// key reaches through an alias.
func secretNodes(root *yaml.Node) map[*yaml.Node]bool {
	secret := map[*yaml.Node]bool{}
	seen := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node, inSecret bool)
	walk = func(n *yaml.Node, inSecret bool) {
		if secret[n] || seen[n] && !inSecret {
			return
		}
		seen[n] = true
		secret[n] = inSecret
		switch n.Kind {
		case yaml.AliasNode:
			walk(n.Alias, inSecret)
		case yaml.SequenceNode:
			for _, child := range n.Content {
				walk(child, inSecret)
			}
		case yaml.MappingNode:
			named := namesSecret(n)
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := deref(n.Content[i])
				if key.Kind != yaml.ScalarNode {
					walk(key, inSecret)
				}
				walk(n.Content[i+1], inSecret || key.Kind == yaml.ScalarNode &&
					(IsSecretKey(key.Value) || named && strings.EqualFold(key.Value, "value")))
			}
		}
	}
	walk(root, false)
	return secret
}

// namesSecret recognises Kubernetes' way of writing a variable, `name: DB_PASSWORD`
// beside `value: …`.
func namesSecret(m *yaml.Node) bool {
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := deref(m.Content[i]), deref(m.Content[i+1])
		if key.Kind == yaml.ScalarNode && strings.EqualFold(key.Value, "name") &&
			value.Kind == yaml.ScalarNode && IsSecretKey(value.Value) {
			return true
		}
	}
	return false
}

// holdsNothing reports whether a scalar can hold no secret: null, a boolean or
// empty. Such values are left as they are under secret keys too.
func holdsNothing(n *yaml.Node) bool {
	if n.Style&^yaml.TaggedStyle != 0 {
		return n.Value == ""
	}
	switch strings.ToLower(n.Value) {
	case "", "~", "null", "true", "false":
		return true
	}
	return false
}

var (
	// A name with a secret word, then : or =. What follows is judged in code.
	assignment = regexp.MustCompile(`(?i)[\w.-]*(?:password|secret|token|key|private|credential|auth|dsn)[\w.-]*[\\"'\])]*\s*[:=]`)
	urlStart   = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*)://`)
	capitals   = regexp.MustCompile(`^[A-Z0-9_]+["']?$`)
	portOnly   = regexp.MustCompile(`^\d*(?:[/?#]|$)`)
	pemStart   = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*`)
	// A value that goes on in the following, deeper lines.
	opensBlock = regexp.MustCompile(`^(?:[|>][-+0-9]*|[\[{(]|)\s*$`)
)

// knownForms are credentials that are recognised by their own form. Text that they all
// hold is far sooner found than the form itself.
var knownForms = []struct {
	text string
	form *regexp.Regexp
}{
	{"glpat-", regexp.MustCompile(`\bglpat-[\w-]{8,}`)},
	{"glptt-", regexp.MustCompile(`\bglptt-\w{8,}`)},
	{"gh", regexp.MustCompile(`\bgh[pousr]_\w{16,}`)},
	{"github_pat_", regexp.MustCompile(`\bgithub_pat_\w{16,}`)},
	{"AKIA", regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b`)},
	{"hooks.slack.com", regexp.MustCompile(`\bhooks\.slack\.com/services/[\w/]+`)},
	{"xox", regexp.MustCompile(`\bxox[abprs]-[\w-]{8,}`)},
}

// hole is a part of a text that is a secret.
type hole struct{ start, end int }

// lineMasker finds secrets in text that is not YAML of its own: comments,
// scripts inside values, requirements. It is fed line by line, since a secret
// can go on over several.
type lineMasker struct {
	pem   bool
	block int // indentation of the line whose secret goes on; -1 when none
}

func newLineMasker() *lineMasker { return &lineMasker{block: -1} }

// line gives the holes of one line, in order, not overlapping.
func (m *lineMasker) line(s string) []hole {
	indent := len(s) - len(strings.TrimLeft(s, " \t#"))
	end := len(strings.TrimRight(s, " \t\r"))
	if indent >= end {
		return nil // blank
	}
	whole := []hole{{indent, end}}
	switch {
	case m.pem:
		m.pem = !strings.Contains(s, "-----END")
		return whole
	case strings.Contains(s, "-----BEGIN "):
		start := pemStart.FindStringIndex(s)[0]
		m.pem = !strings.Contains(s[start:], "-----END")
		return merge(append(m.assigned(s[:end], indent), hole{start, end}))
	case m.block >= 0 && indent > m.block:
		return whole
	}
	m.block = -1
	return merge(append(append(m.assigned(s[:end], indent), urlHoles(s)...), formHoles(s)...))
}

// assigned finds `NAME: value` and `NAME=value`.
func (m *lineMasker) assigned(s string, indent int) []hole {
	var holes []hole
	if !strings.ContainsAny(s, ":=") { // sooner found than the rest
		return nil
	}
	for from := 0; from < len(s); {
		at := assignment.FindStringIndex(s[from:])
		if at == nil {
			break
		}
		start, after := from+at[0], from+at[1]
		from = after
		rest := s[after:]
		var before byte = ' '
		if start > 0 {
			before = s[start-1]
		}
		value := after + len(rest) - len(strings.TrimLeft(rest, " \t>=")) // past => and :=
		switch s[after-1] {
		case '=':
			if strings.HasPrefix(rest, "=") {
				continue // a comparison, or a pinned requirement
			}
			if before == '?' || before == '&' { // a parameter of a URL
				end := after + len(rest)
				if i := strings.IndexAny(rest, "&# \t\"'"); i >= 0 {
					end = after + i
				}
				holes = append(holes, hole{after, end})
				from = end
				continue
			}
		case ':':
			tight := rest != "" && !strings.ContainsRune(" \t\"'=\\", rune(rest[0]))
			if before == '/' || before == '@' || before == ':' ||
				tight && (portOnly.MatchString(rest) || !capitals.MatchString(s[start:after-1])) {
				continue // a host with a port, a URL, an image with a tag
			}
		}
		if opensBlock.MatchString(s[value:]) {
			m.block = indent
			break
		}
		return append(holes, hole{value, len(s)})
	}
	return holes
}

// urlHoles finds the password of scheme://user:password@host, and a lone user
// of an HTTP URL, which is a token.
func urlHoles(s string) []hole {
	var holes []hole
	if !strings.Contains(s, "://") {
		return nil
	}
	for _, at := range urlStart.FindAllStringSubmatchIndex(s, -1) {
		rest := s[at[1]:]
		if i := strings.IndexAny(rest, " \t\"'<>"); i >= 0 {
			rest = rest[:i]
		}
		if i := strings.Index(rest, "://"); i >= 0 {
			rest = rest[:i] // the next URL is found by itself
		}
		authority := rest
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			authority = rest[:i]
		}
		stop := strings.LastIndexByte(authority, '@')
		if stop < 0 {
			// A slash in a password that nobody escaped.
			if stop = strings.LastIndexByte(rest, '@'); stop < 0 || !strings.Contains(authority, ":") {
				continue
			}
		}
		user := rest[:stop]
		if i := strings.IndexByte(user, ':'); i >= 0 {
			if i+1 < stop && !(len(authority) < stop && portOnly.MatchString(user[i+1:])) {
				holes = append(holes, hole{at[1] + i + 1, at[1] + stop})
			}
		} else if user != "" && user != "git" && strings.Contains(strings.ToLower(s[at[2]:at[3]]), "http") {
			holes = append(holes, hole{at[1], at[1] + stop})
		}
	}
	return holes
}

func formHoles(s string) []hole {
	var holes []hole
	for _, known := range knownForms {
		if !strings.Contains(s, known.text) {
			continue
		}
		for _, at := range known.form.FindAllStringIndex(s, -1) {
			holes = append(holes, hole{at[0], at[1]})
		}
	}
	return holes
}

// merge orders holes and joins those that overlap.
func merge(holes []hole) []hole {
	if len(holes) < 2 {
		return holes
	}
	slices.SortFunc(holes, func(a, b hole) int { return a.start - b.start })
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

// maskLine masks one line.
func maskLine(s string) (string, []hole) {
	holes := newLineMasker().line(s)
	return fill(s, holes), holes
}

// maskText masks the secrets inside a text of any number of lines and gives
// the holes in s.
func maskText(s string) (string, []hole) {
	m := newLineMasker()
	var holes []hole
	for start := 0; start < len(s); {
		end := start + strings.IndexByte(s[start:], '\n')
		if end < start {
			end = len(s)
		}
		for _, h := range m.line(s[start:end]) {
			holes = append(holes, hole{start + h.start, start + h.end})
		}
		start = end + 1
	}
	return fill(s, holes), holes
}
