package fleetview_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// usualRow is a row as large as they usually are.
func usualRow(n int) fleet.Row {
	name := fmt.Sprintf("instance-%04d", n)
	return fleet.Row{
		Digest: fmt.Sprintf("%024x", n*7919),
		Instance: fleet.Instance{
			Cluster: "campus", Name: name, Description: "Open edX at " + name, Lifecycle: fleet.Active, Release: fmt.Sprintf("teak.%d", n%3),
			LMSURL: "https://" + name + ".example.org", StudioURL: "https://studio." + name + ".example.org", MFEURL: "https://apps." + name + ".example.org",
			Health:   fleet.HealthState{State: fleet.Healthy, At: noon},
			Pipeline: &fleet.PipelineSummary{ID: int64(n), Status: fleet.StatusSuccess, Operation: fleet.Update, WebURL: fmt.Sprintf("https://gitlab.example.org/grove/campus/-/pipelines/%d", n), UpdatedAt: noon},
		},
		Settings: map[string]string{"LMS_HOST": name + ".example.org", "PLATFORM_NAME": "Open edX at " + name, "TUTOR_VERSION": "v20.0.1", "RUN_ARM64": "false", "S3_BUCKET": name},
	}
}

func fill(t testing.TB, s *fleetview.Segments, rows int) {
	t.Helper()
	require.NoError(t, s.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Name: "campus", Provider: "aws", Lifecycle: fleet.Active}, Settings: map[string]string{"REGION": "eu-1"}}
		for n := range rows {
			c.SetRow(usualRow(n))
		}
		return c, nil
	}))
}

// changeRow is what an event does.
func changeRow(t testing.TB, s *fleetview.Segments, n int, status fleet.PipelineStatus) {
	t.Helper()
	name := usualRow(n).Instance.Name
	require.NoError(t, s.ChangeRows(t.Context(), "campus", []string{name}, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		p := *c.Row(name).Instance.Pipeline
		p.Status = status
		c.Row(name).Instance.Pipeline, c.Cluster.Pipeline = &p, &p
		return c, nil
	}))
}

// A change costs a row, not a cluster.
func TestChangeRows_CostsTheSameInLargeClusters(t *testing.T) {
	for _, size := range []int{20, 1000, 5000 / fleettest.Step} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			units := kvtest.NewUnits(kvtest.Open(t))
			s := newSegments(units)
			fill(t, s, size)
			replica := fleetview.NewReplica(s)
			_, err := replica.Snapshot(t.Context())
			require.NoError(t, err)
			units.Take()
			const changes = 20
			for n := range changes {
				changeRow(t, s, n*size/changes, fleet.StatusRunning)
			}
			cost, _, _ := units.Take()
			t.Logf("%d instances: a change costs %.1f WCU, %.1f RCU, %.1f calls", size, cost.Write/changes, cost.Read/changes, float64(cost.Calls)/changes)
			assert.LessOrEqual(t, cost.Write/changes, 6.0)
			assert.LessOrEqual(t, cost.Read/changes, 8.0)

			_, err = replica.Snapshot(t.Context())
			require.NoError(t, err)
			changeRow(t, s, 1, fleet.StatusFailed)
			units.Take()
			snap, err := replica.Snapshot(t.Context())
			require.NoError(t, err)
			cost, _, _ = units.Take()
			assert.LessOrEqual(t, cost.Read, 4.0, "a replica reads the head, the facts and one segment")
			assert.Equal(t, fleet.StatusFailed, snap.Chunk("campus").Row(usualRow(1).Instance.Name).Instance.Pipeline.Status)

			units.Take()
			changeRow(t, s, 1, fleet.StatusFailed)
			cost, _, _ = units.Take()
			assert.Zero(t, cost.Write, "what changes nothing writes nothing")
		})
	}
}

// Clusters that grow move to more segments, and all rows stay.
func TestSegments_KeepRowsWhileTheClusterGrows(t *testing.T) {
	s := newSegments(kvtest.Open(t))
	replica := fleetview.NewReplica(s)
	fill(t, s, 3)
	size := 3
	check := func() {
		t.Helper()
		snap, err := replica.Snapshot(t.Context())
		require.NoError(t, err)
		fresh, err := fleetview.NewReplica(s).Snapshot(t.Context())
		require.NoError(t, err)
		stored, err := s.Chunk(t.Context(), "campus")
		require.NoError(t, err)
		for _, c := range []*fleet.Chunk{snap.Chunk("campus"), fresh.Chunk("campus"), stored} {
			require.Len(t, c.Rows, size)
			assert.Equal(t, size, c.Cluster.Instances)
			assert.True(t, slices.IsSortedFunc(c.Rows, func(a, b fleet.Row) int { return bytes.Compare([]byte(a.Instance.Name), []byte(b.Instance.Name)) }))
		}
		assert.Equal(t, map[string]string{"REGION": "eu-1"}, stored.Settings)
		page, err := snap.Find(fleet.Filter{Settings: []fleet.SettingTerm{{Key: "REGION", Op: "=", Value: "eu-1"}}}, fleet.Order{}, "", 1)
		require.NoError(t, err)
		assert.Equal(t, size, page.Total)
	}
	check()
	for size < 200 { // one by one, as operations add them
		row := usualRow(size)
		require.NoError(t, s.ChangeRows(t.Context(), "campus", []string{row.Instance.Name}, func(c *fleet.Chunk) (*fleet.Chunk, error) {
			c.SetRow(row)
			return c, nil
		}))
		size++
	}
	check()
	for _, size = range []int{700, 2500, 40, 0, 5} { // as a sync reads them
		fill(t, s, size)
		check()
	}
	require.NoError(t, s.RemoveChunk(t.Context(), "campus"))
	fill(t, s, 5) // versions begin again, and the replica must not take them for the former ones
	changeRow(t, s, 1, fleet.StatusFailed)
	check()
	snap, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	assert.Equal(t, fleet.StatusFailed, snap.Chunk("campus").Rows[1].Instance.Pipeline.Status)
}

// formerChunk is a cluster in one item, as releases before 2026-12 stored it.
func formerChunk(t *testing.T, rows int) []byte {
	t.Helper()
	var lines bytes.Buffer
	w := json.NewEncoder(&lines)
	require.NoError(t, w.Encode(map[string]any{
		"cluster": fleet.Cluster{ID: "campus", Name: "campus", Provider: "aws", Instances: rows}, "settings": map[string]string{"REGION": "eu-1"}, "fence": 7,
	}))
	for n := range rows {
		require.NoError(t, w.Encode(usualRow(n)))
	}
	zip, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return zip.EncodeAll(lines.Bytes(), nil)
}

func TestSegments_ReadWhatFormerReleasesStored(t *testing.T) {
	store := kvtest.Open(t)
	_, err := store.Put(t.Context(), kv.Item{Key: keyOf("chunk", "campus"), Value: formerChunk(t, 100)}, kv.Always)
	require.NoError(t, err)
	_, err = store.Put(t.Context(), kv.Item{Key: keyOf("fleet", "head"), Value: []byte(`{"revision":3,"recent":[{"c":"campus","r":3}]}`)}, kv.Always)
	require.NoError(t, err)
	s := newSegments(store)
	replica, cache := fleetview.NewReplica(s), fleetview.NewChunkCache(s)
	check := func(status fleet.PipelineStatus) {
		t.Helper()
		c, err := s.Chunk(t.Context(), "campus")
		require.NoError(t, err)
		require.Len(t, c.Rows, 100)
		assert.Equal(t, int64(7), c.Fence)
		assert.Equal(t, "eu-1", c.Settings["REGION"])
		snap, err := replica.Snapshot(t.Context())
		require.NoError(t, err)
		require.Len(t, snap.Chunk("campus").Rows, 100)
		one, err := cache.Chunk(t.Context(), "campus", usualRow(5).Instance.Name)
		require.NoError(t, err)
		assert.Equal(t, status, one.Row(usualRow(5).Instance.Name).Instance.Pipeline.Status)
		assert.Equal(t, status, snap.Chunk("campus").Rows[5].Instance.Pipeline.Status)
	}
	check(fleet.StatusSuccess)
	changeRow(t, s, 5, fleet.StatusRunning)
	_, err = store.Get(t.Context(), keyOf("chunk", "campus"))
	assert.True(t, fault.Is(err, fault.NotFound), "the first change moves the cluster")
	check(fleet.StatusRunning)
}

// dying is a store whose process dies before its n-th write.
type dying struct {
	kv.Store
	left atomic.Int64
}

var errDied = errors.New("the process died")

func (d *dying) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if d.left.Add(-1) < 0 {
		return kv.Item{}, errDied
	}
	return d.Store.Put(ctx, item, cond)
}

func (d *dying) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	if d.left.Add(-1) < 0 {
		return errDied
	}
	return d.Store.Delete(ctx, key, cond)
}

// A process that dies at any write of a change leaves a cluster that can be read, and
// a repetition of the change completes it.
func TestSegments_SurviveADeathAtEachWrite(t *testing.T) {
	grow := func(t *testing.T, s *fleetview.Segments) error {
		return s.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
			for n := range 150 {
				c.SetRow(usualRow(n))
			}
			return c, nil
		})
	}
	starts := map[string]func(t *testing.T, store kv.Store){
		"from one segment": func(t *testing.T, store kv.Store) { fill(t, newSegments(store), 3) },
		"from one item": func(t *testing.T, store kv.Store) {
			_, err := store.Put(t.Context(), kv.Item{Key: keyOf("chunk", "campus"), Value: formerChunk(t, 3)}, kv.Always)
			require.NoError(t, err)
		},
	}
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			for death := 0; ; death += fleettest.Step {
				store := kvtest.Open(t)
				start(t, store)
				err := grow(t, newSegments(dyingAfter(store, death)))
				s := newSegments(store)
				c, readErr := s.Chunk(t.Context(), "campus")
				require.NoError(t, readErr, "death at write %d", death)
				require.Contains(t, []int{3, 150}, len(c.Rows), "all or nothing is valid")
				if err == nil {
					require.Greater(t, death, 5)
					return
				}
				require.NoError(t, grow(t, s))
				version, err := s.Version(t.Context(), "campus")
				require.NoError(t, err)
				require.NoError(t, s.Publish(t.Context(), "campus", version), "as each sync does")
				c, err = s.Chunk(t.Context(), "campus")
				require.NoError(t, err)
				require.Len(t, c.Rows, 150)
				snap, err := fleetview.NewReplica(s).Snapshot(t.Context())
				require.NoError(t, err)
				require.Len(t, snap.Chunk("campus").Rows, 150)
			}
		})
	}
}

func TestChangeRows_LosesNoConcurrentChange(t *testing.T) {
	store := kvtest.Open(t)
	fill(t, newSegments(store), 60)
	var wg sync.WaitGroup
	for n := range 12 {
		s := newSegments(store) // as in another process
		wg.Go(func() {
			if n%4 == 0 {
				assert.NoError(t, s.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
					for k := range 60 { // makes the cluster move to another layout
						c.SetRow(usualRow(1000*(n+1) + k))
					}
					return c, nil
				}))
				return
			}
			changeRow(t, s, n*5, fleet.StatusFailed)
		})
	}
	wg.Wait()
	c, err := newSegments(store).Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, 60+3*60, len(c.Rows))
	for n := range 12 {
		if n%4 != 0 {
			assert.Equal(t, fleet.StatusFailed, c.Row(usualRow(n*5).Instance.Name).Instance.Pipeline.Status, n)
		}
	}
	assert.Equal(t, 240, c.Cluster.Instances)
}

// overtaken lets another writer change the facts before they are first written.
type overtaken struct {
	kv.Store
	once sync.Once
	by   func()
}

func (o *overtaken) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if item.Sort == "facts" {
		o.once.Do(o.by)
	}
	return o.Store.Put(ctx, item, cond)
}

func TestChangeChunk_LeavesNothingWhenItIsFenced(t *testing.T) {
	store := kvtest.Open(t)
	other := newSegments(store)
	fill(t, other, 5)
	fenced := errors.New("fenced")
	s := newSegments(&overtaken{Store: store, by: func() {
		assert.NoError(t, other.ChangeRows(t.Context(), "campus", nil, func(c *fleet.Chunk) (*fleet.Chunk, error) {
			c.Cluster.Region = "elsewhere"
			return c, nil
		}))
	}})
	calls := 0
	err := s.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		if calls++; calls > 1 {
			return nil, fenced
		}
		c.Rows[2].Instance.Theme = "stale"
		return c, nil
	})
	require.ErrorIs(t, err, fenced)
	c, err := other.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, "elsewhere", c.Cluster.Region)
	assert.Empty(t, c.Rows[2].Instance.Theme)
	snap, err := fleetview.NewReplica(other).Snapshot(t.Context())
	require.NoError(t, err)
	assert.Empty(t, snap.Chunk("campus").Rows[2].Instance.Theme)
}

func dyingAfter(store kv.Store, writes int) *dying {
	d := &dying{Store: store}
	d.left.Store(int64(writes))
	return d
}
