package kvtest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// awkward sort keys: their bytes order differently than by locale, by UTF-16 or with
// signed bytes, and some are prefixes of others.
var awkward = []string{
	"\x01", " ", "!", "#", "#a", "#a#b", "#a/b", "/", "/a", "0", "10", "9", "A", "Z", "a", "a!", "a#", "a#1", "a#10", "a#2",
	"a/", "a/b", "aa", "b", "\x7f", "é", "e\u0301", "ÿ", "ß", "\ue000", "\uffff", "\U00010000", "\U0010ffff",
	"\U0010ffffa", "a\U0010ffff", "a\U0010ffffb", "\ue000\U0010ffff",
}

// walk reads all pages, whose sizes it checks, and gives the sort keys.
func (s *suite) walk(q kv.Query) []string {
	s.t.Helper()
	sorts := []string{}
	for {
		page, err := s.Query(s.t.Context(), q)
		require.NoError(s.t, err)
		for _, it := range page.Items {
			require.Equal(s.t, q.Partition, it.Partition)
			sorts = append(sorts, it.Sort)
		}
		if page.Next == "" {
			return sorts
		}
		require.Len(s.t, page.Items, q.Limit, "only the last page may be short")
		q.After = page.Next
	}
}

func withPrefix(sorts []string, prefix string, reverse bool) []string {
	sorts = slices.Sorted(slices.Values(sorts))
	sorts = slices.DeleteFunc(sorts, func(s string) bool { return !strings.HasPrefix(s, prefix) })
	if reverse {
		slices.Reverse(sorts)
	}
	return sorts
}

var queryTests = map[string]func(*suite){
	"order is bytewise, by any prefix, in both directions": func(s *suite) {
		for _, sort := range awkward {
			s.put(s.item(sort, sort), kv.IfAbsent())
		}
		for _, near := range []string{s.partition + "\x01", s.partition + "#", s.partition[:len(s.partition)-1]} {
			s.put(kv.Item{Key: kv.Key{Partition: near, Sort: "a"}}, kv.Always)
		}
		prefixes := append([]string{"", "x", "a#1000", "\U0010fffe", "\U0010ffff\U0010ffff"}, awkward...)
		for i, prefix := range prefixes {
			for _, reverse := range []bool{false, true} {
				want := withPrefix(awkward, prefix, reverse)
				for _, limit := range []int{1 + i%3, max(len(want), 1), kv.MaxPage} {
					got := s.walk(kv.Query{Partition: s.partition, Prefix: prefix, Reverse: reverse, Limit: limit})
					require.Equal(s.t, want, got, "prefix %q, reverse %t, limit %d", prefix, reverse, limit)
				}
			}
		}
	},
	"items come whole": func(s *suite) {
		a := s.put(kv.Item{Key: s.key("a"), Value: []byte("x"), Expires: s.clock.Now().UTC().Add(100e9)}, kv.Always)
		s.put(s.item("b", "x"), kv.Always)
		b := s.put(s.item("b", "y"), kv.Always)
		for _, eventual := range []bool{false, true} {
			page, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition, Eventual: eventual})
			require.NoError(s.t, err)
			if !eventual {
				require.Equal(s.t, kv.Page{Items: []kv.Item{a, b}}, page)
			}
		}
	},
	"an empty partition is one empty page": func(s *suite) {
		for _, reverse := range []bool{false, true} {
			page, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition, Reverse: reverse})
			require.NoError(s.t, err)
			require.Empty(s.t, page.Items)
			require.Empty(s.t, page.Next)
		}
	},
	"the limit is 100 unless given": func(s *suite) {
		for i := range 101 {
			s.put(s.item(fmt.Sprintf("%03d", i), ""), kv.Always)
		}
		page, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition})
		require.NoError(s.t, err)
		require.Len(s.t, page.Items, 100)
		require.NotEmpty(s.t, page.Next)
		page, err = s.Query(s.t.Context(), kv.Query{Partition: s.partition, After: page.Next})
		require.NoError(s.t, err)
		require.Len(s.t, page.Items, 1)
		require.Empty(s.t, page.Next)
	},
	"a page ends where its values are large enough": func(s *suite) {
		value := bytes.Repeat([]byte("v"), kv.MaxValue)
		var want []string
		for i := range 15 {
			want = append(want, fmt.Sprintf("%02d", i))
			s.put(kv.Item{Key: s.key(want[i]), Value: value}, kv.IfAbsent())
		}
		perPage := (kv.MaxPageBytes + kv.MaxValue - 1) / kv.MaxValue
		first, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition})
		require.NoError(s.t, err)
		require.Len(s.t, first.Items, perPage)
		rest, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition, After: first.Next})
		require.NoError(s.t, err)
		require.Empty(s.t, rest.Next)
		var got []string
		for _, it := range append(first.Items, rest.Items...) {
			require.True(s.t, bytes.Equal(value, it.Value))
			got = append(got, it.Sort)
		}
		require.Equal(s.t, want, got)
	},
	"a cursor survives what is deleted, added and changed": func(s *suite) {
		for _, reverse := range []bool{false, true} {
			for _, sort := range []string{"b", "d", "f", "h"} {
				s.put(s.item(sort, ""), kv.Always)
			}
			q := kv.Query{Partition: s.partition, Limit: 2, Reverse: reverse}
			page, err := s.Query(s.t.Context(), q)
			require.NoError(s.t, err)
			last := page.Items[1]
			gone, want := "f", []string{"e", "h"} // after b, d
			if reverse {
				gone, want = "d", []string{"e", "b"} // after h, f
			}
			require.NoError(s.t, s.Delete(s.t.Context(), last.Key, kv.Always))
			require.NoError(s.t, s.Delete(s.t.Context(), s.key(gone), kv.Always))
			s.put(s.item("e", ""), kv.Always)
			s.put(s.item(page.Items[0].Sort, "changed"), kv.Always)
			q.After = page.Next
			require.Equal(s.t, want, s.walk(q))
			require.NoError(s.t, s.Delete(s.t.Context(), s.key("e"), kv.Always))
		}
	},
	"a cursor may go on with another limit": func(s *suite) {
		for _, sort := range []string{"a", "b", "c", "d"} {
			s.put(s.item(sort, ""), kv.Always)
		}
		page, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition, Limit: 1})
		require.NoError(s.t, err)
		q := kv.Query{Partition: s.partition, Limit: 3, After: page.Next, Eventual: true}
		_, err = s.Query(s.t.Context(), q)
		require.NoError(s.t, err)
		q.Eventual = false
		require.Equal(s.t, []string{"b", "c", "d"}, s.walk(q))
	},
	"a cursor that is not of this query": func(s *suite) {
		for _, sort := range []string{"a#1", "a#2", "a#3", "b#1"} {
			s.put(s.item(sort, ""), kv.Always)
		}
		own := kv.Query{Partition: s.partition, Prefix: "a#", Limit: 1}
		page, err := s.Query(s.t.Context(), own)
		require.NoError(s.t, err)
		next := page.Next
		require.NotEmpty(s.t, next)

		other := func(change func(q *kv.Query)) kv.Query {
			q := own
			q.After = next
			change(&q)
			return q
		}
		raw, err := base64.RawURLEncoding.DecodeString(next)
		require.NoError(s.t, err)
		bad := map[string]kv.Query{
			"partition":   other(func(q *kv.Query) { q.Partition += "x" }),
			"prefix":      other(func(q *kv.Query) { q.Prefix = "a" }),
			"no prefix":   other(func(q *kv.Query) { q.Prefix = "" }),
			"direction":   other(func(q *kv.Query) { q.Reverse = true }),
			"a word":      other(func(q *kv.Query) { q.After = "next" }),
			"a sort key":  other(func(q *kv.Query) { q.After = "a#1" }),
			"white space": other(func(q *kv.Query) { q.After = next[:4] + "\n" + next[4:] }),
			"cut":         other(func(q *kv.Query) { q.After = next[:5] }),
			"grown":       other(func(q *kv.Query) { q.After = next + strings.Repeat("A", 2000) }),
			"header only": other(func(q *kv.Query) { q.After = base64.RawURLEncoding.EncodeToString(raw[:9]) }),
			"outside":     other(func(q *kv.Query) { q.After = base64.RawURLEncoding.EncodeToString(append(raw[:9:9], "b#1"...)) }),
			"bad text":    other(func(q *kv.Query) { q.After = base64.RawURLEncoding.EncodeToString(append(raw[:9:9], "a#\xff"...)) }),
		}
		for i := range raw[:9] {
			flipped := bytes.Clone(raw)
			flipped[i] ^= 1
			bad[fmt.Sprint("flipped ", i)] = other(func(q *kv.Query) { q.After = base64.RawURLEncoding.EncodeToString(flipped) })
		}
		for name, q := range bad {
			_, err := s.Query(s.t.Context(), q)
			require.Equal(s.t, fault.Invalid, fault.KindOf(err), name)
		}
		own.After = next
		require.Equal(s.t, []string{"a#2", "a#3"}, s.walk(own))
	},
}
