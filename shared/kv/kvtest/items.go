package kvtest

import (
	"bytes"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

var itemTests = map[string]func(*suite){
	"put gives back what get reads": func(s *suite) {
		it := s.item("a", "one")
		it.Version = 41 // never trusted
		stored := s.put(it, kv.Always)
		require.Equal(s.t, int64(1), stored.Version)
		require.True(s.t, stored.Expires.IsZero())
		s.wantItem(stored)
		got, err := s.Get(s.t.Context(), stored.Key, kv.Eventual())
		require.NoError(s.t, err)
		require.Equal(s.t, stored.Key, got.Key)
	},
	"any bytes are a value": func(s *suite) {
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		for name, value := range map[string][]byte{"all": all, "nul": {0}, "empty": {}, "nil": nil} {
			s.put(kv.Item{Key: s.key(name), Value: value}, kv.Always)
			got, err := s.Get(s.t.Context(), s.key(name))
			require.NoError(s.t, err)
			require.True(s.t, bytes.Equal(value, got.Value), name)
		}
		s.put(s.item("all", ""), kv.Always) // an overwrite can empty it
		got, err := s.Get(s.t.Context(), s.key("all"))
		require.NoError(s.t, err)
		require.Empty(s.t, got.Value)
	},
	"an absent item is not found": func(s *suite) {
		s.wantAbsent(s.key("nothing"))
	},
	"keys do not run into each other": func(s *suite) {
		keys := []kv.Key{
			{Partition: s.partition, Sort: "bc"},
			{Partition: s.partition + "b", Sort: "c"},
			{Partition: s.partition + "#b", Sort: "c"},
			{Partition: s.partition, Sort: "#b#c"},
			{Partition: s.partition + "/", Sort: "bc"},
			{Partition: s.partition, Sort: "BC"},
		}
		for i, k := range keys {
			s.put(kv.Item{Key: k, Value: fmt.Append(nil, i)}, kv.IfAbsent())
		}
		for i, k := range keys {
			got, err := s.Get(s.t.Context(), k)
			require.NoError(s.t, err)
			require.Equal(s.t, fmt.Append(nil, i), got.Value)
		}
	},
	"versions rise by one and start again after a delete": func(s *suite) {
		for want := int64(1); want <= 3; want++ {
			require.Equal(s.t, want, s.put(s.item("a", "x"), kv.Always).Version)
		}
		require.Equal(s.t, int64(4), s.put(s.item("a", "x"), kv.IfVersion(3)).Version)
		require.Equal(s.t, int64(5), s.put(s.item("a", "x"), kv.Always).Version)
		require.NoError(s.t, s.Delete(s.t.Context(), s.key("a"), kv.Always))
		require.Equal(s.t, int64(1), s.put(s.item("a", "x"), kv.Always).Version)
	},
	"a condition that does not hold changes nothing": func(s *suite) {
		first := s.put(s.item("a", "first"), kv.IfAbsent())
		for name, cond := range map[string]kv.Condition{
			"absent":       kv.IfAbsent(),
			"higher":       kv.IfVersion(2),
			"never read":   kv.IfVersion(0),
			"negative":     kv.IfVersion(-1),
			"far too high": kv.IfVersion(1 << 62),
		} {
			_, err := s.Put(s.t.Context(), s.item("a", "second"), cond)
			require.Equal(s.t, fault.Conflict, fault.KindOf(err), name)
			err = s.Delete(s.t.Context(), first.Key, cond)
			require.Equal(s.t, fault.Conflict, fault.KindOf(err), name)
			s.wantItem(first)
		}
		second := s.put(s.item("a", "second"), kv.IfVersion(1))
		_, err := s.Put(s.t.Context(), s.item("a", "third"), kv.IfVersion(1))
		s.wantKind(fault.Conflict, err)
		s.wantItem(second)
	},
	"a version cannot be had of what is absent": func(s *suite) {
		for _, v := range []int64{-1, 0, 1} {
			_, err := s.Put(s.t.Context(), s.item("a", "x"), kv.IfVersion(v))
			s.wantKind(fault.Conflict, err)
			s.wantKind(fault.Conflict, s.Delete(s.t.Context(), s.key("a"), kv.IfVersion(v)))
		}
		s.wantAbsent(s.key("a"))
	},
	"delete": func(s *suite) {
		ctx, key := s.t.Context(), s.key("a")
		require.NoError(s.t, s.Delete(ctx, key, kv.Always))
		require.NoError(s.t, s.Delete(ctx, key, kv.IfAbsent()))
		s.put(s.item("a", "x"), kv.Always)
		neighbour := s.put(s.item("b", "x"), kv.Always)
		require.NoError(s.t, s.Delete(ctx, key, kv.IfVersion(1)))
		s.wantAbsent(key)
		s.wantKind(fault.Conflict, s.Delete(ctx, key, kv.IfVersion(1)))
		s.wantItem(neighbour)
		s.put(s.item("a", "x"), kv.IfAbsent())
		require.NoError(s.t, s.Delete(ctx, key, kv.Always))
		s.wantAbsent(key)
	},
	"batch get gives what exists in the order of the keys": func(s *suite) {
		var keys []kv.Key
		var want []kv.Item
		for i := range kv.MaxBatch {
			sort := fmt.Sprintf("%03d", (i*37)%kv.MaxBatch)
			keys = append(keys, s.key(sort))
			if i%3 != 0 {
				want = append(want, s.put(s.item(sort, sort), kv.Always))
			}
		}
		got, err := s.BatchGet(s.t.Context(), keys)
		require.NoError(s.t, err)
		require.Equal(s.t, want, got)
		got, err = s.BatchGet(s.t.Context(), keys[:1], kv.Eventual())
		require.NoError(s.t, err)
		require.Empty(s.t, got)
		got, err = s.BatchGet(s.t.Context(), nil)
		require.NoError(s.t, err)
		require.Empty(s.t, got)
	},
	"batch get of large values": func(s *suite) {
		value := bytes.Repeat([]byte("v"), kv.MaxValue)
		var keys []kv.Key
		for i := range 45 { // beyond the 16 MB of one answer of DynamoDB
			keys = append(keys, s.key(fmt.Sprintf("%02d", i)))
			s.put(kv.Item{Key: keys[i], Value: value}, kv.IfAbsent())
		}
		got, err := s.BatchGet(s.t.Context(), keys)
		require.NoError(s.t, err)
		require.Len(s.t, got, len(keys))
		for i, it := range got {
			require.Equal(s.t, keys[i], it.Key)
			require.True(s.t, bytes.Equal(value, it.Value))
		}
	},
	"callers own the values they receive": func(s *suite) {
		ctx := s.t.Context()
		spoil := func(b []byte) {
			for i := range b {
				b[i] = '!'
			}
		}
		want := []byte("pristine")
		given := bytes.Clone(want)
		stored := s.put(kv.Item{Key: s.key("a"), Value: given}, kv.Always)
		spoil(given)
		spoil(stored.Value)
		for range 2 {
			got, err := s.Get(ctx, s.key("a"))
			require.NoError(s.t, err)
			require.Equal(s.t, want, got.Value)
			spoil(append(got.Value, "grown into the neighbour"...))
			spoil(got.Value)
			batch, err := s.BatchGet(ctx, []kv.Key{s.key("a")})
			require.NoError(s.t, err)
			require.Equal(s.t, want, batch[0].Value)
			spoil(batch[0].Value)
			page, err := s.Query(ctx, kv.Query{Partition: s.partition})
			require.NoError(s.t, err)
			require.Equal(s.t, want, page.Items[0].Value)
			spoil(page.Items[0].Value)
		}
	},
}
