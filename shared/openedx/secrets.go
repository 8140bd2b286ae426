package openedx

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/open-craft/ocim/shared/fleet"
)

// Secrecy is what a key says of its value.
type Secrecy int

// The kinds of secrecy. A key of AmbiguousKey is secret as it stands; keys below it
// that are HarmlessKey are not.
const (
	PlainKey     Secrecy = iota // says nothing of secrets
	HarmlessKey                 // says that it holds no secret: a host, a path, a public key
	AmbiguousKey                // names a subject such as auth or credentials
	SecretKey                   // holds a secret, and so does everything below it
)

// Secret reports whether a value under the key is secret.
func (s Secrecy) Secret() bool { return s >= AmbiguousKey }

// SecretForm is a text that is secret by its own form.
type SecretForm struct {
	What  string
	Start string         // every one of them begins with it
	Rest  *regexp.Regexp // what follows it
}

// PasswordFlag is the flag by which a command takes a password.
type PasswordFlag struct {
	Flag  string `yaml:"flag"`
	Apart bool   `yaml:"apart"` // whether the password may be the next word
}

type secretTables struct {
	Words []struct {
		Word   string `yaml:"word"`
		Weak   bool   `yaml:"weak"`
		Source string `yaml:"source"`
	} `yaml:"words"`
	Endings []string `yaml:"endings"`
	Tails   []struct {
		Tails  []string `yaml:"tails"`
		Source string   `yaml:"source"`
	} `yaml:"tails"`
	Names []struct {
		Name   string `yaml:"name"`
		Source string `yaml:"source"`
	} `yaml:"names"`
	Values []struct {
		What   string `yaml:"what"`
		Start  string `yaml:"start"`
		Form   string `yaml:"form"`
		Source string `yaml:"source"`
	} `yaml:"values"`
	Parameters []string `yaml:"parameters"`
	UserFlags  []string `yaml:"userFlags"`
	Commands   []struct {
		Names        []string `yaml:"names"`
		PasswordFlag `yaml:",inline"`
		Source       string `yaml:"source"`
	} `yaml:"commands"`
}

// secretKnowledge is secrets.yml, prepared for look-ups.
type secretKnowledge struct {
	words      map[string]Secrecy
	endings    []string
	tails      map[string]bool
	names      []string
	forms      []SecretForm
	parameters map[string]bool
	userFlags  map[string]bool
	commands   map[string]PasswordFlag
}

var secrets = sync.OnceValue(func() *secretKnowledge {
	t := mustLoad[secretTables]("secrets.yml")
	k := &secretKnowledge{
		words: map[string]Secrecy{}, endings: t.Endings, tails: map[string]bool{}, parameters: map[string]bool{}, userFlags: map[string]bool{},
		commands: map[string]PasswordFlag{},
	}
	for _, w := range t.Words {
		k.words[w.Word] = SecretKey
		if w.Weak {
			k.words[w.Word] = AmbiguousKey
		}
	}
	for _, row := range t.Tails {
		for _, tail := range row.Tails {
			k.tails[tail] = true
		}
	}
	for _, n := range t.Names {
		k.names = append(k.names, strings.ToUpper(n.Name))
	}
	for _, v := range t.Values {
		k.forms = append(k.forms, SecretForm{What: v.What, Start: v.Start, Rest: regexp.MustCompile("^(?:" + v.Form + ")")})
	}
	for _, p := range t.Parameters {
		k.parameters[p] = true
	}
	for _, row := range t.Commands {
		for _, name := range row.Names {
			k.commands[name] = row.PasswordFlag
		}
	}
	for _, f := range t.UserFlags {
		k.userFlags[f] = true
	}
	return k
})

// SecretForms are the texts that are secret by their own form.
func SecretForms() []SecretForm { return secrets().forms }

// IsSecretParameter reports whether a parameter of an address, such as sig, holds a
// signature or a secret.
func IsSecretParameter(name string) bool { return secrets().parameters[strings.ToLower(name)] }

// IsUserFlag reports whether a flag of a command takes user:password, such as -u.
func IsUserFlag(flag string) bool { return secrets().userFlags[flag] }

// PasswordFlagOf gives the flag by which a command takes a password.
func PasswordFlagOf(command string) (PasswordFlag, bool) {
	flag, ok := secrets().commands[command]
	return flag, ok
}

// maxKey bounds what is looked at of a key's name. A longer one is no name.
const maxKey = 256

// SecretKeys judges keys by the tables and by what a project's administrator added.
// It may be used by several goroutines.
type SecretKeys struct {
	mask, show []string // patterns in upper case
}

// NewSecretKeys prepares the rules of a project.
func NewSecretKeys(rules fleet.SecretRules) *SecretKeys {
	upper := func(patterns []string) []string {
		out := make([]string, 0, len(patterns))
		for _, p := range patterns {
			if p = strings.ToUpper(strings.TrimSpace(p)); p != "" {
				out = append(out, p)
			}
		}
		return out
	}
	return &SecretKeys{mask: upper(rules.Mask), show: upper(rules.Show)}
}

// Judge classifies a value by its key. Its cost is bounded, whatever the key.
func (s *SecretKeys) Judge(name string) Secrecy {
	if len(name) > maxKey {
		name = name[len(name)-maxKey:]
	}
	if len(s.mask)+len(s.show) > 0 {
		upper := strings.ToUpper(name)
		switch {
		case matchesAny(s.mask, upper):
			return SecretKey
		case matchesAny(s.show, upper):
			return HarmlessKey
		}
	}
	k := secrets()
	strongest := PlainKey
	var last string
	eachWord(name, func(word string) {
		last = word
		w := k.words[word]
		if w < SecretKey && len(word) > 5 {
			for _, ending := range k.endings {
				if strings.HasSuffix(word, ending) {
					w = SecretKey
				}
			}
		}
		strongest = max(strongest, w)
	})
	switch {
	case strongest == PlainKey:
		if k.tails[last] {
			return HarmlessKey
		}
		return PlainKey
	case k.tails[last] || matchesAny(k.names, strings.ToUpper(name)):
		return HarmlessKey
	}
	return strongest
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, name) })
}

// eachWord gives the words of a name in lower case: apiKey is api and key, JWTToken
// is jwt and token, X_API-KEY is x, api and key. Digits at the end of a word are not
// part of it.
func eachWord(name string, visit func(word string)) {
	start := 0
	flush := func(end int) {
		if word := strings.TrimRight(name[start:end], "0123456789"); word != "" {
			visit(strings.ToLower(word))
		}
	}
	var before rune
	for i, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush(i)
			start = i + utf8.RuneLen(r)
			if r == utf8.RuneError {
				start = i + 1
			}
		case unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsDigit(before) && !unicode.IsUpper(nextLetterCase(name, i))):
			flush(i)
			start = i
		case unicode.IsLower(r) && unicode.IsUpper(before):
			// The last capital of several begins the next word: JWTToken.
			if at := i - utf8.RuneLen(before); at > start {
				flush(at)
				start = at
			}
		}
		before = r
	}
	flush(len(name))
}

// nextLetterCase gives the letter after the one at i.
func nextLetterCase(name string, i int) rune {
	_, n := utf8.DecodeRuneInString(name[i:])
	r, _ := utf8.DecodeRuneInString(name[i+n:])
	return r
}
