package packed_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv/packed"
)

func TestUnpackJSON_ReadsPackedAndPlainValues(t *testing.T) {
	c := packed.New(1)
	for _, size := range []int{0, 10, 797, 798, 799, 5000, 1 << 20} {
		text := strings.Repeat("x", size)
		value, err := c.PackJSON(text)
		require.NoError(t, err)
		plain, err := json.Marshal(text)
		require.NoError(t, err)
		assert.Equal(t, len(plain) <= 800, string(value) == string(plain), "%d bytes: a small value stays readable", size)
		for _, stored := range [][]byte{value, plain} {
			var got string
			require.NoError(t, c.UnpackJSON(stored, &got))
			assert.Equal(t, text, got)
		}
	}
}

func TestUnpackJSON_RefusesDamagedValues(t *testing.T) {
	c := packed.New(1)
	value, err := c.PackJSON(strings.Repeat("x", 5000))
	require.NoError(t, err)
	var got string
	assert.Error(t, c.UnpackJSON(value[:len(value)-3], &got), "cut off")
	assert.Error(t, c.UnpackJSON([]byte("{"), &got))
}
