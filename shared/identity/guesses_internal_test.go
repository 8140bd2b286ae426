package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unguessable is a text of n bytes without a pattern.
func unguessable(n int) string {
	var s strings.Builder
	for sum := sha256.Sum256(nil); s.Len() < n; sum = sha256.Sum256(sum[:]) {
		s.WriteString(hex.EncodeToString(sum[:]))
	}
	return s.String()[:n]
}

func TestPasswords_Length(t *testing.T) {
	t.Parallel()
	p := newPasswords(nil)
	for n, says := range map[int]string{
		0: "at least 15", 14: "at least 15", 15: "", 16: "", 1023: "", 1024: "", 1025: "at most 1024",
	} {
		err := p.check(unguessable(n))
		if says == "" {
			require.NoError(t, err, n)
		} else {
			require.ErrorContains(t, err, says, n)
		}
	}
	// Letters that are longer once they are composed count as they are compared.
	require.ErrorContains(t, p.check(strings.Repeat("\u2167", 400)), "at most 1024")

	p.compare = func(password, _ string) (bool, error) { return len(password) <= maxPassword, nil }
	for n, matches := range map[int]bool{1024: true, 1025: false} {
		got, err := p.matches(t.Context(), unguessable(n), "the hash of its first 1024 bytes")
		require.NoError(t, err)
		assert.Equal(t, matches, got, "of what is longer than any password, no part counts")
	}
}

func TestRepeats(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"": false, "a": false, "aa": true, "ab": false, "aab": false, "abab": true, "ababa": true, "abcabc": true, "abcab": false,
		"abcdabce": false, "ééé": true, "xabab": false,
	} {
		assert.Equal(t, want, repeats(s), s)
	}
}

func TestSequence(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"abcdefgh": true, "hgfedcba": true, "qwertyuiop1234567890": true, "zxcvbnmzxcvbnm": true,
		"abcd!?x": true, "!?xabcd": true, "!ab?": false, "abcd!?xy": false, "!?xyabcd": false,
		"abc123xyz987": false, "abcd1234!": true, "!abcd?efgh.": true, "!abcd?efgh.:": false,
	} {
		assert.Equal(t, want, sequence(s), s)
	}
	assert.Equal(t, 4, shared("abcdx", "abcdefgh"))
	assert.Equal(t, 2, shared("gh", "abcdefgh"))
	assert.Zero(t, shared("x", "abc"))
	assert.Equal(t, "dcba", backwards("abcd"))
	assert.Equal(t, "cba", backwards("abc"))
}

func TestMostlyWords(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"ocim7kq2wz9": true, "ocim7kq2wz9x": false, "": true, "7kq2wz9x": false,
		"maya7kq2wz9": true, "maya7kq2wz9x": false, "7kq2wz9jo": false, "jones7kq2wz9": true, "bee7kq2wz9": true,
		"example7kq2wz9": true, "maya.jones@example.org1": true,
	} {
		assert.Equal(t, want, mostlyWords(s, []string{"Maya.Jones@Example.org", "Bee Jo"}), s)
	}
}

func TestIsID(t *testing.T) {
	t.Parallel()
	const id = "01hzzzzzzzzzzzzzzzzzzzzz09"
	for s, want := range map[string]bool{
		id: true, id[1:]: false, id + "0": false, "a" + id[1:]: true, "z" + id[1:]: true, "9" + id[1:]: true,
		"/" + id[1:]: false, ":" + id[1:]: false, "`" + id[1:]: false, "{" + id[1:]: false, "A" + id[1:]: false,
	} {
		assert.Equal(t, want, isID(s), s)
	}
}

func TestIsAdministrator(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		grants Grants
		want   bool
	}{
		{Grants{}, false},
		{Grants{Global: Operator}, false},
		{Grants{Global: Administrator}, true},
		{Grants{Clusters: map[string]Role{"aws": Operator, "gcp": Viewer}}, false},
		{Grants{Clusters: map[string]Role{"aws": Administrator, "gcp": Viewer}}, true},
		{Grants{Global: Viewer, Clusters: map[string]Role{"aws": Administrator}}, true},
	} {
		assert.Equal(t, c.want, isAdministrator(c.grants), c)
	}
}
