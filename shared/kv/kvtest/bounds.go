package kvtest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// badText gives texts that no key may hold.
func badText(most int) map[string]string {
	return map[string]string{
		"too long":         strings.Repeat("x", most+1),
		"too long in runs": strings.Repeat("é", most/2+1),
		"NUL":              "a\x00b",
		"only NUL":         "\x00",
		"not UTF-8":        "a\xffb",
		"half a rune":      "a\xc3",
		"a surrogate":      "a\xed\xa0\x80",
	}
}

var boundTests = map[string]func(*suite){
	"keys": func(s *suite) {
		bad := map[string]kv.Key{
			"empty partition": {Partition: "", Sort: "s"},
			"empty sort":      {Partition: s.partition, Sort: ""},
		}
		for name, text := range badText(kv.MaxPartition) {
			bad["partition "+name] = kv.Key{Partition: text, Sort: "s"}
		}
		for name, text := range badText(kv.MaxSort) {
			bad["sort "+name] = kv.Key{Partition: s.partition, Sort: text}
		}
		ctx := s.t.Context()
		for name, key := range bad {
			for call, err := range map[string]error{
				"Get":      second(s.Get(ctx, key)),
				"BatchGet": second(s.BatchGet(ctx, []kv.Key{s.key("fine"), key})),
				"Put":      second(s.Put(ctx, kv.Item{Key: key}, kv.Always)),
				"Delete":   s.Delete(ctx, key, kv.Always),
			} {
				require.Equal(s.t, fault.Invalid, fault.KindOf(err), "%s of a key with %s", call, name)
			}
		}
	},
	"the longest keys and values": func(s *suite) {
		pad := func(text string, n int) string {
			return text + strings.Repeat("é", (n-len(text))/2) + strings.Repeat("x", (n-len(text))%2)
		}
		key := kv.Key{Partition: pad(s.partition, kv.MaxPartition), Sort: pad("s", kv.MaxSort)}
		require.Len(s.t, key.Partition, kv.MaxPartition)
		require.Len(s.t, key.Sort, kv.MaxSort)
		value := bytes.Repeat([]byte{0xfe}, kv.MaxValue)
		for _, cond := range []kv.Condition{kv.IfAbsent(), kv.IfVersion(1), kv.Always} {
			s.wantItem(s.put(kv.Item{Key: key, Value: value, Expires: s.clock.Now().Add(time.Hour)}, cond))
		}
		page, err := s.Query(s.t.Context(), kv.Query{Partition: key.Partition, Prefix: key.Sort})
		require.NoError(s.t, err)
		require.Len(s.t, page.Items, 1)
	},
	"a value that is too large": func(s *suite) {
		before := s.put(s.item("a", "x"), kv.Always)
		_, err := s.Put(s.t.Context(), kv.Item{Key: s.key("a"), Value: make([]byte, kv.MaxValue+1)}, kv.Always)
		s.wantKind(fault.TooLarge, err)
		s.wantItem(before)
	},
	"batches": func(s *suite) {
		keys := make([]kv.Key, kv.MaxBatch+1)
		for i := range keys {
			keys[i] = s.key(fmt.Sprint("k", i))
		}
		_, err := s.BatchGet(s.t.Context(), keys[:kv.MaxBatch])
		require.NoError(s.t, err)
		_, err = s.BatchGet(s.t.Context(), keys)
		s.wantKind(fault.Invalid, err)
		_, err = s.BatchGet(s.t.Context(), []kv.Key{keys[0], keys[1], keys[0]})
		s.wantKind(fault.Invalid, err)
	},
	"queries": func(s *suite) {
		bad := map[string]kv.Query{
			"no partition":   {},
			"negative limit": {Partition: s.partition, Limit: -1},
			"limit too high": {Partition: s.partition, Limit: kv.MaxPage + 1},
		}
		for name, text := range badText(kv.MaxPartition) {
			bad["partition "+name] = kv.Query{Partition: text}
		}
		for name, text := range badText(kv.MaxSort) {
			bad["prefix "+name] = kv.Query{Partition: s.partition, Prefix: text}
		}
		for name, q := range bad {
			_, err := s.Query(s.t.Context(), q)
			require.Equal(s.t, fault.Invalid, fault.KindOf(err), name)
		}
		_, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition, Limit: kv.MaxPage})
		require.NoError(s.t, err)
	},
	"a context that has ended": func(s *suite) {
		before := s.put(s.item("a", "x"), kv.Always)
		canceled, cancel := context.WithCancel(s.t.Context())
		cancel()
		expired, cancel := context.WithTimeout(s.t.Context(), -time.Second)
		defer cancel()
		for ctx, want := range map[context.Context]error{canceled: context.Canceled, expired: context.DeadlineExceeded} {
			for call, err := range map[string]error{
				"Get":      second(s.Get(ctx, before.Key)),
				"BatchGet": second(s.BatchGet(ctx, []kv.Key{before.Key})),
				"Put":      second(s.Put(ctx, s.item("a", "y"), kv.Always)),
				"IfAbsent": second(s.Put(ctx, s.item("b", "y"), kv.IfAbsent())),
				"Delete":   s.Delete(ctx, before.Key, kv.Always),
				"Query":    second(s.Query(ctx, kv.Query{Partition: s.partition})),
			} {
				require.ErrorIs(s.t, err, want, call)
			}
		}
		s.wantItem(before)
		s.wantAbsent(s.key("b"))
	},
}

func second[T any](_ T, err error) error { return err }
