package kvtest

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

const writers = 64

// Parallel runs f in many goroutines at once and waits for them.
func Parallel(n int, f func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	all.Wait()
}

var concurrencyTests = map[string]func(*suite){
	"64 writers that demand a version lose no change": func(s *suite) {
		s.put(s.item("n", "0"), kv.IfAbsent())
		Parallel(writers, func(int) {
			for range s.effort.Increments {
				if !assert.NoError(s.t, s.increment("n")) {
					return
				}
			}
		})
		total := writers * s.effort.Increments
		s.wantItem(kv.Item{Key: s.key("n"), Value: []byte(strconv.Itoa(total)), Version: int64(total) + 1})
	},
	"64 writers that overwrite get 64 versions": func(s *suite) {
		var versions sync.Map
		Parallel(writers, func(i int) {
			it, err := s.Put(s.t.Context(), s.item("a", strconv.Itoa(i)), kv.Always)
			assert.NoError(s.t, err)
			_, twice := versions.LoadOrStore(it.Version, string(it.Value))
			assert.False(s.t, twice, "version %d was given out twice", it.Version)
		})
		got, err := s.Get(s.t.Context(), s.key("a"))
		require.NoError(s.t, err)
		require.Equal(s.t, int64(writers), got.Version)
		last, _ := versions.Load(int64(writers))
		require.Equal(s.t, last, string(got.Value))
	},
	"one of 64 creates": func(s *suite) {
		for _, expired := range []bool{false, true} {
			key := fmt.Sprint("a", expired)
			if expired {
				s.expiring(key)
				s.advance(10)
			}
			s.oneWinner(func(i int) error {
				return second(s.Put(s.t.Context(), s.item(key, strconv.Itoa(i)), kv.IfAbsent()))
			})
		}
	},
	"one of 64 deletes": func(s *suite) {
		s.put(s.item("a", "x"), kv.IfAbsent())
		s.oneWinner(func(int) error { return s.Delete(s.t.Context(), s.key("a"), kv.IfVersion(1)) })
		s.wantAbsent(s.key("a"))
	},
	"neighbours of a refused write succeed": func(s *suite) {
		s.put(s.item("taken", "x"), kv.IfAbsent())
		Parallel(writers, func(i int) {
			if i%2 == 0 {
				_, err := s.Put(s.t.Context(), s.item("taken", "y"), kv.IfAbsent())
				assert.True(s.t, fault.Is(err, fault.Conflict), "%v", err)
				return
			}
			_, err := s.Put(s.t.Context(), s.item(fmt.Sprint("free", i), "y"), kv.IfAbsent())
			assert.NoError(s.t, err)
		})
		page, err := s.Query(s.t.Context(), kv.Query{Partition: s.partition, Prefix: "free"})
		require.NoError(s.t, err)
		require.Len(s.t, page.Items, writers/2)
		s.wantItem(kv.Item{Key: s.key("taken"), Value: []byte("x"), Version: 1})
	},
}

// increment adds one to the number at the key, with the version that was read.
func (s *suite) increment(sort string) error {
	return kv.Update(s.t.Context(), s.Store, s.key(sort), nil, func(it *kv.Item) (bool, error) {
		n, err := strconv.Atoi(string(it.Value))
		it.Value = strconv.AppendInt(nil, int64(n+1), 10)
		return err == nil, err
	})
}

// oneWinner runs f 64 times at once: one succeeds and all others conflict.
func (s *suite) oneWinner(f func(i int) error) {
	s.t.Helper()
	var won atomic.Int64
	Parallel(writers, func(i int) {
		switch err := f(i); {
		case err == nil:
			won.Add(1)
		default:
			assert.True(s.t, fault.Is(err, fault.Conflict), "%v", err)
		}
	})
	require.Equal(s.t, int64(1), won.Load())
}
