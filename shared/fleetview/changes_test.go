package fleetview

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestHead_KnowsWhatWasTouched(t *testing.T) {
	var h head
	h.bump("a", 3) // 1
	h.bump("b", 4) // 2
	h.touch("a")   // 3
	h.touch("*x")  // 4
	text, err := json.Marshal(h)
	require.NoError(t, err)
	var again head
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, h, again)

	assert.Equal(t, int64(4), h.Revision)
	assert.Equal(t, int64(2), h.Rows, "touching changes no row")
	ids, known := h.since(1)
	assert.True(t, known)
	assert.Equal(t, []string{"b"}, ids)
	assert.False(t, h.untouched("a", 2))
	assert.True(t, h.untouched("a", 3))
	assert.True(t, h.untouched("b", 2))
	assert.False(t, h.untouched("b", 1))
	assert.True(t, h.untouched("c", 0), "never touched")
	assert.False(t, h.untouched("", 3), "the whole fleet")
	assert.True(t, h.untouched("", 4))
	assert.False(t, h.untouched("a", 5), "of a later head")
	assert.Equal(t, int64(3), h.version("a"))
}

// A head that forgot a change says neither that a cluster changed nor that it did not.
func TestHead_ForgetsOldChanges(t *testing.T) {
	var h head
	h.bump("a", 1)
	for n := range maxRecent {
		h.touch(fmt.Sprintf("c%d", n))
	}
	assert.False(t, h.untouched("a", 0))
	assert.True(t, h.untouched("a", 1))
	_, known := h.since(0)
	assert.False(t, known, "rows of a changed")
	ids, known := h.since(1)
	assert.True(t, known, "touching has no row forgotten")
	assert.Empty(t, ids)
	h.touch("one more")
	assert.False(t, h.untouched("a", 1), "c0 was forgotten, too")
	assert.True(t, h.untouched("a", 2))
	_, known = h.since(1)
	assert.True(t, known)
}

// A release that does not know when records changed drops that from the head.
func TestHead_OfAReleaseWithoutRecords(t *testing.T) {
	var h head
	require.NoError(t, json.Unmarshal([]byte(`{"revision":9,"floor":2,"c":["a 1 7","b 4 3"]}`), &h))
	assert.Equal(t, int64(9), h.Rows)
	assert.False(t, h.untouched("a", 8))
	assert.False(t, h.untouched("c", 8))
	assert.True(t, h.untouched("c", 9))
}

// A head with forty changes of clusters with usual ids fits into one write unit.
func TestHead_StaysSmall(t *testing.T) {
	h := head{Revision: 50_000, Rows: 50_000, Floor: 49_000}
	for n := range 4 * maxRecent {
		if n%2 == 0 {
			h.bump(fmt.Sprintf("campus-%03d", n%50), int64(1000+n))
		} else {
			h.touch(fmt.Sprintf("campus-%03d", n%50))
		}
	}
	text, err := json.Marshal(h)
	require.NoError(t, err)
	t.Logf("%d bytes: %s", len(text), text)
	assert.LessOrEqual(t, len(text), 1024-60, "with the key and the names of attributes")
}

func TestGather_MakesOneWriteOfManyTouches(t *testing.T) {
	units := kvtest.NewUnits(kvtest.Open(t))
	s := NewSegments(units, activity.New(units, time.Now))
	require.NoError(t, s.ChangeChunk(t.Context(), "a", func(*fleet.Chunk) (*fleet.Chunk, error) { return &fleet.Chunk{Cluster: fleet.Cluster{ID: "a"}}, nil }))
	before, _, err := s.Changes(t.Context())
	require.NoError(t, err)

	ctx, publish := s.Gather(t.Context())
	inner, inside := s.Gather(ctx)
	require.NoError(t, s.Touch(inner, "a"))
	require.NoError(t, s.Touch(inner, "a"))
	require.NoError(t, inside())
	_, unchanged, err := s.Changes(t.Context())
	require.NoError(t, err)
	assert.True(t, unchanged("a", before), "it waits for the outer one")
	units.Take()
	require.NoError(t, publish())
	cost, _, _ := units.Take()
	assert.LessOrEqual(t, cost.Write, 1.0)
	_, unchanged, err = s.Changes(t.Context())
	require.NoError(t, err)
	assert.False(t, unchanged("a", before))

	ctx, publish = s.Gather(t.Context())
	require.NoError(t, s.Touch(ctx, "a"))
	require.NoError(t, s.ChangeRows(ctx, "a", nil, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Cluster.Name = strings.Repeat("n", 5)
		return c, nil
	}))
	units.Take()
	require.NoError(t, publish())
	cost, _, _ = units.Take()
	assert.Zero(t, cost.Calls, "the change of the rows made it known")
}

// What could not be made known stays to be.
func TestGather_KeepsWhatFailed(t *testing.T) {
	store := &failing{Store: kvtest.Open(t)}
	s := NewSegments(store, activity.New(store, time.Now))
	ctx, publish := s.Gather(t.Context())
	require.NoError(t, s.Touch(ctx, "a"))
	store.down = true
	require.Error(t, s.publisher.publish(ctx, "a", 1))
	require.Error(t, publish())
	store.down = false
	require.NoError(t, publish())
	_, unchanged, err := s.Changes(t.Context())
	require.NoError(t, err)
	assert.False(t, unchanged("a", 0))
}

type failing struct {
	kv.Store
	down bool
}

func (f *failing) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if f.down {
		return kv.Item{}, errors.New("down")
	}
	return f.Store.Put(ctx, item, cond)
}
