package fleetview_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/fleetview/fleetviewtest"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

var siteStates = []fleet.SiteState{fleet.SiteUp, fleet.SiteDegraded, fleet.SiteDown, fleet.SiteUnknown}

// plainFind is what Find means.
var plainFind = fleetviewtest.Find

// Few letters make terms match often, across the ends of words and of values.
var (
	word     = rapid.StringOfN(rapid.RuneFrom([]rune{'a', 'b', 'A', 'ß', 'İ', '.', '-'}), 0, 4, -1)
	settings = rapid.MapOfN(rapid.SampledFrom([]string{"K", "K.a", "K.b", "k", "LONG_KEY", "KK", "K.0", "K.1", "k.LONG_KEY", "k.a.K.2", "PLUGINS.0", "PLUGINS.1"}), rapid.OneOf(word, rapid.SampledFrom([]string{"true", "True", "FALSE", `a"b\`, "<a>"})), 0, 4)
	anyRow   = rapid.Custom(func(t *rapid.T) fleet.Row {
		i := fleet.Instance{
			Name:      "n" + word.Draw(t, "name"),
			Release:   rapid.SampledFrom([]string{"", "teak", "sumac"}).Draw(t, "release"),
			Lifecycle: rapid.SampledFrom(lifecycles).Draw(t, "lifecycle"),
			Health:    fleet.HealthState{State: rapid.SampledFrom(fleet.Healths()).Draw(t, "health")},
			ChangedAt: time.Unix(rapid.Int64Range(0, 3).Draw(t, "changed"), 0).UTC(),
		}
		if s := rapid.SampledFrom([]fleet.PipelineStatus{"", "failed", "success"}).Draw(t, "pipeline"); s != "" {
			i.Pipeline = &fleet.PipelineSummary{Status: s}
		}
		if rapid.Bool().Draw(t, "drifted") {
			i.Drift = &fleet.Drift{Reason: "x"}
		}
		if rapid.Bool().Draw(t, "broken") {
			i.Problems = []fleet.FileProblem{{File: "x"}}
		}
		if site := rapid.SampledFrom(append([]fleet.SiteState{""}, siteStates...)).Draw(t, "site"); site != "" {
			i.Site = &fleet.Site{State: site}
		}
		i.Tutor = rapid.SampledFrom([]string{"", "20", "21.0.8"}).Draw(t, "tutor")
		i.Annotation = anyAnnotation.Draw(t, "annotation")
		return fleet.Row{Instance: i, Settings: settings.Draw(t, "settings")}
	})
)

func drawChunk(t *rapid.T, id string) *fleet.Chunk {
	c := &fleet.Chunk{
		Cluster:  fleet.Cluster{ID: id, Provider: rapid.SampledFrom([]string{"", "aws", "do"}).Draw(t, "provider")},
		Settings: settings.Draw(t, "cluster settings"), Rows: []fleet.Row{},
	}
	c.Cluster.Annotation = anyAnnotation.Draw(t, "cluster annotation")
	for _, r := range rapid.SliceOfN(anyRow, 0, 8).Draw(t, "rows") {
		r.Instance.Cluster = id
		c.SetRow(r)
	}
	return c
}

var ids = []string{"c1", "c2", "c3", "c4"}

func drawFilter(t *rapid.T) fleet.Filter {
	f := fleet.Filter{
		Name: word.Draw(t, "part of name"), Broken: rapid.IntRange(0, 4).Draw(t, "broken") == 0,
		Clusters:   rapid.SliceOfN(rapid.SampledFrom(append(ids, "gone")), 0, 2).Draw(t, "clusters"),
		Providers:  rapid.SliceOfN(rapid.SampledFrom([]string{"", "aws", "do"}), 0, 2).Draw(t, "providers"),
		Releases:   rapid.SliceOfN(rapid.SampledFrom([]string{"", "teak", "none"}), 0, 2).Draw(t, "releases"),
		Lifecycles: rapid.SliceOfN(rapid.SampledFrom(lifecycles), 0, 2).Draw(t, "lifecycles"),
		Healths:    rapid.SliceOfN(rapid.SampledFrom(fleet.Healths()), 0, 3).Draw(t, "healths"),
		Pipelines:  rapid.SliceOfN(rapid.SampledFrom([]string{"none", "failed"}), 0, 1).Draw(t, "pipelines"),
		Drifts:     rapid.SliceOfN(rapid.Just(fleet.Drifted), 0, 1).Draw(t, "drifts"),
		Sites:      rapid.SliceOfN(rapid.SampledFrom(siteStates), 0, 1).Draw(t, "sites"),
		Tags:       rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 0, 1).Draw(t, "tags"),
		Plugins:    rapid.SliceOfN(word, 0, 1).Draw(t, "plugins"),
		Tutors:     rapid.SliceOfN(rapid.SampledFrom([]string{"20", "19"}), 0, 1).Draw(t, "tutors"),
	}
	if hidden := rapid.SampledFrom(append(ids, "")).Draw(t, "hidden"); hidden != "" {
		f.Visible = func(c string) bool { return c != hidden }
		f.Sight = rapid.SampledFrom([]string{"", "not " + hidden}).Draw(t, "sight")
	}
	for range rapid.IntRange(0, 2).Draw(t, "terms") {
		term := fleet.SettingTerm{Key: rapid.SampledFrom([]string{"", "K", "K.a", "k", "LONG"}).Draw(t, "key"), Value: word.Draw(t, "value")}
		if term.Key != "" {
			term.Op = rapid.SampledFrom([]string{"", "=", "~"}).Draw(t, "op")
		}
		f.Settings = append(f.Settings, term)
	}
	return f
}

func drawOrder(t *rapid.T) fleet.Order {
	return fleet.Order{
		By:         rapid.SampledFrom([]string{"", fleet.SortName, fleet.SortCluster, fleet.SortRelease, fleet.SortHealth, fleet.SortPipeline, fleet.SortChanged}).Draw(t, "by"),
		Descending: rapid.Bool().Draw(t, "descending"),
	}
}

// compareFind walks all pages of Find and holds them against the plain one.
func compareFind(t *rapid.T, snap *fleetview.Snapshot, chunks []*fleet.Chunk) {
	f, o := drawFilter(t), drawOrder(t)
	limit := rapid.IntRange(1, 9).Draw(t, "limit")
	want := plainFind(chunks, f, o)
	got := []fleet.Instance{}
	for after := ""; ; {
		page, err := snap.Find(f, o, after, limit)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Instances), limit)
		require.Equal(t, want.Total, page.Total)
		require.Equal(t, want.Facets, page.Facets)
		got = append(got, page.Instances...)
		if after = page.Next; after == "" {
			break
		}
	}
	require.Equal(t, want.Instances, got)
	compareColumns(t, snap, chunks)
	compareSuggestions(t, snap, chunks, f.Visible)
}

func TestFindMeansWhatThePlainOneDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var chunks []*fleet.Chunk
		for _, id := range ids {
			chunks = append(chunks, drawChunk(t, id))
		}
		snap := &fleetview.Snapshot{Chunks: chunks}
		for range 3 {
			compareFind(t, snap, chunks)
		}
	})
}

// Every text of few letters is looked for in every text of few letters.
func TestFindsTextsByTheirWords(t *testing.T) {
	texts := []string{""}
	for from := 0; len(texts) < 300; from++ {
		for _, letter := range []string{"a", "B", "."} {
			texts = append(texts, texts[from]+letter)
		}
	}
	chunk := &fleet.Chunk{Cluster: fleet.Cluster{ID: "c"}}
	for i, text := range texts {
		chunk.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "c", Name: fmt.Sprintf("n%03d", i)}, Settings: map[string]string{"K": text}})
	}
	snap := &fleetview.Snapshot{Chunks: []*fleet.Chunk{chunk}}
	for _, text := range texts[1:] {
		for _, f := range []fleet.Filter{{Settings: []fleet.SettingTerm{{Value: text}}}, {Settings: []fleet.SettingTerm{{Key: "K", Op: "~", Value: text}}}} {
			page, err := snap.Find(f, fleet.Order{}, "", 1)
			require.NoError(t, err)
			require.Equal(t, plainFind(snap.Chunks, f, fleet.Order{}).Total, page.Total, text)
		}
	}
}

// A replica that follows changes finds the same as one that reads all again.
func TestReplicaFindsTheSameAfterChanges(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newSegments(kvtest.Open(t))
		replica := fleetview.NewReplica(s)
		// Against so many rows a change is small, and orders are carried along.
		state := map[string]*fleet.Chunk{"c0": {Cluster: fleet.Cluster{ID: "c0"}}}
		for i := range 60 {
			state["c0"].SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "c0", Name: fmt.Sprintf("n%c%d", 'a'+i%7, i), Health: fleet.HealthState{State: fleet.Unknown}}})
		}
		require.NoError(rt, s.ChangeChunk(context.Background(), "c0", func(*fleet.Chunk) (*fleet.Chunk, error) { return state["c0"], nil }))
		var before *fleetview.Snapshot
		var beforeState []*fleet.Chunk
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			for range rapid.IntRange(1, 2).Draw(rt, "changes") {
				change(rt, s, state)
			}
			snap, err := replica.Snapshot(context.Background())
			require.NoError(rt, err)
			chunks := slices.SortedFunc(maps.Values(state), func(a, b *fleet.Chunk) int { return cmp.Compare(a.Cluster.ID, b.Cluster.ID) })
			for range 3 {
				compareFind(rt, snap, chunks)
			}
			if before != nil {
				compareFind(rt, before, beforeState)
			}
			before, beforeState = snap, chunks
		}
	})
}

// Orders that are carried along through many changes stay right.
func TestOrdersThroughManyChanges(t *testing.T) {
	s := newSegments(kvtest.Open(t))
	replica := fleetview.NewReplica(s)
	state := &fleet.Chunk{Cluster: fleet.Cluster{ID: "c"}}
	instance := func(n, changed int) fleet.Row {
		return fleet.Row{Instance: fleet.Instance{
			Cluster: "c", Name: fmt.Sprintf("n%04d", n), ChangedAt: time.Unix(int64(changed), 0).UTC(), Health: fleet.HealthState{State: fleet.Unknown},
		}}
	}
	for n := range 1200 {
		state.SetRow(instance(n, n%7))
	}
	var orders []fleet.Order
	for _, by := range []string{fleet.SortName, fleet.SortChanged} {
		orders = append(orders, fleet.Order{By: by}, fleet.Order{By: by, Descending: true})
	}
	for step := range 61 {
		for n := range 8 {
			state.SetRow(instance(n*150+step*17%150, step))                                            // moves to an end of what changed when
			state.SetRow(instance(5000+step*8+n, 3))                                                   // comes in at the end of the names, amid the changes
			state.Rows = slices.Delete(state.Rows, step*11%len(state.Rows), step*11%len(state.Rows)+1) // leaves
		}
		next := *state
		require.NoError(t, s.ChangeChunk(t.Context(), "c", func(*fleet.Chunk) (*fleet.Chunk, error) { return &next, nil }))
		snap, err := replica.Snapshot(t.Context())
		require.NoError(t, err)
		for _, o := range orders {
			page, err := snap.Find(fleet.Filter{}, o, "", 20)
			require.NoError(t, err)
			if step%30 > 0 {
				continue
			}
			want := plainFind([]*fleet.Chunk{state}, fleet.Filter{}, o)
			got := page.Instances
			for page.Next != "" {
				page, err = snap.Find(fleet.Filter{}, o, page.Next, 200)
				require.NoError(t, err)
				got = append(got, page.Instances...)
			}
			require.Equal(t, want.Instances, got)
		}
	}
}

// change removes a cluster, replaces it, or changes one of its rows.
func change(t *rapid.T, s *fleetview.Segments, state map[string]*fleet.Chunk) {
	id := rapid.SampledFrom(ids).Draw(t, "changed cluster")
	next := drawChunk(t, id)
	switch what := rapid.IntRange(0, 4).Draw(t, "change"); {
	case what == 0:
		delete(state, id)
		require.NoError(t, s.RemoveChunk(context.Background(), id))
		return
	case what > 1 && state[id] != nil:
		kept := *state[id]
		kept.Rows = slices.Clone(kept.Rows)
		for _, r := range next.Rows[:min(1, len(next.Rows))] {
			kept.SetRow(r)
		}
		next = &kept
	}
	require.NoError(t, s.ChangeChunk(context.Background(), id, func(*fleet.Chunk) (*fleet.Chunk, error) { return next, nil }))
	state[id] = next
}

func TestFacetsShowTheCommonestChoices(t *testing.T) {
	snap := &fleetview.Snapshot{}
	for n := range 150 {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: fmt.Sprintf("c%03d", n)}}
		for i := range 1 + n%3 {
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: c.Cluster.ID, Name: fmt.Sprint(i)}})
		}
		snap.Chunks = append(snap.Chunks, c)
	}
	page, err := snap.Find(fleet.Filter{Clusters: []string{"c000", "c002"}}, fleet.Order{}, "", 1)
	require.NoError(t, err)
	assert.Len(t, page.Facets.Clusters, fleet.MaxChoices+1)
	assert.Equal(t, 1, page.Facets.Clusters["c000"], "chosen, though small")
	assert.Equal(t, 3, page.Facets.Clusters["c149"])
}

// Requests go on in former snapshots while the index they share grows.
func TestFindWhileTheFleetChanges(t *testing.T) {
	s := newSegments(kvtest.Open(t))
	replica := fleetview.NewReplica(s)
	addCluster(t, s, "c", "n00", "n01")
	first, err := replica.Snapshot(t.Context())
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range 60 {
				page, err := first.Find(fleet.Filter{Name: fmt.Sprintf("n%02d", n)}, fleet.Order{By: fleet.SortHealth}, "", 10)
				assert.NoError(t, err)
				assert.Equal(t, n < 2, page.Total == 1, "what came later is not in it")
				snap, err := replica.Snapshot(t.Context())
				assert.NoError(t, err)
				page, err = snap.Find(fleet.Filter{Name: "n"}, fleet.Order{}, "", 200)
				assert.NoError(t, err)
				assert.Len(t, page.Instances, page.Total)
			}
		})
	}
	done := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				assert.Nil(t, first.Values("c", "none", []string{"K"}))
			}
		}
	})
	for n := range 60 {
		require.NoError(t, s.ChangeChunk(t.Context(), "c", func(c *fleet.Chunk) (*fleet.Chunk, error) {
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "c", Name: fmt.Sprintf("n%02d", n+2)}})
			return c, nil
		}))
	}
	_, err = replica.Snapshot(t.Context())
	require.NoError(t, err)
	close(done)
	wg.Wait()
}

// A filter that looks into settings misses none of a fleet that was just read, also while
// views follow each other.
func TestFind_WaitsForTheSettings(t *testing.T) {
	s := newSegments(kvtest.Open(t))
	row := func(n int) fleet.Row {
		return fleet.Row{Instance: fleet.Instance{Cluster: "c", Name: fmt.Sprintf("n%04d", n)}, Settings: map[string]string{"HOST": fmt.Sprintf("h%04d.example.org", n), "K": "v"}}
	}
	c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "c"}}
	for n := range 600 {
		c.Rows = append(c.Rows, row(n))
	}
	require.NoError(t, s.ChangeChunk(t.Context(), "c", func(*fleet.Chunk) (*fleet.Chunk, error) { return c, nil }))
	find := func(snap *fleetview.Snapshot, f fleet.Filter, want int) {
		page, err := snap.Find(f, fleet.Order{}, "", 10)
		assert.NoError(t, err)
		assert.Equal(t, want, page.Total, f)
	}
	for range 5 {
		replica := fleetview.NewReplica(s)
		var wg sync.WaitGroup
		for n := range 4 {
			wg.Go(func() {
				snap, err := replica.Snapshot(t.Context())
				assert.NoError(t, err)
				find(snap, fleet.Filter{}, 600)
				switch n {
				case 0:
					find(snap, fleet.Filter{Settings: setting(t, "K=v")}, 600)
				case 1:
					find(snap, fleet.Filter{Name: "n059"}, 10)
				case 2:
					assert.Equal(t, map[string]string{"HOST": "h0599.example.org"}, snap.Values("c", "n0599", []string{"HOST"}))
					assert.Equal(t, []fleet.Suggestion{{Text: "K", Instances: 600}}, snap.Suggest(nil, "", "k", 2))
				case 3:
					find(snap, fleet.Filter{Settings: setting(t, "h0599.example")}, 1)
				}
			})
		}
		require.NoError(t, s.ChangeRows(t.Context(), "c", []string{"n0003"}, func(c *fleet.Chunk) (*fleet.Chunk, error) {
			next := row(3)
			next.Settings["K"] = "v"
			next.Instance.Description += "x" + c.Row("n0003").Instance.Description
			c.SetRow(next)
			return c, nil
		}))
		snap, err := replica.Snapshot(t.Context())
		require.NoError(t, err)
		find(snap, fleet.Filter{Settings: setting(t, "HOST~h0003")}, 1)
		wg.Wait()
	}
}

var lifecycles = []fleet.Lifecycle{fleet.Pending, fleet.Active, fleet.Archived, fleet.Deleted}
