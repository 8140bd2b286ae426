package dynamo_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// TestLostAnswers loses the answer of a write that was applied.
func TestLostAnswers(t *testing.T) {
	endpoint := kvtest.Dynalite(t)
	client, table := newTable(t, endpoint)
	now := time.Now().Truncate(time.Second)
	clock := func() time.Time { return now }
	calm := dynamo.New(client, table, dynamo.Options{Now: clock})
	key := kv.Key{Partition: "p", Sort: "s"}
	item := kv.Item{Key: key, Value: []byte("mine")}

	plain := func(t *testing.T) {
		_, err := calm.Put(t.Context(), kv.Item{Key: key, Value: []byte("before")}, kv.Always)
		require.NoError(t, err)
	}
	expired := func(t *testing.T) {
		_, err := calm.Put(t.Context(), kv.Item{Key: key, Expires: now}, kv.Always)
		require.NoError(t, err)
	}
	put := func(cond kv.Condition) func(context.Context, kv.Store) (int64, error) {
		return func(ctx context.Context, s kv.Store) (int64, error) {
			it, err := s.Put(ctx, item, cond)
			return it.Version, err
		}
	}
	remove := func(cond kv.Condition) func(context.Context, kv.Store) (int64, error) {
		return func(ctx context.Context, s kv.Store) (int64, error) { return 0, s.Delete(ctx, key, cond) }
	}

	for name, c := range map[string]struct {
		before func(t *testing.T)
		write  func(context.Context, kv.Store) (int64, error)
		want   int64  // version
		value  string // afterwards
		kind   fault.Kind
	}{
		"create":                {nil, put(kv.IfAbsent()), 1, "mine", ""},
		"create after expiry":   {expired, put(kv.IfAbsent()), 1, "mine", ""},
		"change":                {plain, put(kv.IfVersion(1)), 2, "mine", ""},
		"overwrite nothing":     {nil, put(kv.Always), 1, "mine", ""},
		"overwrite":             {plain, put(kv.Always), 2, "mine", ""},
		"overwrite the expired": {expired, put(kv.Always), 1, "mine", ""},
		"delete":                {plain, remove(kv.Always), 0, "", ""},
		"delete at a version":   {plain, remove(kv.IfVersion(1)), 0, "", fault.Unavailable},
		"delete what is not":    {nil, remove(kv.IfAbsent()), 0, "", ""},
		"delete other version":  {plain, remove(kv.IfVersion(2)), 0, "before", fault.Conflict},
	} {
		for how, h := range map[string]harm{"broken": lose, "500": failed} {
			t.Run(name+"/"+how, func(t *testing.T) {
				require.NoError(t, calm.Delete(t.Context(), key, kv.Always))
				if c.before != nil {
					c.before(t)
				}
				way := &network{harm: always(none)}
				way.spoil.Store(int32(h))
				lossy, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: endpoint}, way.use)
				require.NoError(t, err)
				got, err := c.write(t.Context(), dynamo.New(lossy, table, dynamo.Options{Now: clock}))
				if c.kind != "" {
					require.Equal(t, c.kind, fault.KindOf(err), "%v", err)
				} else {
					require.NoError(t, err)
					require.Equal(t, c.want, got)
				}
				after, err := calm.Get(t.Context(), key)
				if c.value == "" {
					require.True(t, fault.Is(err, fault.NotFound))
					return
				}
				require.NoError(t, err)
				require.Equal(t, c.value, string(after.Value))
			})
		}
	}
}

// TestAnotherWriterAfterALostAnswer: once another has written, it cannot be known
// whether the lost attempt had happened, and a conflict would deny it.
func TestAnotherWriterAfterALostAnswer(t *testing.T) {
	endpoint := kvtest.Dynalite(t)
	client, table := newTable(t, endpoint)
	calm := dynamo.New(client, table, dynamo.Options{})
	key := kv.Key{Partition: "p", Sort: "s"}

	for name, c := range map[string]struct {
		write func(context.Context, kv.Store) error
	}{
		"create": {func(ctx context.Context, s kv.Store) error {
			_, err := s.Put(ctx, kv.Item{Key: key}, kv.IfAbsent())
			return err
		}},
		"change": {func(ctx context.Context, s kv.Store) error {
			_, err := s.Put(ctx, kv.Item{Key: key}, kv.IfVersion(1))
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, calm.Delete(t.Context(), key, kv.Always))
			if name == "change" {
				_, err := calm.Put(t.Context(), kv.Item{Key: key}, kv.IfAbsent())
				require.NoError(t, err)
			}
			var requests atomic.Int64
			way := &network{harm: func(*http.Request) harm {
				if requests.Add(1) == 1 {
					return lose
				}
				// Before the second request, another writer comes in between.
				_, err := calm.Put(t.Context(), kv.Item{Key: key, Value: []byte("theirs")}, kv.Always)
				require.NoError(t, err)
				return none
			}}
			lossy, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: endpoint}, way.use)
			require.NoError(t, err)
			err = c.write(t.Context(), dynamo.New(lossy, table, dynamo.Options{}))
			require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
			after, err := calm.Get(t.Context(), key)
			require.NoError(t, err)
			require.Equal(t, "theirs", string(after.Value))
		})
	}
}
