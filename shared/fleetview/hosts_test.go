package fleetview_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestHostOwners(t *testing.T) {
	s := newSegments(kvtest.Open(t))
	set := func(cluster string, rows ...fleet.Row) {
		require.NoError(t, s.ChangeChunk(t.Context(), cluster, func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: cluster}}
			for _, r := range rows {
				c.SetRow(r)
			}
			return c, nil
		}))
	}
	row := func(name, lms string, lifecycle fleet.Lifecycle) fleet.Row {
		return fleet.Row{
			Instance: fleet.Instance{Name: name, Lifecycle: lifecycle, LMSURL: "https://" + lms, MFEURL: "https://apps." + lms},
			Settings: map[string]string{"LMS_HOST": lms, "NOTES_HOST": "notes.{{ LMS_HOST }}", "MYSQL_HOST": "db.example.org"},
		}
	}
	owners := func(host string) string {
		found, err := s.HostOwners(t.Context(), []string{host, "other.example.org"})
		require.NoError(t, err)
		return fmt.Sprint(found[host])
	}
	assert.Equal(t, "[]", owners("a.example.org"), "an empty fleet")
	set("one", row("a", "a.example.org", fleet.Active), row("gone", "gone.example.org", fleet.Archived))
	set("two", row("b", "A.example.org", fleet.Pending))
	assert.Equal(t, "[{one a} {two b}]", owners("a.example.org"))
	assert.Equal(t, "[{one a} {two b}]", owners("apps.a.example.org"))
	assert.Equal(t, "[{one a} {two b}]", owners("notes.a.example.org"), "a template is filled in")
	assert.Equal(t, "[]", owners("gone.example.org"))
	assert.Equal(t, "[]", owners("db.example.org"), "services share those")

	marks := func(cluster string) (out []string) {
		require.NoError(t, s.MarkSharedHosts(t.Context()))
		c, err := s.Chunk(t.Context(), cluster)
		require.NoError(t, err)
		for _, r := range c.Rows {
			for _, p := range r.Instance.Problems {
				out = append(out, p.Message)
			}
		}
		return out
	}
	want := []string{
		"LMS_HOST is a.example.org, which another instance has, too.", "MFE_HOST is apps.a.example.org, which another instance has, too.",
		"NOTES_HOST is notes.a.example.org, which another instance has, too.",
	}
	assert.Equal(t, want, marks("one"))
	assert.Equal(t, want, marks("two"))
	before, err := s.Version(t.Context(), "one")
	require.NoError(t, err)
	assert.Equal(t, want, marks("one"))
	after, err := s.Version(t.Context(), "one")
	require.NoError(t, err)
	assert.Equal(t, before, after, "what is marked already is not written again")

	set("two", row("b", "b.example.org", fleet.Active))
	assert.Equal(t, "[{one a}]", owners("a.example.org"))
	assert.Equal(t, "[{two b}]", owners("b.example.org"))
	assert.Empty(t, marks("one"))
	require.NoError(t, s.RemoveChunk(t.Context(), "two"))
	assert.Equal(t, "[]", owners("b.example.org"))
}
