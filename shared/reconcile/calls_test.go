package reconcile_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// A commit costs the store the same, however many instances its cluster has.
func TestSync_CostsTheSameInLargeClusters(t *testing.T) {
	const large = 2500 / fleettest.Step
	calls := map[int]int{}
	for _, size := range []int{2, 100, large} {
		var names []string
		for n := range size {
			names = append(names, fmt.Sprintf("i%03d", n))
		}
		w := newWorld(t, names...)
		w.DropEvents()
		units := kvtest.NewUnits(kvtest.OpenWithClock(t, w.Clock.Now))
		units.Uncounted = "lease"
		f := w.Over(units)
		_, _, err := f.Projects.Add(t.Context(), w.Request)
		require.NoError(t, err)
		units.Take()
		require.NoError(t, f.Sync(t.Context(), fleettest.Cluster))
		first, _, _ := units.Take()
		require.NoError(t, f.Sync(t.Context(), fleettest.Cluster))
		w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/i000/config.yml": "LMS_HOST: x.example.org\n"}})
		units.Take()
		require.NoError(t, f.Sync(t.Context(), fleettest.Cluster))
		chunk, err := f.Store.Chunk(t.Context(), fleettest.Cluster)
		require.NoError(t, err)
		assert.Equal(t, "https://x.example.org", chunk.Row("i000").Instance.LMSURL)
		changed, _, _ := units.Take()
		calls[size] = changed.Calls
		t.Logf("%d instances: %d calls of the store for the first sync, %d for a commit", size, first.Calls, changed.Calls)
		assert.LessOrEqual(t, first.Calls, min(60+3*size, 600))
	}
	assert.InDelta(t, calls[2], calls[100], 4)
	assert.InDelta(t, calls[2], calls[large], 4)
}
