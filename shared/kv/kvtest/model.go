package kvtest

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// model is the contract over a plain map: what a Store must be like.
type model struct {
	now   func() time.Time
	items map[kv.Key]kv.Item
}

func (m *model) get(k kv.Key) (kv.Item, bool) {
	it, ok := m.items[k]
	if ok && !it.Expires.IsZero() && !it.Expires.After(m.now()) {
		return kv.Item{}, false
	}
	return it, ok
}

func (m *model) holds(k kv.Key, cond kv.Condition) bool {
	it, ok := m.get(k)
	if cond.Absent() {
		return !ok
	}
	return cond.Version() == 0 || (ok && it.Version == cond.Version())
}

// testModel runs random calls on the store and on the model, which must agree
// on every answer.
func testModel(s *suite) {
	sorts := []string{"a", "a#", "a#b", "b", "é", "\U0010ffff"}
	sort := rapid.SampledFrom(sorts)
	rapid.Check(s.t, func(t *rapid.T) {
		ctx, partition := s.t.Context(), unique()
		m := &model{now: s.clock.Now, items: map[kv.Key]kv.Item{}}
		key := func() kv.Key { return kv.Key{Partition: partition, Sort: sort.Draw(t, "sort")} }
		condition := func() kv.Condition {
			return rapid.SampledFrom([]kv.Condition{
				kv.Always, kv.Always, kv.IfAbsent(), kv.IfVersion(0), kv.IfVersion(1), kv.IfVersion(2), kv.IfVersion(3),
			}).Draw(t, "condition")
		}
		expires := func() time.Time {
			in := rapid.IntRange(-1, 5).Draw(t, "expires")
			if in < 0 {
				return time.Time{}
			}
			return s.clock.Now().Add(time.Duration(in) * time.Second).UTC()
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				it := kv.Item{Key: key(), Expires: expires()}
				it.Value = append([]byte{}, rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "value")...)
				cond := condition()
				got, err := s.Put(ctx, it, cond)
				if !m.holds(it.Key, cond) {
					require.Equal(t, fault.Conflict, fault.KindOf(err))
					return
				}
				require.NoError(t, err)
				before, _ := m.get(it.Key)
				it.Version = before.Version + 1
				require.Equal(t, it, got)
				m.items[it.Key] = it
			},
			"delete": func(t *rapid.T) {
				k, cond := key(), condition()
				err := s.Delete(ctx, k, cond)
				if !m.holds(k, cond) {
					require.Equal(t, fault.Conflict, fault.KindOf(err))
					return
				}
				require.NoError(t, err)
				delete(m.items, k)
			},
			"get": func(t *rapid.T) {
				k := key()
				got, err := s.Get(ctx, k)
				want, ok := m.get(k)
				if !ok {
					require.Equal(t, fault.NotFound, fault.KindOf(err))
					return
				}
				require.NoError(t, err)
				require.Equal(t, want, got)
			},
			"batch get": func(t *rapid.T) {
				var keys []kv.Key
				want := []kv.Item{}
				for _, chosen := range rapid.SliceOfNDistinct(sort, 1, len(sorts), rapid.ID).Draw(t, "sorts") {
					k := kv.Key{Partition: partition, Sort: chosen}
					keys = append(keys, k)
					if it, ok := m.get(k); ok {
						want = append(want, it)
					}
				}
				got, err := s.BatchGet(ctx, keys)
				require.NoError(t, err)
				require.Equal(t, want, got)
			},
			"query": func(t *rapid.T) {
				q := kv.Query{
					Partition: partition,
					Prefix:    rapid.SampledFrom(append([]string{"", "c"}, sorts...)).Draw(t, "prefix"),
					Limit:     rapid.IntRange(1, 4).Draw(t, "limit"),
					Reverse:   rapid.Bool().Draw(t, "reverse"),
				}
				var want []kv.Item
				for _, chosen := range withPrefix(sorts, q.Prefix, q.Reverse) {
					if it, ok := m.get(kv.Key{Partition: partition, Sort: chosen}); ok {
						want = append(want, it)
					}
				}
				pages := slices.Collect(slices.Chunk(want, q.Limit))
				if len(pages) == 0 {
					pages = [][]kv.Item{nil}
				}
				for i, items := range pages {
					page, err := s.Query(ctx, q)
					require.NoError(t, err)
					require.Equal(t, items, page.Items)
					require.Equal(t, i == len(pages)-1, page.Next == "")
					q.After = page.Next
				}
			},
			"time passes": func(t *rapid.T) {
				s.advance(rapid.Int64Range(1, 3).Draw(t, "seconds"))
			},
		})
	})
}
