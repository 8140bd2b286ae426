package stack

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse_SubstitutesLikeFaasCLI(t *testing.T) {
	t.Parallel()
	const text = `
functions:
  auth:
    image: ${IMAGES:-example.org/ocim}/auth
    environment:
      PORT: "${PORT:-587}"
    secrets: [keys, ${MORE:-}]
`
	f, err := Parse([]byte(text), Unset)
	require.NoError(t, err)
	assert.Equal(t, Function{
		Image: "example.org/ocim/auth", Environment: map[string]string{"PORT": "587"}, Secrets: []string{"keys"},
	}, f.Functions["auth"])

	f, err = Parse([]byte(text), func(name string) string {
		return map[string]string{"MORE": "mail, sign-in", "PORT": "25"}[name]
	})
	require.NoError(t, err)
	assert.Equal(t, "25", f.Functions["auth"].Environment["PORT"])
	assert.Equal(t, []string{"keys", "mail", "sign-in"}, f.Functions["auth"].Secrets)
}

func TestParse_RefusesUnknownFields(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte("functions:\n  auth:\n    secret: [keys]\n"), Unset)
	assert.ErrorContains(t, err, "secret")
}
