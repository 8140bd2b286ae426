package fleetstore_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// damage stores a value that some reader could not decode, and gives it as it is listed.
func damage(t *testing.T, s *fleetstore.Store, store kv.Store, cluster string, key kv.Key, value string) fleetstore.DamagedItem {
	t.Helper()
	item, err := store.Put(t.Context(), kv.Item{Key: key, Value: []byte(value)}, kv.Always)
	require.NoError(t, err)
	kvjson.LeaveOut(t.Context(), store, item, errors.New("unexpected end"))
	list, err := s.DamagedItems(t.Context(), cluster)
	require.NoError(t, err)
	for _, d := range list {
		if d.Key == key.Partition+"/"+key.Sort {
			return d
		}
	}
	t.Fatalf("%v is not listed", key)
	return fleetstore.DamagedItem{}
}

func fine() error { return nil }

func TestDamagedItems_BelongToTheirCluster(t *testing.T) {
	t.Parallel()
	s, store := newStore(t)
	for _, c := range []struct {
		cluster, kind string
		key           kv.Key
		discardable   bool
	}{
		{"campus", "operation", keyOf("operation#campus", "op1"), true},
		{"campus", "operation-by-instance", keyOf("operation-by-instance#campus#alpha", "op1"), true},
		{"campus", "sync", keyOf("sync", "campus"), true},
		{"campus-2", "operation", keyOf("operation#campus-2", "op1"), true},
		{"", "project", keyOf("project", "campus"), true},
		{"", "identity/user", keyOf("identity/user", "campus"), false},
		{"", "view", keyOf("view#campus", "v1"), false},
	} {
		d := damage(t, s, store, c.cluster, c.key, `{"broken`)
		assert.Equal(t, c.kind, d.Kind)
		assert.Equal(t, c.discardable, d.Discardable, c.key)
		assert.Equal(t, "unexpected end", d.Error)
		_, err := s.DamagedItem(t.Context(), "other", d.ID)
		assert.True(t, fault.Is(err, fault.NotFound), "%v: %v", c.key, err)
	}
}

func TestText_IsMaskedAndBounded(t *testing.T) {
	t.Parallel()
	s, store := newStore(t)
	key := keyOf("operation#campus", "op1")
	for name, c := range map[string]struct {
		value    string
		has      []string
		hasNot   []string
		complete bool
	}{
		"cut off":  {`{"id":"op1","instance":"alpha","DB_PASSWORD":"hunter2hunter2","cha`, []string{`"instance":"alpha"`, `DB_PASSWORD`}, []string{"hunter2"}, true},
		"a token":  {`{"id":"op1","sealed":"` + strings.Repeat("c2VjcmV0", 9) + `"}`, []string{`"sealed":`}, []string{"c2VjcmV0"}, true},
		"no text":  {"{\"id\":\"o\x00\x1b[31mp1\xff\"}", []string{`"o[31mp1"`}, []string{"\x00", "\x1b", "\xff"}, true},
		"long":     {`{"a":"` + strings.Repeat("word ", 40_000) + `","password":"hunter2"}`, []string{`"a":"word`}, []string{"hunter2"}, false},
		"medium":   {`{"a":"` + strings.Repeat("word ", 2_000) + `"}`, []string{`"a":"word`}, nil, false},
		"unpacked": {"\x28\xb5\x2f\xfd broken", nil, []string{"broken"}, false},
	} {
		d := damage(t, s, store, "campus", key, c.value)
		found, err := s.DamagedItem(t.Context(), "campus", d.ID)
		require.NoError(t, err)
		text, complete := s.Text(found)
		assert.Equal(t, c.complete, complete, name)
		assert.LessOrEqual(t, len(text), 4<<10, name)
		for _, want := range c.has {
			assert.Contains(t, text, want, name)
		}
		for _, secret := range c.hasNot {
			assert.NotContains(t, text, secret, name)
		}
	}
	// What may hold secrets of people is not shown at all.
	d := damage(t, s, store, "", keyOf("identity/user", "u1"), `{"email":"ada@example.org`)
	found, err := s.DamagedItem(t.Context(), "", d.ID)
	require.NoError(t, err)
	text, complete := s.Text(found)
	assert.Empty(t, text)
	assert.False(t, complete)
}

// After an upgrade the same bytes can be decoded; until then the item stays listed.
func TestRetryDamaged_DecodesOnceMore(t *testing.T) {
	t.Parallel()
	s, store := newStore(t)
	key := keyOf("operation#campus", "op1")
	d := damage(t, s, store, "campus", key, `[]`)
	err := s.RetryDamaged(t.Context(), "campus", d.ID, fine)
	require.True(t, fault.Is(err, fault.Conflict), "%v", err)
	list, err := s.DamagedItems(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = store.Get(t.Context(), key)
	require.NoError(t, err, "it is kept")

	d = damage(t, s, store, "campus", key, `{"id":"op1"}`)
	refused := errors.New("not recorded")
	require.ErrorIs(t, s.RetryDamaged(t.Context(), "campus", d.ID, func() error { return refused }), refused)
	require.NoError(t, s.RetryDamaged(t.Context(), "campus", d.ID, fine))
	list, err = s.DamagedItems(t.Context(), "campus")
	require.NoError(t, err)
	assert.Empty(t, list)
	found, _, err := s.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	assert.Len(t, found, 1)
}

// A sync after the upgrade does the same by itself.
func TestForgetDamaged_ForgetsWhatCanBeDecodedNow(t *testing.T) {
	t.Parallel()
	s, store := newStore(t)
	damage(t, s, store, "campus", keyOf("operation#campus", "op1"), `{"id":"op1"}`)
	damage(t, s, store, "campus", keyOf("operation#campus", "op2"), `{"id":"op`)
	require.NoError(t, s.ForgetDamaged(t.Context()))
	list, err := s.DamagedItems(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "operation#campus/op2", list[0].Key)
}

func TestDiscardDamaged_RemovesOnlyWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	s, store := newStore(t)
	ctx, key, open := t.Context(), keyOf("operation#campus", "op1"), keyOf("operation-open#campus", "op1")
	_, err := store.Put(ctx, kv.Item{Key: open, Value: []byte(`{"cluster":"campus","id":"op1"}`)}, kv.Always)
	require.NoError(t, err)
	d := damage(t, s, store, "campus", key, `[]`)
	refused := errors.New("not recorded")
	require.ErrorIs(t, s.DiscardDamaged(ctx, "campus", d.ID, func() error { return refused }), refused)
	_, err = store.Get(ctx, key)
	require.NoError(t, err, "nothing is discarded without its entry")
	err = s.DiscardDamaged(ctx, "other", d.ID, fine)
	require.True(t, fault.Is(err, fault.NotFound), "%v", err)

	// Another process writes it while the discard is recorded: what it wrote stays.
	err = s.DiscardDamaged(ctx, "campus", d.ID, func() error {
		_, err := store.Put(ctx, kv.Item{Key: key, Value: []byte(`{"id":"op1"}`)}, kv.Always)
		return err
	})
	require.True(t, fault.Is(err, fault.Conflict), "%v", err)
	op, err := s.Operation(ctx, "campus", "op1")
	require.NoError(t, err)
	assert.Equal(t, fleet.Operation{ID: "op1"}.ID, op.ID)
	err = s.DiscardDamaged(ctx, "campus", d.ID, fine)
	require.True(t, fault.Is(err, fault.NotFound), "%v", err)

	d = damage(t, s, store, "campus", key, `[]`)
	require.NoError(t, s.DiscardDamaged(ctx, "campus", d.ID, fine))
	for _, gone := range []kv.Key{key, open} {
		_, err = store.Get(ctx, gone)
		require.True(t, fault.Is(err, fault.NotFound), "%v: %v", gone, err)
	}

	d = damage(t, s, store, "", keyOf("identity/user", "u1"), `[]`)
	err = s.DiscardDamaged(ctx, "", d.ID, fine)
	require.True(t, fault.Is(err, fault.Conflict), "%v", err)
}

// However many were left out, those of one cluster are all listed.
func TestDamagedItems_ListsMoreThanAPage(t *testing.T) {
	t.Parallel()
	s, store := newStore(t)
	for n := range 250 {
		key := keyOf("operation#campus", strings.Repeat("x", n+1))
		item, err := store.Put(t.Context(), kv.Item{Key: key, Value: []byte(`[]`)}, kv.Always)
		require.NoError(t, err)
		kvjson.LeaveOut(t.Context(), store, item, errors.New("unexpected end"))
	}
	list, err := s.DamagedItems(t.Context(), "campus")
	require.NoError(t, err)
	assert.Len(t, list, 250)
}
