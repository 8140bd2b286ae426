package kvtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestOpenGivesEachTestItsOwnStore(t *testing.T) {
	key := kv.Key{Partition: "p", Sort: "s"}
	one, two := kvtest.Open(t), kvtest.Open(t)
	for _, s := range []kv.Store{one, two} {
		it, err := s.Put(t.Context(), kv.Item{Key: key, Value: []byte("v")}, kv.IfAbsent())
		require.NoError(t, err)
		require.Equal(t, int64(1), it.Version)
		got, err := s.Get(t.Context(), key)
		require.NoError(t, err)
		require.Equal(t, it, got)
		_, err = s.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "p", Sort: "n"}}, kv.IfAbsent())
		require.NoError(t, err)
		page, err := s.Query(t.Context(), kv.Query{Partition: "p", Limit: 1})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		require.NotEmpty(t, page.Next)
	}
}
