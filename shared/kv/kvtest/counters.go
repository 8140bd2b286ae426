package kvtest

import (
	"math"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

var counterTests = map[string]func(*suite){
	"count from zero in both directions": func(s *suite) {
		for i, step := range []struct{ delta, want int64 }{{3, 3}, {0, 3}, {-5, -2}, {2, 0}, {1 << 40, 1 << 40}} {
			n, err := s.Add(s.t.Context(), s.key("n"), step.delta, time.Time{})
			require.NoError(s.t, err)
			require.Equal(s.t, step.want, n)
			got, err := s.Get(s.t.Context(), s.key("n"))
			require.NoError(s.t, err)
			require.Equal(s.t, int64(i+1), got.Version)
		}
		s.wantItem(kv.Item{Key: s.key("n"), Value: []byte("1099511627776"), Version: 5})
		n, err := s.Add(s.t.Context(), s.key("zero"), 0, time.Time{})
		require.NoError(s.t, err)
		require.Zero(s.t, n)
		s.wantItem(kv.Item{Key: s.key("zero"), Value: []byte("0"), Version: 1})
	},
	"stay within 64 bits": func(s *suite) {
		for name, c := range map[string]struct{ start, bad, fine int64 }{
			"max": {math.MaxInt64, 1, -1},
			"min": {math.MinInt64, -1, 1},
			"far": {math.MaxInt64 - 5, math.MaxInt64, 5},
			"low": {-2, math.MinInt64, math.MinInt64 + 2},
		} {
			ctx, key := s.t.Context(), s.key(name)
			n, err := s.Add(ctx, key, c.start, time.Time{})
			require.NoError(s.t, err, name)
			require.Equal(s.t, c.start, n, name)
			_, err = s.Add(ctx, key, c.bad, time.Time{})
			require.Equal(s.t, fault.Invalid, fault.KindOf(err), name)
			n, err = s.Add(ctx, key, c.fine, time.Time{})
			require.NoError(s.t, err, name)
			require.Equal(s.t, c.start+c.fine, n, name)
		}
	},
	"are items in batches and pages": func(s *suite) {
		_, err := s.Add(s.t.Context(), s.key("n"), 7, time.Time{})
		require.NoError(s.t, err)
		want := []kv.Item{{Key: s.key("n"), Value: []byte("7"), Version: 1}}
		got, err := s.BatchGet(s.t.Context(), []kv.Key{s.key("n")})
		require.NoError(s.t, err)
		require.Equal(s.t, want, got)
		page, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition})
		require.NoError(s.t, err)
		require.Equal(s.t, want, page.Items)
	},
	"do not count on a plain item": func(s *suite) {
		for _, value := range []string{"", "7", "x"} {
			plain := s.put(s.item("a", value), kv.Always)
			_, err := s.Add(s.t.Context(), plain.Key, 1, s.clock.now().Add(time.Hour))
			s.wantKind(fault.Conflict, err)
			got, err := s.Get(s.t.Context(), plain.Key)
			require.NoError(s.t, err)
			require.Equal(s.t, value, string(got.Value))
			require.Equal(s.t, plain.Version, got.Version)
			require.True(s.t, got.Expires.IsZero())
		}
	},
	"obey conditions and become plain items": func(s *suite) {
		ctx, key := s.t.Context(), s.key("n")
		for _, write := range []func() int64{
			func() int64 { return s.put(s.item("n", "plain"), kv.Always).Version },
			func() int64 { return s.put(s.item("n", "plain"), kv.IfVersion(2)).Version },
		} {
			for range 2 {
				_, err := s.Add(ctx, key, 1, time.Time{})
				require.NoError(s.t, err)
			}
			_, err := s.Put(ctx, s.item("n", "x"), kv.IfAbsent())
			s.wantKind(fault.Conflict, err)
			require.Equal(s.t, int64(3), write())
			s.wantItem(kv.Item{Key: key, Value: []byte("plain"), Version: 3})
			_, err = s.Add(ctx, key, 1, time.Time{})
			s.wantKind(fault.Conflict, err)
			require.NoError(s.t, s.Delete(ctx, key, kv.IfVersion(3)))
		}
	},
}
