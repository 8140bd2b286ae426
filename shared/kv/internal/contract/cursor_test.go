package contract_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// FuzzCursor: whatever comes as a cursor is refused as Invalid or is exactly the one
// we give out for a sort key within the query.
func FuzzCursor(f *testing.F) {
	q := kv.Query{Partition: "p", Prefix: "a#"}
	f.Add(contract.Cursor(q, "a#1"), "p", "a#", false)
	f.Add(contract.Cursor(q, "b"), "p", "a#", false)
	f.Add(contract.Cursor(q, "a#\xff"), "p", "a#", true)
	f.Add(contract.Cursor(q, strings.Repeat("a#", kv.MaxSort)), "p", "a#", false)
	f.Add(contract.Cursor(kv.Query{Partition: "p", Reverse: true}, "é"), "p", "", true)
	f.Add("AQ==\n", "p", "", true)
	f.Fuzz(func(t *testing.T, after, partition, prefix string, reverse bool) {
		q := kv.Query{Partition: partition, Prefix: prefix, Reverse: reverse, After: after}
		_, sort, err := contract.Query(q)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			return
		}
		if after == "" {
			require.Empty(t, sort)
			return
		}
		require.True(t, strings.HasPrefix(sort, prefix))
		require.True(t, utf8.ValidString(sort))
		require.NoError(t, contract.Key(kv.Key{Partition: partition, Sort: sort}))
		require.Equal(t, after, contract.Cursor(q, sort))
	})
}

// FuzzCursorIsRead: every sort key survives its cursor.
func FuzzCursorIsRead(f *testing.F) {
	f.Add("p", "", "s", false)
	f.Add("p#", "é", "éa\U0010ffff", true)
	f.Fuzz(func(t *testing.T, partition, prefix, rest string, reverse bool) {
		key := kv.Key{Partition: partition, Sort: prefix + rest}
		q := kv.Query{Partition: partition, Prefix: prefix, Reverse: reverse}
		if _, _, err := contract.Query(q); err != nil || contract.Key(key) != nil {
			return
		}
		q.After = contract.Cursor(q, key.Sort)
		_, sort, err := contract.Query(q)
		require.NoError(t, err)
		require.Equal(t, key.Sort, sort)
	})
}
