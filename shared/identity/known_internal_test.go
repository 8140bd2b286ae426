package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/secret"
)

// What takes something from a user makes every function read them again; what adds
// something, or changes what no request is admitted by, does not.
func TestReduces(t *testing.T) {
	t.Parallel()
	before := func() user {
		return user{
			ID: "u", Email: "ben@example.org", Name: "Ben", Grants: Grants{Clusters: map[string]Role{"aws": Operator}},
			Sessions: []string{"s1", "s2"}, Tokens: []string{"t1", "t2"}, Password: "x",
		}
	}
	for name, c := range map[string]struct {
		change  func(u *user)
		reduces bool
	}{
		"nothing":            {func(*user) {}, false},
		"another password":   {func(u *user) { u.Password = "y" }, false},
		"a session more":     {func(u *user) { u.Sessions = append(u.Sessions, "s3") }, false},
		"a token more":       {func(u *user) { u.Tokens = append(u.Tokens, "t3") }, false},
		"a session less":     {func(u *user) { u.Sessions = []string{"s2"} }, true},
		"a session replaced": {func(u *user) { u.Sessions = []string{"s1", "s3"} }, true},
		"a token less":       {func(u *user) { u.Tokens = nil }, true},
		"another address":    {func(u *user) { u.Email = "b@example.org" }, true},
		"another name":       {func(u *user) { u.Name = "B" }, true},
		"disabled":           {func(u *user) { u.Disabled = true }, true},
		"another role":       {func(u *user) { u.Grants = Grants{Clusters: map[string]Role{"aws": Viewer}} }, true},
		"another cluster":    {func(u *user) { u.Grants = Grants{Clusters: map[string]Role{"gcp": Operator}} }, true},
	} {
		after := before()
		c.change(&after)
		assert.Equal(t, c.reduces, reduces(before(), after), name)
	}
}

func TestKeyring_ParsesABundleOnce(t *testing.T) {
	t.Parallel()
	bundle, err := GenerateKey()
	require.NoError(t, err)
	ring, err := newKeyring(func() (secret.Value, error) { return bundle, nil })
	require.NoError(t, err)
	first, err := ring.all()
	require.NoError(t, err)
	again, err := ring.all()
	require.NoError(t, err)
	assert.Same(t, &first[0], &again[0])
	bundle, err = GenerateKey()
	require.NoError(t, err)
	changed, err := ring.all()
	require.NoError(t, err)
	assert.NotEqual(t, first[0].id, changed[0].id)
}

// The error of a bundle with another kind of key says which one that is.
func TestParseKeys_NamesTheKeyThatIsNone(t *testing.T) {
	t.Parallel()
	good, err := GenerateKey()
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(other)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(other.Public())
	require.NoError(t, err)
	for says, block := range map[string]*pem.Block{
		"key 2 of the bundle is not an Ed25519 private key": {Type: "PRIVATE KEY", Bytes: private},
		"key 2 of the bundle is not an Ed25519 public key":  {Type: "PUBLIC KEY", Bytes: public},
		`holds a "CERTIFICATE" block`:                       {Type: "CERTIFICATE", Bytes: public},
	} {
		_, err := parseKeys(good.Reveal() + string(pem.EncodeToMemory(block)))
		assert.ErrorContains(t, err, says)
	}
}
