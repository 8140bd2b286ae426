package audit_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

// sealing returns a ring whose key is the text, repeated.
func sealing(text string) *secret.Keyring {
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(text, 32)[:32]))
	ring, err := secret.ParseKeyring("k1:" + key)
	if err != nil {
		panic(err)
	}
	return ring
}

// sealedLog holds five entries: three sealed, one more sealed, one not.
func sealedLog(t *testing.T) (kv.Store, *audit.Log, *clock) {
	t.Helper()
	c := newClock()
	s := kvtest.OpenWithClock(t, c.Now)
	l := newLog(s, c)
	for n := 1; n <= 5; n++ {
		_, err := l.Put(t.Context(), item(t, record{N: n}), kv.IfVersion(int64(n-1)), entry(n))
		if n == 1 {
			_, err = l.Put(t.Context(), item(t, record{N: n}), kv.IfAbsent(), entry(n))
		}
		require.NoError(t, err)
		if n == 3 || n == 4 {
			c.add(time.Minute)
			sealed, err := l.SealHead(t.Context(), sealing("k"))
			require.NoError(t, err)
			require.EqualValues(t, n, sealed)
			_, err = l.SealHead(t.Context(), sealing("k"))
			require.NoError(t, err, "nothing new is not sealed again")
		}
	}
	return s, l, c
}

func TestVerifySeals_SaysWhatIsCovered(t *testing.T) {
	t.Parallel()
	_, l, c := sealedLog(t)
	v, err := l.VerifySeals(t.Context(), sealing("k"))
	require.NoError(t, err)
	assert.Equal(t, audit.Verification{Entries: 5, Sealed: 4, SealedAt: c.Now()}, v)
	// A new key in front of the ring signs from then on; the old one still verifies.
	fresh, err := secret.NewKey("k2")
	require.NoError(t, err)
	old := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	rotated, err := secret.ParseKeyring(fresh.Reveal() + "\nk1:" + old)
	require.NoError(t, err)
	_, err = l.SealHead(t.Context(), rotated)
	require.NoError(t, err)
	v, err = l.VerifySeals(t.Context(), rotated)
	require.NoError(t, err)
	assert.Equal(t, audit.Verification{Entries: 5, Sealed: 5, SealedAt: c.Now()}, v)
}

// rechain computes the chain of the store again, as someone could who can write
// to it.
func rechain(t *testing.T, s kv.Store, from string) {
	t.Helper()
	page, err := s.Query(t.Context(), kv.Query{Partition: "audit/log", Limit: kv.MaxPage})
	require.NoError(t, err)
	c := newClock()
	fresh := kvtest.OpenWithClock(t, c.Now)
	forger := newLog(fresh, c)
	for i, it := range page.Items {
		var k struct{ Entry json.RawMessage }
		require.NoError(t, json.Unmarshal(it.Value, &k))
		var e audit.Entry
		require.NoError(t, json.Unmarshal(k.Entry, &e))
		if it.Sort == from {
			e.Actor.Email = "mallory@evil.example"
		}
		_, err := forger.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "x", Sort: string(rune('a' + i))}, Value: []byte("{}")}, kv.Always, e)
		require.NoError(t, err)
	}
	forged, err := fresh.Query(t.Context(), kv.Query{Partition: "audit/log", Limit: kv.MaxPage})
	require.NoError(t, err)
	for _, it := range forged.Items {
		_, err := s.Put(t.Context(), it, kv.Always)
		require.NoError(t, err)
	}
}

func TestVerifySeals_NoticesWhatTheChainAloneDoesNot(t *testing.T) {
	t.Parallel()
	sort := func(n string) kv.Key { return kv.Key{Partition: "audit/log", Sort: "000000000000000" + n} }
	sealAt := func(n string) kv.Key { return kv.Key{Partition: "audit/seals", Sort: "000000000000000" + n} }
	remove := func(keys ...kv.Key) func(t *testing.T, s kv.Store) {
		return func(t *testing.T, s kv.Store) {
			for _, k := range keys {
				require.NoError(t, s.Delete(t.Context(), k, kv.Always))
			}
		}
	}
	for name, c := range map[string]struct {
		do       func(t *testing.T, s kv.Store)
		problem  string
		chainToo bool // the chain alone shows it
	}{
		"the chain computed again": {func(t *testing.T, s kv.Store) { rechain(t, s, sort("2").Sort) }, "Entry 1 was changed after it was sealed.", false},
		"the end cut off":          {remove(sort("4"), sort("5")), "The end of the log is missing: 4 entries were sealed, and 3 are there.", false},
		"all of it gone":           {remove(sort("1"), sort("2"), sort("3"), sort("4"), sort("5")), "The end of the log is missing", false},
		"one in the middle gone":   {remove(sort("2")), "tampered with after entry 1", true},
		"the first seal gone":      {remove(sealAt("1")), "Seal 1 is missing", false},
		"a seal made without the key": {func(t *testing.T, s kv.Store) {
			l := newLog(s, newClock())
			_, err := l.SealHead(t.Context(), sealing("guess"))
			require.NoError(t, err)
		}, "Seal 3 is missing, was changed, or was made with another key.", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, l, _ := sealedLog(t)
			c.do(t, s)
			v, err := l.VerifySeals(t.Context(), sealing("k"))
			require.NoError(t, err)
			assert.Contains(t, v.Problem, c.problem)
			_, err = l.Verify(t.Context())
			assert.Equal(t, c.chainToo, err != nil)
		})
	}
}

// What does not hold together is not sealed, else a seal would vouch for it.
func TestSealHead_RefusesWhatDoesNotHoldTogether(t *testing.T) {
	t.Parallel()
	s, l, _ := sealedLog(t)
	it, err := s.Get(t.Context(), kv.Key{Partition: "audit/log", Sort: "0000000000000005"})
	require.NoError(t, err)
	it.Value = []byte(string(it.Value[:20]) + "x" + string(it.Value[21:]))
	_, err = s.Put(t.Context(), it, kv.Always)
	require.NoError(t, err)
	_, err = l.SealHead(t.Context(), sealing("k"))
	require.Error(t, err)
	require.NoError(t, s.Delete(t.Context(), it.Key, kv.Always))
	require.NoError(t, s.Delete(t.Context(), kv.Key{Partition: "audit/log", Sort: "0000000000000004"}, kv.Always))
	_, err = l.SealHead(t.Context(), sealing("k"))
	assert.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
}

func TestNote_RecordsOnceInAWhile(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := newLog(kvtest.OpenWithClock(t, c.Now), c)
	for range 3 {
		require.NoError(t, l.Note(t.Context(), "ana read job 7", time.Hour, entry(1)))
	}
	require.NoError(t, l.Note(t.Context(), "ana read job 8", time.Hour, entry(2)))
	c.add(time.Hour + time.Minute)
	require.NoError(t, l.Note(t.Context(), "ana read job 7", time.Hour, entry(3)))
	assert.Equal(t, []string{"1", "2", "3"}, afters(t, l))
}
