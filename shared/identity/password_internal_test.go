package identity

import (
	"context"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
)

func TestPasswords_CheckRefusesGuessablePasswords(t *testing.T) {
	t.Parallel()
	p := newPasswords(nil)
	for _, good := range []string{
		"nine purple walruses sing", "Zq7#mT2!vL9@xW4$", "ein Esel liest täglich", "пятнадцать слонов", "十五文字以上のとても長いパスワードです",
		"🦄🐙🦊🐢🦉🐝🦋🐞🦀🐳🦈🐊🐅🦓🦍", "               x sp ces 9 k", strings.Repeat("abcdefg1", 2) + "Q" + strings.Repeat("z", 900) + "p7w2",
	} {
		require.NoError(t, p.check(good, "ana@example.org", "Ana"), good)
	}
	for _, bad := range []string{
		"", "short", "fourteen chars", strings.Repeat("é", 14),
		strings.Repeat("x", 1025), strings.Repeat("界", 342),
		"aaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "passwordpassword", "hunter2hunter2hunter2",
		"123456789012345", "qwertyuiopasdfgh", "abcdefghijklmnopq", "1qaz2wsx3edc4rfv", "987654321987654", "poiuytrewqlkjhg",
		"Correct Horse Battery Staple", "CORRECTHORSEBATTERYSTAPLE", "thisismypassword1", "iloveyou1234567890",
		"ana@example.org", "ana@example.org1", "ana.example.org2026", "OpenCraftOcim2026!", "opencraft-grove-1", "administrator1234",
	} {
		err := p.check(bad, "ana@example.org", "Ana")
		require.Error(t, err, bad)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), bad)
		assert.NotContains(t, err.Error(), "  "+bad+"  ")
	}
	assert.GreaterOrEqual(t, len(p.common()), 100)
	for common := range p.common() {
		require.Error(t, p.check(common), common)
	}
}

func TestPasswords_HashUsesArgon2id(t *testing.T) {
	t.Parallel()
	p := newPasswords(nil)
	hash, err := p.hash(t.Context(), "nine purple walruses sing")
	require.NoError(t, err)
	assert.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash)
	for password, want := range map[string]bool{
		"nine purple walruses sing": true, "Nine purple walruses sing": false, "": false, "nine purple walruses sing ": false,
	} {
		got, err := p.matches(t.Context(), password, hash)
		require.NoError(t, err)
		assert.Equal(t, want, got, password)
	}
	params, _, _, err := argon2id.DecodeHash(p.dummy)
	require.NoError(t, err)
	assert.Equal(t, standardHashing, *params, "the check of an unknown account costs as much")
	got, err := p.matches(t.Context(), "dummy", "")
	require.NoError(t, err)
	assert.False(t, got, "nobody's password is nobody's")
	// Composed and decomposed letters are the same password.
	hash, err = p.hash(t.Context(), "fünfzehn Zeichen und mehr")
	require.NoError(t, err)
	got, err = p.matches(t.Context(), "fu\u0308nfzehn Zeichen und mehr", hash)
	require.NoError(t, err)
	assert.True(t, got)
}

func TestPasswords_AtMostFourHashesAtOnce(t *testing.T) {
	t.Parallel()
	p := newPasswords(nil)
	for range 4 {
		require.NoError(t, p.enter(t.Context()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		_, err := p.hash(ctx, "x")
		waiting <- err
	}()
	cancel()
	require.ErrorIs(t, <-waiting, context.Canceled, "the fifth waits, as long as its caller does")
	p.leave()
	_, err := p.hash(t.Context(), "x")
	require.NoError(t, err)
}

func TestDescribeAgent(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"": "Unknown device",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":         "Safari on macOS",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                  "Chrome on Android",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36":                 "Chrome on Linux",
		"curl/8.10.1":                      "curl",
		strings.Repeat("<script>", 10_000): "Unknown device",
	} {
		assert.Equal(t, want, describeAgent(agent))
	}
}

func FuzzTokensTheyHaveOneForm(f *testing.F) {
	f.Add("ocim_")
	f.Add("a.b.c.d")
	f.Fuzz(func(t *testing.T, s string) {
		if user, id, plain, ok := parseAPIToken(s); ok {
			body := tokenPrefix + user + id + plain
			assert.Equal(t, s, body+checksum(body))
		}
		if email, err := parseEmail(s); err == nil {
			again, err := parseEmail(email)
			require.NoError(t, err)
			assert.Equal(t, email, again)
			assert.NotContains(t, email, "\x00")
			assert.LessOrEqual(t, len(email), maxEmail)
		}
	})
}
