package identity

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// Bounds of a password.
const (
	minPassword = 15   // characters
	maxPassword = 1024 // bytes
)

// standardHashing is what OWASP asks of Argon2id at least.
var standardHashing = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// maxHashesAtOnce bounds memory and processors: 4 × 19 MiB.
const maxHashesAtOnce = 4

//go:embed passwords.txt
var commonList string

// passwords hashes and checks passwords, few at a time.
type passwords struct {
	hashing *argon2id.Params
	slots   chan struct{}
	dummy   string // hash that no password has
	common  func() map[string]bool
	compare func(password, hash string) (bool, error) // tests record what is compared
}

func newPasswords(hashing *argon2id.Params) *passwords {
	if hashing == nil {
		hashing = &standardHashing
	}
	return &passwords{
		hashing: hashing, slots: make(chan struct{}, maxHashesAtOnce), dummy: dummyHash(hashing),
		common: sync.OnceValue(commonPasswords), compare: argon2id.ComparePasswordAndHash,
	}
}

// dummyHash returns a PHC string whose hash is random. Checking a password against it
// takes the time of a real check; making it takes none, unlike hashing a password.
func dummyHash(p *argon2id.Params) string {
	salt, key := randomBytes(int(p.SaltLength)), randomBytes(int(p.KeyLength))
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.Memory, p.Iterations, p.Parallelism, encode(salt), encode(key))
}

func commonPasswords() map[string]bool {
	common := map[string]bool{}
	for line := range strings.Lines(commonList) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			common[line] = true
		}
	}
	return common
}

// accept checks a new password and returns its PHC string. words belong to the person,
// such as their address.
func (p *passwords) accept(ctx context.Context, password secret.Value, words ...string) (string, error) {
	if err := p.check(password.Reveal(), words...); err != nil {
		return "", err
	}
	hash, err := p.hash(ctx, password.Reveal())
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// hash returns the PHC string of a password.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	return argon2id.CreateHash(norm.NFKC.String(password), p.hashing)
}

// matches checks a password. Without a hash it does the same work and returns false, so that
// the response time does not reveal whether an account exists.
func (p *passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	against := cmp.Or(hash, p.dummy)
	if len(password) > maxPassword {
		password = password[:maxPassword]
		hash = "" // longer than any password: do the work, then refuse
	}
	match, err := p.compare(norm.NFKC.String(password), against)
	return match && hash != "", err
}

func (p *passwords) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) leave() { <-p.slots }

// check refuses passwords that are short, long or easily guessed.
func (p *passwords) check(password string, words ...string) error {
	const field = "password"
	normal := norm.NFKC.String(password)
	if utf8.RuneCountInString(normal) < minPassword {
		return fault.InvalidField(field, "Use at least %d characters. A short phrase works well.", minPassword)
	}
	if len(password) > maxPassword || len(normal) > maxPassword {
		return fault.InvalidField(field, "Use at most %d bytes.", maxPassword)
	}
	plain := strings.ToLower(normal)
	if p.common()[plain] || repeats(plain) || sequence(plain) || mostlyWords(plain, words) {
		return fault.InvalidField(field, "This password is easy to guess. Choose another one.")
	}
	return nil
}

// repeats reports whether s is a short piece over and over.
func repeats(s string) bool {
	r := []rune(s)
	for n := 1; n <= len(r)/2; n++ {
		if slices.Equal(r[n:], r[:len(r)-n]) {
			return true
		}
	}
	return false
}

// runs are what people type when a long password is required.
var runs = []string{
	"abcdefghijklmnopqrstuvwxyz", "01234567890", "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
	"qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!qaz@wsx#edc$rfv%tgb", "!@#$%^&*()", "qazwsxedcrfvtgbyhnujmik",
}

// sequence reports whether s is made of little else than runs of keys, of four
// and more, forwards or backwards.
func sequence(s string) bool {
	left := 0
	for i := 0; i < len(s); {
		n := 0
		for _, run := range runs {
			n = max(n, shared(s[i:], run), shared(s[i:], backwards(run)))
		}
		if n < 4 {
			left++
			n = 1
		}
		i += n
	}
	return left < 4
}

// shared returns how many bytes s begins with that occur together in run.
func shared(s, run string) int {
	n := 0
	for n < len(s) && strings.Contains(run, s[:n+1]) {
		n++
	}
	return n
}

func backwards(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// product are words that every password of ours could begin with.
var product = []string{"ocim", "opencraft", "openedx", "edx", "grove", "tutor", "password", "passwort", "administrator", "admin", "login", "welcome", "letmein"}

// mostlyWords reports whether fewer than eight characters remain once the words
// that anyone would try are taken out.
func mostlyWords(s string, words []string) bool {
	for _, w := range words {
		w = strings.ToLower(w)
		local, domain, isAddress := strings.Cut(w, "@")
		pieces := []string{w}
		if isAddress {
			pieces = append(pieces, local, domain)
			pieces = append(pieces, strings.FieldsFunc(local+"."+domain, func(r rune) bool { return strings.ContainsRune("._-+", r) })...)
		} else {
			pieces = append(pieces, strings.Fields(w)...)
		}
		for _, piece := range pieces {
			if utf8.RuneCountInString(piece) >= 3 {
				s = strings.ReplaceAll(s, piece, "")
			}
		}
	}
	for _, w := range product {
		s = strings.ReplaceAll(s, w, "")
	}
	return utf8.RuneCountInString(s) < 8
}
