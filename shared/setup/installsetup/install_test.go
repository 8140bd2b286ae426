package installsetup

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestCheckStore_NamesWhatCannotBeDecoded(t *testing.T) {
	store := kvtest.Open(t)
	settings := Settings{Store: store}
	assert.Equal(t, installation.OK, settings.checkStore(t.Context()).State)
	_, err := store.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "operation#campus", Sort: "1"}, Value: []byte("{")}, kv.Always)
	require.NoError(t, err)
	_, _, err = kvjson.Query[map[string]string](t.Context(), store, kv.Query{Partition: "operation#campus"})
	require.NoError(t, err)
	result := settings.checkStore(t.Context())
	assert.Equal(t, installation.Missing, result.State)
	assert.Contains(t, result.Text, "operation#campus/1")
}
