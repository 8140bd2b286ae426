package dynamo_test

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// harm is what happens to a request on its way.
type harm int

const (
	none     harm = iota
	throttle      // refused, 400
	fail          // 500, not applied
	busy          // 503, not applied
	lose          // applied, and the connection breaks before the answer
	failed        // applied, and answered 500
)

// network is the way to the server, with faults.
type network struct {
	http.Client
	harm  func(r *http.Request) harm
	spoil atomic.Int32 // harm to the first request that the server grants
	sent  atomic.Int64
}

func (n *network) use(o *dynamodb.Options) { o.HTTPClient = n }

func (n *network) Do(r *http.Request) (*http.Response, error) {
	n.sent.Add(1)
	h := n.harm(r)
	if h == none || h == lose || h == failed {
		answer, err := n.Client.Do(r)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode == http.StatusOK && h == none {
			h = harm(n.spoil.Swap(int32(none)))
		}
		if h == none {
			return answer, nil
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	switch h {
	case throttle:
		return reply(r, 400, "ProvisionedThroughputExceededException"), nil
	case busy:
		return reply(r, 503, "ServiceUnavailable"), nil
	case lose:
		return nil, errors.New("read: connection reset by peer")
	default:
		return reply(r, 500, "InternalServerError"), nil
	}
}

func reply(r *http.Request, status int, code string) *http.Response {
	body := `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"as told"}`
	return &http.Response{
		StatusCode: status,
		Header: http.Header{
			"Content-Type": {"application/x-amz-json-1.0"},
			"X-Amz-Crc32":  {fmt.Sprint(crc32.ChecksumIEEE([]byte(body)))},
		},
		Body:    io.NopCloser(strings.NewReader(body)),
		Request: r,
	}
}

func always(h harm) func(*http.Request) harm { return func(*http.Request) harm { return h } }

// lossy harms 30 % of requests, in every way.
func lossy(*http.Request) harm {
	if rand.IntN(100) >= 30 {
		return none
	}
	return throttle + harm(rand.IntN(int(failed)))
}

func TestThirtyPercentFaultsLoseNothing(t *testing.T) {
	client, table := newTable(t, kvtest.Dynalite(t), (&network{harm: lossy}).use)
	s := dynamo.New(client, table, dynamo.Options{Timeout: time.Minute})

	t.Run("histories", func(t *testing.T) {
		kvtest.Linearizable(t, s, kvtest.Workload{Clients: 8, Operations: 60, Faults: true})
	})
	t.Run("changes", func(t *testing.T) { testFaultyChanges(t, s) })
	t.Run("one winner", func(t *testing.T) { testFaultyWinner(t, s) })
}

// With most requests failing, calls still succeed within their limit, however many
// failed before.
func TestMostFaults_CallsSucceedWithinTheirLimit(t *testing.T) {
	most := func(*http.Request) harm {
		if rand.IntN(100) >= 55 {
			return none
		}
		return throttle + harm(rand.IntN(int(busy)))
	}
	client, table := newTable(t, kvtest.Dynalite(t), (&network{harm: most}).use)
	s := dynamo.New(client, table, dynamo.Options{})
	const calls = 400
	var failed atomic.Int64
	kvtest.Parallel(8, func(i int) {
		for n := range calls / 8 {
			key := kv.Key{Partition: "p", Sort: fmt.Sprintf("%d-%d", i, n)}
			if _, err := s.Put(t.Context(), kv.Item{Key: key, Value: []byte("x")}, kv.IfAbsent()); err != nil {
				failed.Add(1)
			}
		}
	})
	// Ten attempts that all fail are expected once in 400 calls.
	assert.LessOrEqual(t, failed.Load(), int64(calls/40))
}

// testFaultyChanges lets writers append to one item. What was acknowledged must be
// there once, what was refused must not, and nothing twice.
func testFaultyChanges(t *testing.T, s kv.Store) {
	key := kv.Key{Partition: "changes", Sort: "s"}
	var acked, refused sync.Map
	kvtest.Parallel(8, func(writer int) {
		for n := range 15 {
			word := fmt.Sprintf("%d.%d", writer, n)
			it, err := s.Get(t.Context(), key)
			cond := kv.IfVersion(it.Version)
			if fault.Is(err, fault.NotFound) {
				it, cond = kv.Item{Key: key}, kv.IfAbsent()
			} else if err != nil {
				assert.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
				continue
			}
			it.Value = append(it.Value, word+" "...)
			switch _, err = s.Put(t.Context(), it, cond); {
			case err == nil:
				acked.Store(word, true)
			case fault.Is(err, fault.Conflict):
				refused.Store(word, true)
			default:
				assert.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
			}
		}
	})
	var it kv.Item
	require.Eventually(t, func() (ok bool) {
		var err error
		it, err = s.Get(t.Context(), key)
		return err == nil
	}, time.Minute, time.Millisecond)
	words := strings.Fields(string(it.Value))
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(words))), len(words), "a change was made twice")
	require.Equal(t, int64(len(words)), it.Version)
	acked.Range(func(word, _ any) bool { return assert.Contains(t, words, word, "acknowledged and lost") })
	refused.Range(func(word, _ any) bool { return assert.NotContains(t, words, word, "refused and made") })
}

// testFaultyWinner races for single-use items: never two may succeed.
func testFaultyWinner(t *testing.T, s kv.Store) {
	race := func(f func() error) (won, unsure int64) {
		var w, u atomic.Int64
		kvtest.Parallel(16, func(int) {
			switch err := f(); {
			case err == nil:
				w.Add(1)
			case fault.Is(err, fault.Unavailable):
				u.Add(1)
			default:
				assert.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
			}
		})
		return w.Load(), u.Load()
	}
	for i := range 5 {
		key := kv.Key{Partition: "once", Sort: fmt.Sprint(i)}
		won, unsure := race(func() error {
			_, err := s.Put(t.Context(), kv.Item{Key: key}, kv.IfAbsent())
			return err
		})
		require.LessOrEqual(t, won, int64(1))
		require.Positive(t, won+unsure, "all learned that another had won")
		won, unsure = race(func() error { return s.Delete(t.Context(), key, kv.IfVersion(1)) })
		require.LessOrEqual(t, won, int64(1))
		require.Positive(t, won+unsure, "all learned that another had won")
	}
}
