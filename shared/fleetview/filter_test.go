package fleetview_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv"
)

func keyOf(partition, sort string) kv.Key { return kv.Key{Partition: partition, Sort: sort} }

// small is a fleet of two clusters in which every filter separates instances.
func small() *fleetview.Snapshot {
	row := func(cluster, name string, change func(*fleet.Row)) fleet.Row {
		r := fleet.Row{
			Instance: fleet.Instance{
				Cluster: cluster, Name: name, Lifecycle: fleet.Active, Release: "teak",
				Health: fleet.HealthState{State: fleet.Healthy}, ChangedAt: noon,
			},
			Settings: map[string]string{"LMS_HOST": name + ".example.org", "PLUGINS.0": "mfe"},
		}
		if change != nil {
			change(&r)
		}
		return r
	}
	aws := &fleet.Chunk{Cluster: fleet.Cluster{ID: "aws-1", Provider: "aws"}, Settings: map[string]string{"TF_VAR_region": "eu-west-1"}}
	aws.SetRow(row("aws-1", "alpha", nil))
	aws.SetRow(row("aws-1", "beta", func(r *fleet.Row) {
		r.Instance.Pipeline = &fleet.PipelineSummary{Status: fleet.StatusFailed}
		r.Instance.Health.State = fleet.Degraded
		r.Instance.ChangedAt = noon.Add(time.Hour)
	}))
	do := &fleet.Chunk{Cluster: fleet.Cluster{ID: "do-1", Provider: "digitalocean"}}
	do.SetRow(row("do-1", "alpha", func(r *fleet.Row) { r.Instance.Release = "sumac"; r.Instance.Lifecycle = fleet.Archived }))
	do.SetRow(row("do-1", "gamma", func(r *fleet.Row) { r.Instance.Problems = []fleet.FileProblem{{File: "x"}} }))
	return &fleetview.Snapshot{Revision: 3, Chunks: []*fleet.Chunk{aws, do}}
}

func names(p fleet.InstancePage) []string {
	out := []string{}
	for _, i := range p.Instances {
		out = append(out, i.Cluster+"/"+i.Name)
	}
	return out
}

func setting(t *testing.T, s string) []fleet.SettingTerm {
	t.Helper()
	term, err := fleet.ParseSetting(s)
	require.NoError(t, err)
	return []fleet.SettingTerm{term}
}

func TestFind(t *testing.T) {
	all := []string{"aws-1/alpha", "do-1/alpha", "aws-1/beta", "do-1/gamma"}
	tests := map[string]struct {
		filter fleet.Filter
		want   []string
	}{
		"all":              {fleet.Filter{}, all},
		"name, any case":   {fleet.Filter{Name: "ALPH"}, all[:2]},
		"cluster":          {fleet.Filter{Clusters: []string{"do-1"}}, []string{"do-1/alpha", "do-1/gamma"}},
		"provider":         {fleet.Filter{Providers: []string{"aws"}}, []string{"aws-1/alpha", "aws-1/beta"}},
		"alternatives":     {fleet.Filter{Providers: []string{"aws", "digitalocean"}}, all},
		"release":          {fleet.Filter{Releases: []string{"sumac"}}, []string{"do-1/alpha"}},
		"lifecycle":        {fleet.Filter{Lifecycles: []fleet.Lifecycle{fleet.Archived}}, []string{"do-1/alpha"}},
		"health":           {fleet.Filter{Healths: []fleet.Health{fleet.Degraded}}, []string{"aws-1/beta"}},
		"pipeline":         {fleet.Filter{Pipelines: []string{"failed"}}, []string{"aws-1/beta"}},
		"no pipeline":      {fleet.Filter{Pipelines: []string{"none"}, Providers: []string{"aws"}}, []string{"aws-1/alpha"}},
		"problems":         {fleet.Filter{Broken: true}, []string{"do-1/gamma"}},
		"what may be seen": {fleet.Filter{Visible: func(c string) bool { return c == "aws-1" }}, []string{"aws-1/alpha", "aws-1/beta"}},
		"both must hold":   {fleet.Filter{Name: "alpha", Providers: []string{"aws"}}, []string{"aws-1/alpha"}},
		"nothing":          {fleet.Filter{Name: "nobody"}, []string{}},
		"key is set":       {fleet.Filter{Settings: setting(t, "LMS_HOST")}, all},
		"key of a list":    {fleet.Filter{Settings: setting(t, "PLUGINS")}, all},
		"key = value":      {fleet.Filter{Settings: setting(t, "LMS_HOST=beta.example.org")}, []string{"aws-1/beta"}},
		"key = part":       {fleet.Filter{Settings: setting(t, "LMS_HOST=beta")}, []string{}},
		"key ~ part":       {fleet.Filter{Settings: setting(t, "LMS_HOST~BETA")}, []string{"aws-1/beta"}},
		"free text":        {fleet.Filter{Settings: setting(t, "gamma.example")}, []string{"do-1/gamma"}},
		"cluster's key":    {fleet.Filter{Settings: setting(t, "TF_VAR_region=eu-west-1")}, []string{"aws-1/alpha", "aws-1/beta"}},
		"unknown key":      {fleet.Filter{Settings: setting(t, "NO_SUCH_KEY")}, []string{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			page, err := small().Find(tt.filter, fleet.Order{}, "", 10)
			require.NoError(t, err)
			assert.Equal(t, tt.want, names(page))
			assert.Equal(t, len(tt.want), page.Total)
			assert.Empty(t, page.Next)
		})
	}
}

func TestFacetsCountWhatAChoiceWouldShow(t *testing.T) {
	page, err := small().Find(fleet.Filter{Providers: []string{"aws"}}, fleet.Order{}, "", 10)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"aws": 2, "digitalocean": 2}, page.Facets.Providers, "its own filter does not count")
	assert.Equal(t, map[string]int{"active": 2}, page.Facets.Lifecycles)
	assert.Equal(t, map[string]int{"none": 1, "failed": 1}, page.Facets.Pipelines)

	page, err = small().Find(fleet.Filter{Providers: []string{"aws"}, Releases: []string{"sumac"}}, fleet.Order{}, "", 10)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"digitalocean": 1}, page.Facets.Providers)
	assert.Equal(t, map[string]int{"teak": 2}, page.Facets.Releases)
	assert.Empty(t, page.Facets.Clusters, "two filters exclude every instance")
}

func TestOrders(t *testing.T) {
	tests := []struct {
		order fleet.Order
		first string
	}{
		{fleet.Order{}, "aws-1/alpha"},
		{fleet.Order{Descending: true}, "do-1/gamma"},
		{fleet.Order{By: fleet.SortHealth}, "aws-1/beta"},
		{fleet.Order{By: fleet.SortChanged, Descending: true}, "aws-1/beta"},
		{fleet.Order{By: fleet.SortRelease}, "do-1/alpha"},
		{fleet.Order{By: fleet.SortPipeline, Descending: true}, "aws-1/beta"},
		{fleet.Order{By: fleet.SortCluster, Descending: true}, "do-1/alpha"},
	}
	for _, tt := range tests {
		page, err := small().Find(fleet.Filter{}, tt.order, "", 1)
		require.NoError(t, err)
		assert.Equal(t, tt.first, names(page)[0], "%+v", tt.order)
	}
}

func TestPagesHoldEveryInstanceOnce(t *testing.T) {
	chunk := &fleet.Chunk{Cluster: fleet.Cluster{ID: "c"}}
	for i := range 57 {
		chunk.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "c", Name: fmt.Sprintf("i%02d", i), Release: fmt.Sprint(i % 3)}})
	}
	snap := &fleetview.Snapshot{Chunks: []*fleet.Chunk{chunk}}
	for _, order := range []fleet.Order{{}, {Descending: true}, {By: fleet.SortRelease}, {By: fleet.SortRelease, Descending: true}} {
		seen := map[string]int{}
		after, pages := "", 0
		for {
			page, err := snap.Find(fleet.Filter{}, order, after, 10)
			require.NoError(t, err)
			for _, i := range page.Instances {
				seen[i.Name]++
			}
			pages++
			if after = page.Next; after == "" {
				break
			}
		}
		assert.Len(t, seen, 57, "%+v", order)
		assert.Equal(t, 6, pages)
		for name, n := range seen {
			assert.Equal(t, 1, n, name)
		}
	}
}

func TestForeignCursor(t *testing.T) {
	for _, cursor := range []string{"x", "!!", "e30", "bnVsbA"} {
		_, err := small().Find(fleet.Filter{}, fleet.Order{}, cursor, 10)
		assert.True(t, fault.Is(err, fault.Invalid), cursor)
	}
}

func BenchmarkFind(b *testing.B) {
	for _, size := range []int{1_000, 10_000, 100_000} {
		snap := big(size)
		b.Run(fmt.Sprintf("instances=%d", size), func(b *testing.B) {
			if _, err := snap.Find(fleet.Filter{}, fleet.Order{}, "", 50); err != nil { // makes the index
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := snap.Find(fleet.Filter{}, fleet.Order{}, "", 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func big(size int) *fleetview.Snapshot {
	snap := &fleetview.Snapshot{Revision: 1}
	for c := range size / 20 {
		chunk := &fleet.Chunk{Cluster: fleet.Cluster{ID: fmt.Sprintf("cluster-%05d", c), Provider: []string{"aws", "digitalocean"}[c%2]}}
		for i := range 20 {
			chunk.SetRow(fleet.Row{Instance: fleet.Instance{
				Cluster: chunk.Cluster.ID, Name: fmt.Sprintf("campus-%05d-%02d", c, i), Lifecycle: fleet.Active, Release: "teak",
				Health: fleet.HealthState{State: fleet.Healthy},
			}})
		}
		snap.Chunks = append(snap.Chunks, chunk)
	}
	return snap
}

func TestFind_SettingsByTheirOwnName(t *testing.T) {
	c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "aws-1"}}
	c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "aws-1", Name: "a"}, Settings: map[string]string{
		"PLUGINS.0": "mfe", "PLUGINS.1": "forum", "GROVE_COMMON_SETTINGS.FEATURES_X": "True", "SITE.theme.PRIMARY_COLOR": "red", "requirements.txt.0": "tutor==20.0.1",
	}})
	c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "aws-1", Name: "b"}, Settings: map[string]string{"PLUGINS.0": "forum-x", "FEATURES_X": "false"}})
	s := &fleetview.Snapshot{Revision: 1, Chunks: []*fleet.Chunk{c}}
	for term, want := range map[string][]string{
		"PLUGINS=forum": {"aws-1/a"}, "PLUGINS~forum": {"aws-1/a", "aws-1/b"}, "PLUGINS": {"aws-1/a", "aws-1/b"}, "FEATURES_X": {"aws-1/a", "aws-1/b"},
		"FEATURES_X=true": {"aws-1/a"}, "FEATURES_X=False": {"aws-1/b"}, "PRIMARY_COLOR=red": {"aws-1/a"}, "SITE.theme.PRIMARY_COLOR=red": {"aws-1/a"},
		"requirements.txt=tutor==20.0.1": {"aws-1/a"}, "requirements.txt~tutor": {"aws-1/a"}, "theme": {"aws-1/a"}, "PLUGINS.1=forum": {"aws-1/a"}, "COLOR=red": {},
	} {
		page, err := s.Find(fleet.Filter{Settings: setting(t, term)}, fleet.Order{}, "", 50)
		require.NoError(t, err)
		assert.Equal(t, want, names(page), term)
	}
}
