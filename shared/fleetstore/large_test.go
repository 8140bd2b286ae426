package fleetstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// What is too much for one item is cut where it is largest, and says so.
func TestFilesThatAreTooMuch(t *testing.T) {
	small := fleet.File{Path: "instances/demo/grove.yml", Text: "A: 1\n"}
	many := []fleet.File{}
	for i := range 10_000 {
		many = append(many, fleet.File{Path: fmt.Sprintf("defaults/%05d.yml", i), Text: "A: 1\n"})
	}
	for name, tt := range map[string]struct {
		files []fleet.File
		cut   []string // paths
	}{
		"all of it fits":         {[]fleet.File{{Path: "instances/demo/config.yml", Text: strings.Repeat("SETTING: a value as there are many\n", 30_000)}, small}, nil},
		"one does not":           {[]fleet.File{{Path: "instances/demo/config.yml", Text: noise(3 * kv.MaxValue)}, small}, []string{"instances/demo/config.yml"}},
		"one beside a large one": {[]fleet.File{{Path: "a.yml", Text: noise(kv.MaxValue / 3)}, {Path: "b.yml", Text: noise(4 * kv.MaxValue)}, small}, []string{"b.yml"}},
		"very many":              {many, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := fleetstore.New(kvtest.Open(t), time.Now)
			require.NoError(t, s.SaveClusterFiles(t.Context(), "campus", fleet.Files{Commit: "abc", Files: tt.files}))
			got, err := s.ClusterFiles(t.Context(), "campus")
			require.NoError(t, err)
			assert.Equal(t, "abc", got.Commit)
			require.Len(t, got.Files, len(tt.files))
			var cut []string
			for i, f := range got.Files {
				if f.Text == tt.files[i].Text {
					continue
				}
				assert.Empty(t, f.Text)
				require.Len(t, f.Problems, 1)
				assert.Contains(t, f.Problems[0].Message, "too large")
				cut = append(cut, f.Path)
			}
			assert.Equal(t, tt.cut, cut)
			assert.Empty(t, tt.files[0].Problems, "what was given is not changed")
		})
	}
}

// A cluster with more settings than one item takes keeps all its instances.
func TestSettingsThatAreTooMuch(t *testing.T) {
	s := fleetstore.New(kvtest.Open(t), time.Now)
	settings := func(seed, bytes int) map[string]string {
		out := map[string]string{}
		for line := range strings.Lines(noise(bytes)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			out[key] = fmt.Sprintf("%x%s", seed*7919*(len(out)+3)*104729, value)
		}
		return out
	}
	change := func(alter func(c *fleet.Chunk)) {
		require.NoError(t, s.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
			if c == nil {
				c = &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus"}}
			}
			alter(c)
			return c, nil
		}))
	}
	change(func(c *fleet.Chunk) {
		for i := range 20 {
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: fmt.Sprintf("large-%02d", i)}, Settings: settings(i+1, 128<<10)})
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: fmt.Sprintf("small-%02d", i)}, Settings: map[string]string{"LMS_HOST": "a"}})
		}
	})
	chunk, err := s.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, chunk.Rows, 40)
	left := 0
	for _, row := range chunk.Rows {
		if strings.HasPrefix(row.Instance.Name, "small") {
			assert.NotEmpty(t, row.Settings)
			assert.Empty(t, row.Instance.Problems)
		} else if row.Settings == nil {
			require.Len(t, row.Instance.Problems, 1)
			assert.Equal(t, "instances/"+row.Instance.Name+"/config.yml", row.Instance.Problems[0].File)
			left++
		}
	}
	assert.Positive(t, left)
	assert.Less(t, left, 20, "no more than is needed")
	change(func(c *fleet.Chunk) { c.Row("small-00").Instance.Theme = "another" })
	chunk, err = s.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	for _, row := range chunk.Rows {
		assert.LessOrEqual(t, len(row.Instance.Problems), 1, "said once")
	}
}
