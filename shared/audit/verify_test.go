package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// storedLink is an entry as the store has it.
type storedLink struct {
	Seq   int64           `json:"seq"`
	Prev  string          `json:"prev"`
	Entry json.RawMessage `json:"entry"`
	Hash  string          `json:"hash"`
}

// forge changes entries and computes the chain again, as someone could who can write to
// the store and has no key.
func forge(t *testing.T, s kv.Store, change func(k *storedLink)) {
	t.Helper()
	page, err := s.Query(t.Context(), kv.Query{Partition: "audit/log", Limit: kv.MaxPage})
	require.NoError(t, err)
	prev := ""
	for _, it := range page.Items {
		var k storedLink
		require.NoError(t, json.Unmarshal(it.Value, &k))
		change(&k)
		k.Prev = prev
		sum := sha256.Sum256(append(fmt.Appendf(nil, "ocim audit 1\n%d\n%s\n", k.Seq, k.Prev), k.Entry...))
		k.Hash = hex.EncodeToString(sum[:])
		prev = k.Hash
		it.Value, err = json.Marshal(k)
		require.NoError(t, err)
		_, err = s.Put(t.Context(), it, kv.Always)
		require.NoError(t, err)
	}
}

// Who computes the chain again is found at the entry that they changed.
func TestVerifySeals_NamesTheEntryThatWasChanged(t *testing.T) {
	t.Parallel()
	for changed, want := range map[int64]string{
		0: "", // the chain comes out as it was
		1: "Entry 1 was changed after it was sealed.",
		2: "Entry 2 was changed after it was sealed.",
		4: "Entry 4 was changed after it was sealed.",
		5: "", // not sealed yet
	} {
		s, l, _ := sealedLog(t)
		forge(t, s, func(k *storedLink) {
			if k.Seq == changed {
				k.Entry = bytes.Replace(k.Entry, []byte(`"actor":{`), []byte(`"actor":{"email":"mallory@evil.example",`), 1)
			}
		})
		_, err := l.Verify(t.Context())
		require.NoError(t, err, "the chain alone shows nothing")
		v, err := l.VerifySeals(t.Context(), sealing("k"))
		require.NoError(t, err)
		assert.Equal(t, want, v.Problem, changed)
	}
}

// strip makes a seal as releases made it before entries had MACs of their own.
func strip(t *testing.T, s kv.Store, number int, resign bool) {
	t.Helper()
	at := kv.Key{Partition: "audit/seals", Sort: fmt.Sprintf("%016d", number)}
	it, err := s.Get(t.Context(), at)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(it.Value, &fields))
	delete(fields, "entries")
	if resign {
		made, err := time.Parse(time.RFC3339Nano, fields["at"].(string))
		require.NoError(t, err)
		fields["mac"], err = sealing("k").Sign(fmt.Appendf(nil, "ocim audit seal 1\n%.0f\n%.0f\n%s\n%s\n%s",
			fields["number"], fields["seq"], fields["hash"], made.UTC().Format(time.RFC3339Nano), fields["prev"]))
		require.NoError(t, err)
	}
	it.Value, err = json.Marshal(fields)
	require.NoError(t, err)
	_, err = s.Put(t.Context(), it, kv.Always)
	require.NoError(t, err)
}

func TestVerifySeals_KnowsEntriesFromBeforeMACs(t *testing.T) {
	t.Parallel()
	// The first seal is an old one; the second was made after an update.
	c := newClock()
	s := kvtest.OpenWithClock(t, c.Now)
	l := newLog(s, c)
	put := func(n int) {
		_, err := l.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "x", Sort: fmt.Sprint(n)}, Value: []byte("{}")}, kv.IfAbsent(), entry(n))
		require.NoError(t, err)
	}
	put(1)
	put(2)
	_, err := l.SealHead(t.Context(), sealing("k"))
	require.NoError(t, err)
	strip(t, s, 1, true)
	put(3)
	_, err = l.SealHead(t.Context(), sealing("k"))
	require.NoError(t, err)
	v, err := l.VerifySeals(t.Context(), sealing("k"))
	require.NoError(t, err)
	assert.Equal(t, audit.Verification{Entries: 3, Sealed: 3, BeforeMACs: 2, SealedAt: c.Now()}, v)

	// Taking the MACs out of a new seal does not make it an old one.
	strip(t, s, 2, false)
	v, err = l.VerifySeals(t.Context(), sealing("k"))
	require.NoError(t, err)
	assert.Contains(t, v.Problem, "Seal 2 is missing, was changed")
}

// reading counts the seals that are read, and runs something at one of the first queries.
type reading struct {
	kv.Store
	seals int
	later func()
}

func (r *reading) Get(ctx context.Context, key kv.Key, options ...kv.ReadOption) (kv.Item, error) {
	if key.Partition == "audit/seals" {
		r.seals++
	}
	return r.Store.Get(ctx, key, options...)
}

func (r *reading) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	page, err := r.Store.Query(ctx, q)
	if q.Partition == "audit/seals" {
		r.seals += len(page.Items)
	}
	if r.later != nil && !q.Reverse {
		run := r.later
		r.later = nil
		run()
	}
	return page, err
}

// A seal is large, so each is read once; which one is the newest takes one more.
func TestVerifySeals_ReadsEachSealOnce(t *testing.T) {
	t.Parallel()
	s, _, c := sealedLog(t)
	counted := &reading{Store: s}
	v, err := newLog(counted, c).VerifySeals(t.Context(), sealing("k"))
	require.NoError(t, err)
	assert.Equal(t, audit.Verification{Entries: 5, Sealed: 4, SealedAt: c.Now()}, v)
	assert.Equal(t, 2+1, counted.seals)
}

// What is written and sealed while the log is read is for the next verification.
func TestVerifySeals_WhileTheLogGrows(t *testing.T) {
	t.Parallel()
	s, l, c := sealedLog(t)
	grows := &reading{Store: s, later: func() {
		_, err := l.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "x", Sort: "late"}, Value: []byte("{}")}, kv.IfAbsent(), entry(6))
		require.NoError(t, err)
		_, err = l.SealHead(t.Context(), sealing("k"))
		require.NoError(t, err)
	}}
	v, err := newLog(grows, c).VerifySeals(t.Context(), sealing("k"))
	require.NoError(t, err)
	assert.Empty(t, v.Problem)
	assert.EqualValues(t, 4, v.Sealed)
}
