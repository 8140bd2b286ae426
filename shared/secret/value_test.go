package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/secret"
)

const canary = "canary-7f3a"

type holder struct {
	Open   secret.Value
	Ptr    *secret.Value
	hidden secret.Value
	list   []secret.Value
	byName map[string]secret.Value
}

func TestValue_IsNeverShown(t *testing.T) {
	t.Parallel()
	v := secret.New(canary)
	h := holder{Open: v, Ptr: &v, hidden: v, list: []secret.Value{v}, byName: map[string]secret.Value{"a": v}}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		for _, what := range []any{v, &v, h, &h, []any{v}, struct{ v secret.Value }{v}} {
			_, err := fmt.Fprintf(&shown, verb, what)
			require.NoError(t, err)
		}
	}
	_, err := fmt.Fprint(&shown, v, &v, h, &h, fmt.Errorf("with %v", v))
	require.NoError(t, err)
	for _, logger := range []*slog.Logger{
		slog.New(slog.NewJSONHandler(&shown, nil)),
		slog.New(slog.NewTextHandler(&shown, nil)),
	} {
		logger.Info("said", "value", v, "pointer", &v, "holder", h, "list", []secret.Value{v}, slog.Group("g", "v", v))
	}
	encoded, err := json.Marshal(map[string]any{"value": v, "holder": h, "keys": map[secret.Value]int{v: 1}})
	require.NoError(t, err)
	shown.Write(encoded)

	assert.NotContains(t, shown.String(), canary)
	assert.NotContains(t, shown.String(), fmt.Sprintf("%x", canary))
	assert.Contains(t, shown.String(), secret.Redacted)
	assert.Equal(t, canary, v.Reveal())
}

func TestValue_Decodes(t *testing.T) {
	t.Parallel()
	var in struct{ Token, None, Absent secret.Value }
	require.NoError(t, json.Unmarshal([]byte(`{"token":"abc","none":null}`), &in))
	assert.Equal(t, "abc", in.Token.Reveal())
	assert.True(t, in.None.IsZero())
	assert.True(t, in.Absent.IsZero())

	err := json.Unmarshal([]byte(`{"token":{"inner":"`+canary+`"}}`), &in)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), canary)

	var v secret.Value
	require.NoError(t, v.UnmarshalText([]byte("text")))
	assert.Equal(t, "text", v.Reveal())
}

func TestEqual(t *testing.T) {
	t.Parallel()
	assert.True(t, secret.Equal("a", []byte("a")))
	assert.False(t, secret.Equal("a", "ab"))
	assert.False(t, secret.Equal("", "a"))
	assert.True(t, secret.New("a").Matches("a"))
	assert.False(t, secret.New("a").Matches("b"))
	assert.False(t, secret.Value{}.Matches(""), "an empty secret lets nobody in")
}
