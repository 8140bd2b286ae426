package fleetview_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/fleetview/fleetviewtest"
)

var anyAnnotation = rapid.Custom(func(t *rapid.T) *fleet.Annotation {
	a := fleet.Annotation{Note: word.Draw(t, "note"), Tags: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 2, rapid.ID).Draw(t, "tags")}
	if len(a.Tags) == 0 {
		a.Tags = nil // as it comes back from the store
	}
	if a.Empty() {
		return nil
	}
	return &a
})

// plainValue is what a column shows: the setting itself, else the entries of its list,
// else a setting of that name inside another; of the instance before the cluster's.
func plainValue(settings []map[string]string, key string) string {
	for _, of := range settings {
		if v := strings.TrimSpace(of[key]); v != "" {
			return v
		}
	}
	for _, of := range settings {
		joined := ""
		for n := range 10 {
			if v := strings.TrimSpace(of[fmt.Sprintf("%s.%d", key, n)]); v != "" {
				joined = strings.TrimPrefix(joined+", "+v, ", ")
			}
		}
		if joined != "" {
			return joined
		}
	}
	return ""
}

func compareColumns(t *rapid.T, snap *fleetview.Snapshot, chunks []*fleet.Chunk) {
	for _, c := range chunks {
		for _, r := range c.Rows {
			got := snap.Values(c.Cluster.ID, r.Instance.Name, []string{"KK", "PLUGINS", "absent"})
			for _, key := range []string{"KK", "PLUGINS", "absent"} {
				want := plainValue([]map[string]string{r.Settings}, key)
				if want == "" && key == "KK" {
					want = plainValue([]map[string]string{c.Settings}, key)
				}
				if want == "" && key == "PLUGINS" {
					continue // the cluster's entries, of which only the first shows
				}
				require.Equal(t, want, got[key], "%s of %s/%s", key, c.Cluster.ID, r.Instance.Name)
			}
		}
	}
}

// compareSuggestions holds the keys and values that are suggested against a count.
func compareSuggestions(t *rapid.T, snap *fleetview.Snapshot, chunks []*fleet.Chunk, visible func(string) bool) {
	keys, values := map[string]int{}, map[string]int{}
	for _, c := range chunks {
		if visible != nil && !visible(c.Cluster.ID) {
			continue
		}
		for _, r := range c.Rows {
			own := map[string]bool{}
			texts := map[string]bool{}
			for _, settings := range []map[string]string{r.Settings, c.Settings} {
				for k, v := range settings {
					own[regexp.MustCompile(`(.)\.[0-9]+$`).ReplaceAllString(k, "$1")] = true
					if fleetviewtest.Named(k, "K") && strings.TrimSpace(v) != "" {
						texts[v] = true
					}
				}
			}
			for k := range own {
				keys[k]++
			}
			for v := range texts {
				values[v]++
			}
		}
	}
	for key, want := range map[string]map[string]int{"": keys, "K": values} {
		got := map[string]int{}
		for _, s := range snap.Suggest(visible, key, "", 1000) {
			got[s.Text] = s.Instances
		}
		require.Equal(t, want, got, "suggestions for key %q", key)
	}
}

func TestSuggest_PutsWhatBeginsWithTheTextFirst(t *testing.T) {
	c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "c"}}
	for i, host := range []string{"learn.example.org", "example.org", "example.org", "other.test"} {
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "c", Name: fmt.Sprintf("n%d", i)}, Settings: map[string]string{
			"LMS_HOST": host, "PREVIEW_LMS_HOST": host, "PLUGINS.0": "mfe",
		}})
	}
	hidden := &fleet.Chunk{Cluster: fleet.Cluster{ID: "hidden"}}
	hidden.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "hidden", Name: "n"}, Settings: map[string]string{"LMS_SECRETIVE": "x", "LMS_HOST": "example.net"}})
	snap := &fleetview.Snapshot{Chunks: []*fleet.Chunk{c, hidden}}
	_, err := snap.Find(fleet.Filter{}, fleet.Order{}, "", 1)
	require.NoError(t, err)
	visible := func(id string) bool { return id == "c" }

	assert.Equal(t, []fleet.Suggestion{{Text: "LMS_HOST", Instances: 4}, {Text: "PREVIEW_LMS_HOST", Instances: 4}}, snap.Suggest(visible, "", "lms_", 10))
	assert.Equal(t, []fleet.Suggestion{{Text: "PLUGINS", Instances: 4}}, snap.Suggest(visible, "", "plug", 10))
	assert.Equal(t, []fleet.Suggestion{{Text: "example.org", Instances: 2}, {Text: "learn.example.org", Instances: 1}}, snap.Suggest(visible, "LMS_HOST", "example", 10))
	assert.Len(t, snap.Suggest(nil, "LMS_HOST", "example", 10), 3)
	assert.Equal(t, []fleet.Suggestion{{Text: "mfe", Instances: 4}}, snap.Suggest(visible, "PLUGINS", "", 10))
	assert.Empty(t, snap.Suggest(visible, "ABSENT", "", 10))
}

func TestValues_ShortensLongOnesAndJoinsLists(t *testing.T) {
	c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "c"}}
	c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "c", Name: "n"}, Settings: map[string]string{
		"PLUGINS.0": "mfe", "PLUGINS.1": "forum", "PLUGINS.10": "xqueue", "PLUGINS.2": "notes", "LONG": strings.Repeat("é", 400), "GROVE_COMMON_SETTINGS.FEATURES_X": "True",
	}})
	snap := &fleetview.Snapshot{Chunks: []*fleet.Chunk{c}}
	_, err := snap.Find(fleet.Filter{}, fleet.Order{}, "", 1)
	require.NoError(t, err)
	got := snap.Values("c", "n", []string{"PLUGINS", "LONG", "FEATURES_X", "NONE"})
	assert.Equal(t, "mfe, forum, notes, xqueue", got["PLUGINS"])
	assert.Equal(t, strings.Repeat("é", 150)+"…", got["LONG"])
	assert.Equal(t, "True", got["FEATURES_X"])
	assert.NotContains(t, got, "NONE")
	assert.Nil(t, snap.Values("c", "gone", []string{"LONG"}))
}
