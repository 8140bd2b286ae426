package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time      { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) add(d time.Duration) { c.nanos.Add(int64(d)) }

var errDead = errors.New("the function died")

// mortal is a store that its function leaves after some writes. The last of
// them may be one that succeeds but is answered with an error.
type mortal struct {
	kv.Store
	left atomic.Int64
	lost bool
}

func (m *mortal) dies() (now, last bool) {
	n := m.left.Add(-1)
	return n < 0, n == 0
}

func (m *mortal) Put(ctx context.Context, it kv.Item, c kv.Condition) (kv.Item, error) {
	now, last := m.dies()
	if now {
		return kv.Item{}, errDead
	}
	out, err := m.Store.Put(ctx, it, c)
	if last && m.lost && err == nil {
		return kv.Item{}, errDead
	}
	return out, err
}

func (m *mortal) Delete(ctx context.Context, k kv.Key, c kv.Condition) error {
	if now, _ := m.dies(); now {
		return errDead
	}
	return m.Store.Delete(ctx, k, c)
}

func newLog(s kv.Store, c *clock) *audit.Log {
	return audit.New(s, c.Now, slog.New(slog.DiscardHandler))
}

type record struct {
	N     int         `json:"n"`
	Audit audit.Trail `json:"audit,omitempty"`
}

var key = kv.Key{Partition: "thing", Sort: "1"}

func item(t *testing.T, r record) kv.Item {
	t.Helper()
	raw, err := json.Marshal(r)
	require.NoError(t, err)
	return kv.Item{Key: key, Value: raw}
}

func entry(n int) audit.Entry {
	return audit.Entry{
		Actor: audit.Actor{UserID: "u1", Email: "ana@example.org", Address: "192.0.2.1"}, Action: "thing.changed", Target: "thing/1",
		Before: json.RawMessage(fmt.Sprint(n - 1)), After: json.RawMessage(fmt.Sprint(n)),
	}
}

// afters returns what the log says the thing became, the oldest first.
func afters(t *testing.T, l *audit.Log) []string {
	t.Helper()
	var out []string
	f := audit.Filter{Limit: 7}
	for {
		p, err := l.List(t.Context(), f)
		require.NoError(t, err)
		for _, e := range p.Entries {
			out = append([]string{string(e.After)}, out...)
		}
		if f.After = p.Next; f.After == "" {
			return out
		}
	}
}

func TestPut_StoresTheEntryInTheItemAndInTheLog(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := kvtest.OpenWithClock(t, c.Now)
	l := newLog(s, c)
	out, err := l.Put(t.Context(), item(t, record{N: 1}), kv.IfAbsent(), entry(1))
	require.NoError(t, err)
	assert.EqualValues(t, 1, out.Version)
	stored, err := s.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Equal(t, out, stored)
	var r record
	require.NoError(t, json.Unmarshal(stored.Value, &r))
	require.Len(t, r.Audit, 1)

	_, err = l.Put(t.Context(), item(t, record{N: 2}), kv.IfVersion(7), entry(2))
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	p, err := l.List(t.Context(), audit.Filter{})
	require.NoError(t, err)
	require.Len(t, p.Entries, 1, "what did not happen is not in the log")
	want := entry(1)
	want.ID, want.At = p.Entries[0].ID, c.Now()
	assert.Equal(t, want, p.Entries[0])
	assert.Equal(t, want, r.Audit[0])
	markers, err := s.Query(t.Context(), kv.Query{Partition: "audit/moving"})
	require.NoError(t, err)
	assert.Empty(t, markers.Items)
}

func TestPut_RefusesBadEntries(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := kvtest.OpenWithClock(t, c.Now)
	l := newLog(s, c)
	large := entry(1)
	large.After = json.RawMessage(`"` + strings.Repeat("x", audit.MaxEntry) + `"`)
	for name, x := range map[string]struct {
		value string
		entry audit.Entry
		kind  fault.Kind
	}{
		"no action": {`{}`, audit.Entry{Target: "thing/1"}, fault.Invalid},
		"no target": {`{}`, audit.Entry{Action: "x"}, fault.Invalid},
		"too large": {`{}`, large, fault.TooLarge},
		"a list":    {`[]`, entry(1), fault.Invalid},
		"null":      {`null`, entry(1), fault.Invalid},
		"no JSON":   {`x`, entry(1), fault.Invalid},
		"bad trail": {`{"audit":1}`, entry(1), fault.Invalid},
	} {
		_, err := l.Put(t.Context(), kv.Item{Key: key, Value: []byte(x.value)}, kv.Always, x.entry)
		require.Error(t, err, name)
		assert.Equal(t, x.kind, fault.KindOf(err), name)
	}
	_, err := s.Get(t.Context(), key)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}

// Whenever the function dies, the log says exactly what happened, once: after
// Repair, or as soon as the item is changed again.
func TestPut_NoEntryIsLostOrDoubledAfterACrash(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		for _, changedAgain := range []bool{false, true} {
			for writes := int64(0); writes < 9; writes++ {
				name := fmt.Sprintf("after %d writes, last answer lost %v, changed again %v", writes, lost, changedAgain)
				c := newClock()
				s := kvtest.OpenWithClock(t, c.Now)
				l := newLog(s, c)
				_, err := l.Put(t.Context(), item(t, record{N: 1}), kv.IfAbsent(), entry(1))
				require.NoError(t, err)
				dying := &mortal{Store: s, lost: lost}
				dying.left.Store(writes)
				_, _ = newLog(dying, c).Put(t.Context(), item(t, record{N: 2}), kv.IfVersion(1), entry(2))

				stored, err := s.Get(t.Context(), key)
				require.NoError(t, err)
				var r record
				require.NoError(t, json.Unmarshal(stored.Value, &r))
				want := []string{"1", "2"}[:r.N]
				if changedAgain {
					r.N = 3
					_, err = l.Put(t.Context(), item(t, r), kv.IfVersion(stored.Version), entry(3))
					require.NoError(t, err)
					want = append(want[:len(want):len(want)], "3")
				}
				c.add(audit.MarkerAge)
				for range 2 {
					_, err = l.Repair(t.Context())
					require.NoError(t, err)
				}
				assert.Equal(t, want, afters(t, l), name)
				n, err := l.Verify(t.Context())
				require.NoError(t, err)
				assert.EqualValues(t, len(want), n)
				markers, err := s.Query(t.Context(), kv.Query{Partition: "audit/moving"})
				require.NoError(t, err)
				if changedAgain || r.N == 2 { // else the writer may only sleep
					assert.Empty(t, markers.Items, name)
				}
			}
		}
	}
}

// asleep is the store of a process that is paused before its nth Put.
type asleep struct {
	kv.Store
	left          int
	reached, wake chan struct{}
}

func (a *asleep) Put(ctx context.Context, it kv.Item, c kv.Condition) (kv.Item, error) {
	if a.left--; a.left == 0 {
		close(a.reached)
		<-a.wake
	}
	return a.Store.Put(ctx, it, c)
}

// A writer sleeps at any of its writes, for days, while entries are repaired. Its change
// and its entry are both there when it wakes, or neither; also if it dies right after.
func TestPut_NoEntryIsLostHoweverLongItsWriterSleeps(t *testing.T) {
	t.Parallel()
	for _, cond := range []kv.Condition{kv.IfVersion(1), kv.Always} {
		for _, slept := range []time.Duration{3 * time.Minute, 30 * time.Hour, 100 * 24 * time.Hour} {
			for _, dies := range []bool{false, true} {
				for n := 1; n <= 3; n++ {
					name := fmt.Sprintf("before write %d for %s, dies %v", n, slept, dies)
					c := newClock()
					s := kvtest.OpenWithClock(t, c.Now)
					l := newLog(s, c)
					_, err := l.Put(t.Context(), item(t, record{N: 1}), kv.IfAbsent(), entry(1))
					require.NoError(t, err)
					dying := &mortal{Store: s}
					dying.left.Store(100)
					sleeper := &asleep{Store: dying, left: n, reached: make(chan struct{}), wake: make(chan struct{})}
					done := make(chan struct{})
					go func() {
						defer close(done)
						_, _ = newLog(sleeper, c).Put(t.Context(), item(t, record{N: 2}), cond, entry(2))
					}()
					<-sleeper.reached
					other := item(t, record{N: 9})
					other.Sort = "other"
					_, err = l.Put(t.Context(), other, kv.Always, entry(9))
					require.NoError(t, err)
					for range 4 {
						c.add(slept / 4)
						_, err = l.Repair(t.Context())
						require.NoError(t, err)
					}
					if dies {
						dying.left.Store(1)
					}
					close(sleeper.wake)
					<-done
					c.add(26 * time.Hour)
					for range 2 { // a process that began a while ago, and a new one
						_, err = l.Repair(t.Context())
						require.NoError(t, err)
						l = newLog(s, c)
					}
					stored, err := s.Get(t.Context(), key)
					require.NoError(t, err)
					var r record
					require.NoError(t, json.Unmarshal(stored.Value, &r))
					want := []string{"1", "2"}[:r.N]
					assert.ElementsMatch(t, append(want, "9"), afters(t, l), name)
				}
			}
		}
	}
}

func TestRepair_LeavesRunningWritesAlone(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := kvtest.OpenWithClock(t, c.Now)
	dying := &mortal{Store: s}
	dying.left.Store(2) // marker and item
	_, err := newLog(dying, c).Put(t.Context(), item(t, record{N: 1}), kv.IfAbsent(), entry(1))
	require.NoError(t, err, "the change is made, whatever becomes of the move")
	l := newLog(s, c)
	n, err := l.Repair(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n)
	c.add(audit.MarkerAge)
	n, err = l.Repair(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Equal(t, []string{"1"}, afters(t, l))
}

func TestLog_ConcurrentWritersAndRepairsMakeOneChain(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := kvtest.OpenWithClock(t, c.Now)
	for i := range 10 { // left behind
		dying := &mortal{Store: s}
		dying.left.Store(2)
		it := item(t, record{N: i})
		it.Sort = fmt.Sprintf("dead-%d", i)
		_, err := newLog(dying, c).Put(t.Context(), it, kv.IfAbsent(), entry(1000+i))
		require.NoError(t, err)
	}
	c.add(audit.MarkerAge)
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			it := item(t, record{N: i})
			it.Sort = fmt.Sprintf("live-%d", i)
			if _, err := newLog(s, c).Put(t.Context(), it, kv.IfAbsent(), entry(i)); err != nil {
				t.Error(err)
			}
		})
	}
	for range 4 {
		wg.Go(func() {
			if _, err := newLog(s, c).Repair(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	l := newLog(s, c)
	n, err := l.Verify(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 34, n)
	seen := map[string]int{}
	for _, a := range afters(t, l) {
		seen[a]++
	}
	assert.Len(t, seen, 34, "each once")
}

func TestVerify_FindsTampering(t *testing.T) {
	t.Parallel()
	link := func(n int) kv.Key { return kv.Key{Partition: "audit/log", Sort: fmt.Sprintf("%016d", n)} }
	for name, tamper := range map[string]func(t *testing.T, s kv.Store){
		"an entry was altered": func(t *testing.T, s kv.Store) {
			it, err := s.Get(t.Context(), link(2))
			require.NoError(t, err)
			it.Value = []byte(strings.Replace(string(it.Value), "ana@", "eve@", 1))
			_, err = s.Put(t.Context(), it, kv.Always)
			require.NoError(t, err)
		},
		"an entry was taken out": func(t *testing.T, s kv.Store) {
			require.NoError(t, s.Delete(t.Context(), link(2), kv.Always))
		},
		"two entries changed places": func(t *testing.T, s kv.Store) {
			a, err := s.Get(t.Context(), link(2))
			require.NoError(t, err)
			b, err := s.Get(t.Context(), link(3))
			require.NoError(t, err)
			a.Value, b.Value = b.Value, a.Value
			for _, it := range []kv.Item{a, b} {
				_, err = s.Put(t.Context(), it, kv.Always)
				require.NoError(t, err)
			}
		},
		// Each entry fits its own hash; only the predecessor's does not.
		"an entry was altered with its hash": func(t *testing.T, s kv.Store) {
			rehash(t, s, link(2), "ana@", "eve@")
		},
		"an entry was altered with its hash, and the next one points at it": func(t *testing.T, s kv.Store) {
			former, hash := rehash(t, s, link(2), "ana@", "eve@")
			it, err := s.Get(t.Context(), link(3))
			require.NoError(t, err)
			it.Value = []byte(strings.Replace(string(it.Value), former, hash, 1))
			_, err = s.Put(t.Context(), it, kv.Always)
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			s := kvtest.OpenWithClock(t, c.Now)
			l := newLog(s, c)
			for i := range 4 {
				_, err := l.Put(t.Context(), item(t, record{N: i}), kv.Always, entry(i))
				require.NoError(t, err)
			}
			_, err := l.Verify(t.Context())
			require.NoError(t, err)
			tamper(t, s)
			n, err := l.Verify(t.Context())
			assert.Equal(t, fault.Conflict, fault.KindOf(err))
			want := 1
			if strings.Contains(name, "with its hash") {
				want = 2 // the altered one
			}
			assert.EqualValues(t, want, n)
		})
	}
}

// rehash alters an entry of the log and gives it the hash that fits it. It returns the
// former hash and the new one.
func rehash(t *testing.T, s kv.Store, at kv.Key, from, to string) (former, hash string) {
	t.Helper()
	it, err := s.Get(t.Context(), at)
	require.NoError(t, err)
	var link struct {
		Seq   int64           `json:"seq"`
		Prev  string          `json:"prev"`
		Entry json.RawMessage `json:"entry"`
		Hash  string          `json:"hash"`
	}
	require.NoError(t, json.Unmarshal(it.Value, &link))
	former = link.Hash
	link.Entry = json.RawMessage(strings.Replace(string(link.Entry), from, to, 1))
	sum := sha256.Sum256(fmt.Appendf(nil, "ocim audit 1\n%d\n%s\n%s", link.Seq, link.Prev, link.Entry))
	link.Hash = hex.EncodeToString(sum[:])
	it.Value, err = json.Marshal(link)
	require.NoError(t, err)
	_, err = s.Put(t.Context(), it, kv.Always)
	require.NoError(t, err)
	return former, link.Hash
}

func TestList_Filters(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := newLog(kvtest.OpenWithClock(t, c.Now), c)
	for i, x := range []struct{ user, action, target string }{
		{"u1", "user.disabled", "user/7"}, {"u2", "user.role", "user/70"}, {"u1", "users.listed", "cluster/aws/instance/x"}, {"u1", "user.role", "user/7"},
	} {
		_, err := l.Put(t.Context(), item(t, record{N: i}), kv.Always, audit.Entry{Actor: audit.Actor{UserID: x.user}, Action: x.action, Target: x.target})
		require.NoError(t, err)
	}
	for name, x := range map[string]struct {
		f    audit.Filter
		want int
	}{
		"all":                {audit.Filter{}, 4},
		"by somebody":        {audit.Filter{UserID: "u1"}, 3},
		"a kind of action":   {audit.Filter{Action: "user"}, 3},
		"an action":          {audit.Filter{Action: "user.role"}, 2},
		"a target":           {audit.Filter{Target: "user/7"}, 2},
		"what is in a place": {audit.Filter{Target: "cluster/aws"}, 1},
		"nothing":            {audit.Filter{Target: "cluster/a"}, 0},
	} {
		p, err := l.List(t.Context(), x.f)
		require.NoError(t, err)
		assert.Len(t, p.Entries, x.want, name)
	}
	for _, bad := range []audit.Filter{{After: "0"}, {After: "99"}, {Limit: -1}, {Limit: 101}, {After: "nonsense"}} {
		_, err := l.List(t.Context(), bad)
		assert.Equal(t, fault.Invalid, fault.KindOf(err))
	}
}
