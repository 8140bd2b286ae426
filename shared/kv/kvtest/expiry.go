package kvtest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// expiring puts an item that expires in ten seconds.
func (s *suite) expiring(sort string) kv.Item {
	s.t.Helper()
	return s.put(kv.Item{Key: s.key(sort), Value: []byte("x"), Expires: s.clock.Now().Add(10 * time.Second)}, kv.Always)
}

var expiryTests = map[string]func(*suite){
	"absent for every call from its second on": func(s *suite) {
		ctx := s.t.Context()
		it := s.expiring("a")
		s.advance(9)
		s.wantItem(it)
		_, err := s.Put(ctx, s.item("a", "y"), kv.IfAbsent())
		s.wantKind(fault.Conflict, err)
		s.wantKind(fault.Conflict, s.Delete(ctx, it.Key, kv.IfAbsent()))

		s.advance(1)
		s.wantAbsent(it.Key)
		got, err := s.BatchGet(ctx, []kv.Key{it.Key})
		require.NoError(s.t, err)
		require.Empty(s.t, got)
		page, err := s.Query(ctx, kv.Query{Partition: s.partition})
		require.NoError(s.t, err)
		require.Equal(s.t, kv.Page{}, kv.Page{Items: page.Items, Next: page.Next})
		_, err = s.Put(ctx, s.item("a", "y"), kv.IfVersion(1))
		s.wantKind(fault.Conflict, err)
		s.wantKind(fault.Conflict, s.Delete(ctx, it.Key, kv.IfVersion(1)))
		require.NoError(s.t, s.Delete(ctx, it.Key, kv.IfAbsent()))
		require.NoError(s.t, s.Delete(ctx, it.Key, kv.Always))
	},
	"versions start again, whatever the condition": func(s *suite) {
		for name, cond := range map[string]kv.Condition{"always": kv.Always, "absent": kv.IfAbsent()} {
			s.expiring(name)
			require.Equal(s.t, int64(2), s.expiring(name).Version)
			s.advance(10)
			again := s.put(s.item(name, "y"), cond)
			require.Equal(s.t, int64(1), again.Version, name)
			s.wantItem(again)
			require.Equal(s.t, int64(2), s.put(s.item(name, "z"), kv.IfVersion(1)).Version)
		}
	},
	"an expired item does not come back": func(s *suite) {
		it := s.expiring("a")
		s.advance(10)
		s.put(s.item("b", ""), kv.Always)
		s.wantAbsent(it.Key)
		again := s.put(s.item("a", "y"), kv.IfAbsent())
		require.True(s.t, again.Expires.IsZero())
		s.advance(1000)
		s.wantItem(again)
	},
	"the last write decides": func(s *suite) {
		s.expiring("sooner")
		s.put(kv.Item{Key: s.key("sooner"), Expires: s.clock.Now().Add(2 * time.Second)}, kv.Always)
		s.expiring("later")
		later := s.put(kv.Item{Key: s.key("later"), Value: []byte{}, Expires: s.clock.Now().Add(time.Minute)}, kv.IfVersion(1))
		s.expiring("never")
		never := s.put(s.item("never", "y"), kv.Always)
		s.advance(2)
		s.wantAbsent(s.key("sooner"))
		s.advance(30)
		s.wantItem(later)
		s.wantItem(never)
		s.advance(60)
		s.wantAbsent(later.Key)
		s.wantItem(never)
	},
	"times have the resolution of a second": func(s *suite) {
		at := s.clock.Now().Add(10*time.Second + 999*time.Millisecond)
		it := s.put(kv.Item{Key: s.key("a"), Expires: at, Value: []byte{}}, kv.Always)
		require.True(s.t, at.Truncate(time.Second).Equal(it.Expires), "%v", it.Expires)
		s.wantItem(it)
		s.advance(10)
		s.wantAbsent(it.Key)
	},
	"what has expired already": func(s *suite) {
		for name, at := range map[string]time.Time{
			"now":         s.clock.Now(),
			"long ago":    time.Unix(5, 0),
			"the epoch":   time.Unix(0, 0),
			"before it":   time.Unix(-5, 0),
			"year 1 or 2": time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC),
		} {
			s.put(kv.Item{Key: s.key(name), Expires: at}, kv.Always)
			s.wantAbsent(s.key(name))
			require.Equal(s.t, int64(1), s.put(kv.Item{Key: s.key(name), Expires: at}, kv.Always).Version, name)
		}
	},
	"pages are full between expired items": func(s *suite) {
		var want []string
		for i := range 150 {
			sort := fmt.Sprintf("%03d", i)
			if i%25 == 7 {
				s.put(s.item(sort, ""), kv.Always)
				want = append(want, sort)
			} else {
				s.expiring(sort)
			}
		}
		s.advance(10)
		for _, reverse := range []bool{false, true} {
			for _, limit := range []int{1, 2, 6, 500} {
				got := s.walk(kv.Query{Partition: s.partition, Limit: limit, Reverse: reverse})
				require.Equal(s.t, withPrefix(want, "", reverse), got)
			}
		}
	},
}
