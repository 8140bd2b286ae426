package secret_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

func line(id string, fill byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32))
}

func ring(t testing.TB, lines ...string) *secret.Keyring {
	t.Helper()
	k, err := secret.ParseKeyring(strings.Join(lines, "\n"))
	require.NoError(t, err)
	return k
}

func TestParseKeyring(t *testing.T) {
	t.Parallel()
	good := line("k1", 1)
	for name, c := range map[string]struct{ text, wrong string }{
		"one":              {good, ""},
		"two":              {good + "\n" + line("k2", 2) + "\n", ""},
		"comments":         {"# new\r\n\n" + good + "\r\n", ""},
		"empty":            {"", "no key"},
		"only a comment":   {"# nothing", "no key"},
		"no colon":         {"abc", "line 1"},
		"no id":            {strings.TrimPrefix(good, "k1"), "line 1"},
		"id with a space":  {"k 1" + strings.TrimPrefix(good, "k1"), "line 1"},
		"id twice":         {good + "\n" + good, "line 2"},
		"not base64":       {"k1:!!!!" + canary, "line 1"},
		"too short":        {"k1:YWJj", "32 bytes"},
		"too long":         {"k1:" + base64.StdEncoding.EncodeToString(make([]byte, 33)), "32 bytes"},
		"second malformed": {good + "\nk2:" + canary, "line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, err := secret.ParseKeyring(c.text)
			if c.wrong == "" {
				require.NoError(t, err)
				require.NotNil(t, k)
				return
			}
			require.ErrorContains(t, err, c.wrong)
			assert.Equal(t, fault.Invalid, fault.KindOf(err))
			assert.NotContains(t, err.Error(), canary)
		})
	}
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	k := ring(t, line("k1", 1))
	for _, plain := range []string{"", "x", canary, strings.Repeat("é", 1000)} {
		sealed, err := k.Seal([]byte(plain), "project/1/apiToken")
		require.NoError(t, err)
		if plain == canary {
			assert.NotContains(t, string(sealed), plain)
		}
		again, err := k.Seal([]byte(plain), "project/1/apiToken")
		require.NoError(t, err)
		assert.NotEqual(t, sealed, again, "sealing twice looks different")

		opened, err := k.Open(sealed, "project/1/apiToken")
		require.NoError(t, err)
		assert.Equal(t, plain, string(opened))
		assert.False(t, k.NeedsReseal(sealed))

		for _, other := range []string{"project/2/apiToken", "project/1/apiToke", ""} {
			_, err = k.Open(sealed, other)
			require.Error(t, err, "record %q", other)
		}
	}

	_, err := k.Seal([]byte("x"), "")
	require.Error(t, err)
	_, err = k.Seal(make([]byte, secret.MaxPlain+1), "r")
	assert.Equal(t, fault.TooLarge, fault.KindOf(err))
}

func TestOpen_NoticesEveryAlteredByte(t *testing.T) {
	t.Parallel()
	k := ring(t, line("k1", 1), line("k2", 2))
	sealed, err := k.Seal([]byte(canary), "r")
	require.NoError(t, err)
	for i := range sealed {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		_, err := k.Open(altered, "r")
		require.Error(t, err, "byte %d", i)
		_, err = k.Open(sealed[:i], "r")
		require.Error(t, err, "cut at %d", i)
	}
	_, err = k.Open(append(bytes.Clone(sealed), 0), "r")
	require.Error(t, err)
}

func TestKeyring_Rotation(t *testing.T) {
	t.Parallel()
	before := ring(t, line("old", 1))
	sealed, err := before.Seal([]byte(canary), "r")
	require.NoError(t, err)

	both := ring(t, line("new", 2), line("old", 1))
	opened, err := both.Open(sealed, "r")
	require.NoError(t, err)
	assert.Equal(t, canary, string(opened))
	assert.True(t, both.NeedsReseal(sealed))
	resealed, err := both.Seal(opened, "r")
	require.NoError(t, err)
	assert.False(t, both.NeedsReseal(resealed))

	after := ring(t, line("new", 2))
	_, err = after.Open(sealed, "r")
	require.ErrorContains(t, err, `"old"`)
	_, err = after.Open(resealed, "r")
	require.NoError(t, err)

	// The same id with other bytes is a wrong key, not a missing one.
	_, err = ring(t, line("old", 9)).Open(sealed, "r")
	require.ErrorContains(t, err, "does not open")
}

func TestNewKey(t *testing.T) {
	t.Parallel()
	a, err := secret.NewKey("2026-11")
	require.NoError(t, err)
	b, err := secret.NewKey("2026-12")
	require.NoError(t, err)
	k := ring(t, a.Reveal(), b.Reveal())
	sealed, err := k.Seal([]byte("x"), "r")
	require.NoError(t, err)
	_, err = ring(t, b.Reveal()).Open(sealed, "r")
	require.ErrorContains(t, err, "2026-11")
	_, err = secret.NewKey("a:b")
	require.Error(t, err)
}

func FuzzOpen(f *testing.F) {
	k := ring(f, line("k1", 1), line("k2", 2))
	sealed, err := k.Seal([]byte("plain"), "r")
	require.NoError(f, err)
	f.Add(sealed)
	f.Add(sealed[:3])
	f.Add([]byte{})
	f.Add([]byte{1, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		opened, err := k.Open(data, "r")
		if err == nil && !bytes.Equal(data, sealed) {
			t.Fatalf("opened a forgery: %q", opened)
		}
		if k.NeedsReseal(data) && len(data) < 2 {
			t.Fatal("what cannot be read needs no resealing")
		}
	})
}

// What an earlier release sealed is in people's stores.
func TestOpen_OpensWhatAnEarlierReleaseSealed(t *testing.T) {
	t.Parallel()
	ring, err := secret.ParseKeyring("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	require.NoError(t, err)
	sealed, err := base64.StdEncoding.DecodeString("AQJrMaPGc8RWyK2ZpYzCr0+cC09/SJdDYOTuhZ7mfmhxOafwJkbd+rg8aEh6ff219e9eGh5tRc5SY5HVhgHzyGqyHUiZrzQSZSH92TgHUvpm6Cptr/u2DW7hvgd5YSp4r95aJnQmvHyX")
	require.NoError(t, err)
	plain, err := ring.Open(sealed, "project/campus/apiToken")
	require.NoError(t, err)
	assert.Equal(t, "glpat-example", string(plain))
	again, err := ring.Seal(plain, "project/campus/apiToken")
	require.NoError(t, err)
	assert.Len(t, again, len(sealed))
}
