package bulk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// observe lets Ocim ask the cluster for its instances' health now; the named ones have
// another than the rest, which is healthy.
func observe(t *testing.T, w *operationtest.World, named map[string]fleet.Health) {
	t.Helper()
	w.Clock.Advance(time.Second)
	require.NoError(t, w.Store.SaveObservation(t.Context(), fleet.Observation{Project: "campus", At: w.Clock.Now()}))
	require.NoError(t, w.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.Cluster.Online.State = "online"
		for i := range c.Rows {
			h := &c.Rows[i].Instance.Health
			*h = fleet.HealthState{State: fleet.Healthy}
			if state, ok := named[c.Rows[i].Instance.Name]; ok {
				*h = fleet.HealthState{State: state, Reason: "lms is crash-looping"}
			}
		}
		return c, nil
	}))
}

func advance(t *testing.T, w *operationtest.World, id string) fleet.Bulk {
	t.Helper()
	require.NoError(t, w.Bulks.Advance(t.Context()))
	require.NoError(t, w.Server.Settle(t.Context()))
	return bulkOf(t, w, id)
}

func TestAdvance_WaitsForHealth(t *testing.T) {
	w := operationtest.New(t, instances(4)...)
	observe(t, w, nil)
	b := startBulk(t, w, rename(4))
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetWaiting: 3}, states(b))
	assert.Equal(t, "The next wave waits: 1 instance is not healthy yet", b.Detail)
	assert.Equal(t, "Its health is not known yet", b.Targets[0].Detail, "the last observation is older than the change")

	observe(t, w, map[string]fleet.Health{"i00": fleet.Progressing})
	b = advance(t, w, b.ID)
	assert.Equal(t, fleet.TargetWaiting, b.Targets[1].State)
	assert.Equal(t, "It is progressing: lms is crash-looping", b.Targets[0].Detail)

	observe(t, w, nil)
	b = advance(t, w, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 4}, states(b))
	assert.Empty(t, b.Targets[0].Detail)
	assert.Empty(t, b.Detail)
}

func TestAdvance_PausesWhenAnInstanceDoesNotRecover(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after fleet.Health
		paused        bool
	}{
		"it became worse":             {fleet.Healthy, fleet.Degraded, true},
		"it failed before, too":       {fleet.Failed, fleet.Failed, false},
		"it is better than before":    {fleet.Failed, fleet.Degraded, false},
		"it only still rolls out":     {fleet.Failed, fleet.Progressing, true},
		"nothing is known of it":      {fleet.Healthy, fleet.Unknown, true},
		"nothing was known before":    {fleet.Unknown, fleet.Degraded, true},
		"it was degraded, now failed": {fleet.Degraded, fleet.Failed, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := operationtest.New(t, instances(3)...)
			observe(t, w, map[string]fleet.Health{"i00": tt.before})
			b := startBulk(t, w, rename(3))
			require.NoError(t, w.Server.Settle(t.Context()))
			observe(t, w, map[string]fleet.Health{"i00": tt.after})
			b = advance(t, w, b.ID)
			if !tt.paused {
				assert.NotEqual(t, fleet.TargetWaiting, b.Targets[1].State)
				return
			}
			assert.Equal(t, fleet.BulkRunning, b.State)
			w.Clock.Advance(16 * time.Minute)
			observe(t, w, map[string]fleet.Health{"i00": tt.after})
			b = advance(t, w, b.ID)
			assert.Equal(t, fleet.BulkPaused, b.State)
			assert.Equal(t, "1 instance is not healthy 15 minutes after the change. Find out why, then resume or abort", b.Detail)
			assert.Equal(t, fleet.TargetWaiting, b.Targets[1].State)

			_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Resume, operationtest.Ada)
			require.NoError(t, err)
			require.NoError(t, w.Server.Settle(t.Context()))
			assert.Equal(t, fleet.TargetSucceeded, bulkOf(t, w, b.ID).Targets[1].State, "an operator decided")
		})
	}
}

func TestAdvance_IgnoresHealthOnRequest(t *testing.T) {
	w := operationtest.New(t, instances(3)...)
	observe(t, w, map[string]fleet.Health{"i00": fleet.Healthy})
	req := rename(3)
	req.IgnoreHealth = true
	b := startBulk(t, w, req)
	require.NoError(t, w.Server.Settle(t.Context()))
	assert.Equal(t, fleet.BulkDone, bulkOf(t, w, b.ID).State)

	req.PreviewHash, req.Key = "", "another-key"
	preview, err := w.Bulks.Preview(t.Context(), req)
	require.NoError(t, err)
	req.IgnoreHealth, req.PreviewHash = false, preview.Hash
	_, _, err = w.Bulks.Start(t.Context(), req)
	assert.Equal(t, "previewHash", operationtest.FieldOf(t, err), "what was previewed did not wait")
}

// Every instance that needs attention is named, not only the first of those that change
// equally.
func TestPreview_WarnsOfEachUnhealthyInstance(t *testing.T) {
	w := operationtest.New(t, instances(3)...)
	observe(t, w, map[string]fleet.Health{"i00": fleet.Failed, "i02": fleet.Failed})
	preview, err := w.Bulks.Preview(t.Context(), rename(3))
	require.NoError(t, err)
	assert.Empty(t, preview.Warnings)
	var messages []string
	for _, g := range preview.Groups {
		for _, warning := range g.Warnings {
			messages = append(messages, warning.Message)
		}
	}
	assert.Equal(t, []string{"i00 is failed: lms is crash-looping", "i02 is failed: lms is crash-looping"}, messages)
}
