package kvtest

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Opener gives a store whose expiry runs by the clock. It need not be
// empty: the suite uses partitions of its own.
type Opener func(t *testing.T, now func() time.Time) kv.Store

// Effort says how much the costly tests do.
type Effort struct {
	Increments int // by each of 64 writers that change one item at once
	Operations int // by each of 8 clients whose history is checked
}

// Run checks that a store keeps every sentence of kv's contract.
func Run(t *testing.T, open Opener, effort Effort) {
	for _, group := range []struct {
		name  string
		tests map[string]func(*suite)
	}{
		{"items", itemTests},
		{"bounds", boundTests},
		{"queries", queryTests},
		{"expiry", expiryTests},
		{"concurrency", concurrencyTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for name, test := range group.tests {
				t.Run(name, func(t *testing.T) { test(newSuite(t, open, effort)) })
			}
		})
	}
	t.Run("model", func(t *testing.T) { testModel(newSuite(t, open, effort)) })
	t.Run("linearizable", func(t *testing.T) {
		s := newSuite(t, open, effort)
		Linearizable(t, s.Store, Workload{Clients: 8, Operations: effort.Operations, Overwrites: true, Deletes: true})
	})
}

// suite is one test's store, clock and partition.
type suite struct {
	kv.Store
	t         *testing.T
	clock     *Clock
	partition string
	effort    Effort
}

func newSuite(t *testing.T, open Opener, effort Effort) *suite {
	// A server that expires items by its own clock would remove those of another time.
	c := &Clock{at: time.Now().Truncate(time.Second)}
	return &suite{Store: open(t, c.Now), t: t, clock: c, partition: unique(), effort: effort}
}

// unique gives a partition that no other test uses, even in a table that is kept.
func unique() string { return "test#" + rand.Text() }

func (s *suite) advance(seconds int64) { s.clock.Advance(time.Duration(seconds) * time.Second) }

func (s *suite) key(sort string) kv.Key { return kv.Key{Partition: s.partition, Sort: sort} }

func (s *suite) item(sort, value string) kv.Item {
	return kv.Item{Key: s.key(sort), Value: []byte(value)}
}

func (s *suite) put(it kv.Item, cond kv.Condition) kv.Item {
	s.t.Helper()
	stored, err := s.Put(s.t.Context(), it, cond)
	require.NoError(s.t, err)
	return stored
}

func (s *suite) wantItem(want kv.Item) {
	s.t.Helper()
	got, err := s.Get(s.t.Context(), want.Key)
	require.NoError(s.t, err)
	require.Equal(s.t, want, got)
}

func (s *suite) wantAbsent(key kv.Key) {
	s.t.Helper()
	_, err := s.Get(s.t.Context(), key)
	s.wantKind(fault.NotFound, err)
}

func (s *suite) wantKind(kind fault.Kind, err error) {
	s.t.Helper()
	require.Error(s.t, err)
	require.Equal(s.t, kind, fault.KindOf(err), "%v", err)
}
