package kv_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestGetAll_ReadsMoreThanABatch(t *testing.T) {
	t.Parallel()
	store := kvtest.Open(t)
	var keys []kv.Key
	for i := range 2*kv.MaxBatch + 1 {
		key := kv.Key{Partition: "p", Sort: fmt.Sprint(i)}
		keys = append(keys, key)
		if i%2 == 0 {
			_, err := store.Put(t.Context(), kv.Item{Key: key, Value: []byte(key.Sort)}, kv.IfAbsent())
			require.NoError(t, err)
		}
	}
	found, err := kv.GetAll(t.Context(), store, keys, kv.Eventual())
	require.NoError(t, err)
	assert.Len(t, found, kv.MaxBatch+1, "what does not exist is left out")
	for key, item := range found {
		assert.Equal(t, key.Sort, string(item.Value))
	}
	found, err = kv.GetAll(t.Context(), store, nil)
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestItems_VisitsAllPages(t *testing.T) {
	t.Parallel()
	store := kvtest.Open(t)
	for i := range kv.MaxPage + 1 {
		_, err := store.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "p", Sort: fmt.Sprintf("%04d", i)}, Value: []byte("v")}, kv.IfAbsent())
		require.NoError(t, err)
	}
	q := kv.Query{Partition: "p", Prefix: "0"}
	items := kv.Items(t.Context(), store, q)
	for range 2 { // it can be read again
		n := 0
		for item, err := range items {
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("%04d", n), item.Sort)
			n++
		}
		assert.Equal(t, kv.MaxPage+1, n)
	}
	for item, err := range kv.Items(t.Context(), store, kv.Query{}) {
		assert.Empty(t, item)
		assert.Error(t, err, "a query without a partition")
	}
}
