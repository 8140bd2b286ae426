package operation_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
)

func instances(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("i%02d", i))
	}
	return names
}

func rename(n int) operation.BulkRequest {
	req := operation.BulkRequest{
		Kind: fleet.Update, Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")},
		Batch: 3, PauseAfter: 1, Key: "bulk-key", By: ada, Reason: "one name",
	}
	for _, name := range instances(n) {
		req.Targets = append(req.Targets, operation.Target{Cluster: "campus", Instance: name})
	}
	return req
}

func (w *world) bulk(t *testing.T, id string) fleet.Bulk {
	t.Helper()
	b, err := w.Store.Bulk(t.Context(), id)
	require.NoError(t, err)
	return b
}

func states(b fleet.Bulk) map[fleet.TargetState]int {
	n := map[fleet.TargetState]int{}
	for _, t := range b.Targets {
		n[t.State]++
	}
	return n
}

func TestBulkGoesInWavesThatShareACommit(t *testing.T) {
	w := newWorld(t, instances(8)...)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "odd one", SkipPipeline: true, Files: map[string]string{
		"instances/i03/config.yml": "PLATFORM_NAME: Odd\n", "instances/i05/config.yml": "PLATFORM_NAME: New\n",
	}})
	require.NoError(t, w.gitlab.Settle(t.Context()))
	w.gitlab.ResetRequests()
	preview, err := w.Operations.PreviewBulk(t.Context(), rename(8))
	require.NoError(t, err)
	assert.LessOrEqual(t, len(w.gitlab.Requests()), 3, "the calls do not grow with the instances")
	require.Len(t, preview.Groups, 3, "alike ones together, the odd one, the one that is so already")
	assert.Len(t, preview.Groups[0].Targets, 6)
	assert.Contains(t, preview.Groups[0].Files[0].Diff, "+PLATFORM_NAME: New")
	require.NotNil(t, preview.Groups[0].Request)
	assert.Equal(t, "[AutoDeploy][Update] i00|<deployment id>\n\nReason: one name", preview.Groups[0].Request.Body["commit_message"])
	text, err := json.Marshal(preview)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "hidden-")
	assert.Empty(t, preview.Warnings)
	require.Len(t, preview.Waves, 3)
	assert.Len(t, preview.Waves[0], 1)
	assert.Len(t, preview.Waves[1], 3)

	req := rename(8)
	req.PreviewHash = "another"
	_, _, err = w.Operations.StartBulk(t.Context(), req)
	assert.Equal(t, "previewHash", fieldOf(t, err))
	req.PreviewHash = preview.Hash
	w.gitlab.ResetRequests()
	b, created, err := w.Operations.StartBulk(t.Context(), req)
	require.NoError(t, err)
	assert.True(t, created)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetRunning: 1, fleet.TargetWaiting: 6, fleet.TargetSkipped: 1}, states(b))
	again, created, err := w.Operations.StartBulk(t.Context(), req)
	require.NoError(t, err)
	assert.False(t, created)
	assert.Equal(t, b.ID, again.ID)

	require.NoError(t, w.gitlab.Settle(t.Context()))
	b = w.bulk(t, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 7, fleet.TargetSkipped: 1}, states(b), "%+v", b.Targets)
	assert.Equal(t, 3, w.started(), "one commit for each wave")
	assert.Equal(t, "New", w.row(t, "i07").Instance.Description)
	open, err := w.Store.OpenBulks(t.Context())
	require.NoError(t, err)
	assert.Empty(t, open)
	history, err := w.Store.InstanceOperations(t.Context(), "campus", "i07", 10)
	require.NoError(t, err)
	require.Len(t, history, 1)
	assert.Equal(t, b.ID, history[0].Bulk)
}

func TestBulkPreviewWarnsAndShowsTheRequest(t *testing.T) {
	w := newWorld(t, instances(3)...)
	req := rename(2)
	req.Kind, req.Changes = fleet.Archive, nil
	w.deaf()
	_, err := w.ask(t, operation.Request{Kind: fleet.Archive, Instance: "i02"})
	require.NoError(t, err)
	preview, err := w.Operations.PreviewBulk(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, preview.Warnings, 2)
	assert.Equal(t, "willQueue", preview.Warnings[0].Code)
	assert.Contains(t, preview.Warnings[0].Message, "campus: archive of i02 is under way")
	assert.Equal(t, "dataUncertain", preview.Warnings[1].Code)
	require.Len(t, preview.Groups, 1)
	require.NotNil(t, preview.Groups[0].Request)
	assert.Contains(t, preview.Groups[0].Request.Path, "/trigger/pipeline")
	assert.Equal(t, "••••••••", preview.Groups[0].Request.Body["token"])

	w.poll(t, 4)
	req = rename(3)
	req.Targets, req.Kind, req.Changes = req.Targets[2:], fleet.Unarchive, nil
	preview, err = w.Operations.PreviewBulk(t.Context(), req)
	require.NoError(t, err)
	require.NotNil(t, preview.Groups[0].Request)
	assert.Contains(t, preview.Groups[0].Request.Body["commit_message"], "[AutoDeploy][Create] i02|<deployment id>")
}

func TestBulkLeavesOutWhatCannotBeEdited(t *testing.T) {
	w := newWorld(t, instances(2)...)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "tabs", SkipPipeline: true, Files: map[string]string{"instances/i01/config.yml": "A:\n\tB: 1\n"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))
	preview, err := w.Operations.PreviewBulk(t.Context(), rename(2))
	require.NoError(t, err)
	require.Len(t, preview.Groups, 2)
	left := preview.Groups[1]
	require.True(t, left.Skipped)
	require.Len(t, left.Warnings, 1, "that it is no YAML, not that nothing would change")
	assert.Regexp(t, `^instances/i01/config.yml cannot be edited, line 2`, left.Warnings[0].Message)
	b := w.startBulk(t, rename(2))
	assert.Equal(t, left.Warnings[0].Message, b.Targets[1].Detail)
}

func TestBulkPausesOnAFailureAndRetriesIt(t *testing.T) {
	w := newWorld(t, instances(6)...)
	w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "i01", Fail: true})
	b := w.startBulk(t, rename(6))
	require.NoError(t, w.gitlab.Settle(t.Context()))
	b = w.bulk(t, b.ID)
	require.Equal(t, fleet.BulkPaused, b.State)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetFailed: 3, fleet.TargetWaiting: 2}, states(b))
	assert.Contains(t, b.Detail, "3 of the instances failed")

	w.clock.Advance(time.Minute)
	_, err := w.Operations.ActOnBulk(t.Context(), b.ID, operation.BulkRetry, ada)
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	b = w.bulk(t, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 6}, states(b), "%+v", b.Targets)
	_, err = w.Operations.ActOnBulk(t.Context(), b.ID, operation.BulkResume, ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

func TestBulkResumesAndAborts(t *testing.T) {
	w := newWorld(t, instances(6)...)
	w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "i00", Fail: true})
	b := w.startBulk(t, rename(6))
	require.NoError(t, w.gitlab.Settle(t.Context()))
	require.Equal(t, fleet.BulkPaused, w.bulk(t, b.ID).State, "the first wave is there to find that out")

	_, err := w.Operations.ActOnBulk(t.Context(), b.ID, operation.BulkResume, ada)
	require.NoError(t, err)
	b, err = w.Operations.ActOnBulk(t.Context(), b.ID, operation.BulkAbort, ada)
	require.NoError(t, err)
	assert.Equal(t, fleet.BulkAborted, b.State)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	b = w.bulk(t, b.ID)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetFailed: 1, fleet.TargetSucceeded: 3, fleet.TargetSkipped: 2}, states(b), "what ran comes to its end")
	assert.False(t, b.EndedAt.IsZero())
}

// Somebody changes a file of one instance between preview and wave.
func TestBulkLeavesAChangedInstanceAlone(t *testing.T) {
	w := newWorld(t, instances(4)...)
	req := rename(4)
	req.PauseAfter = 3
	b := w.startBulk(t, req)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/i02/config.yml": "PLATFORM_NAME: Mine\n"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))
	b = w.bulk(t, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 3, fleet.TargetFailed: 1}, states(b), "%+v", b.Targets)
	assert.Contains(t, b.Targets[2].Detail, "changed since the preview")
	assert.Equal(t, "PLATFORM_NAME: Mine\n", w.file(t, "instances/i02/config.yml"))
}

// What a retry sends was shown: a change that somebody made by hand is not overwritten.
func TestBulkRetryLeavesAChangedInstanceAlone(t *testing.T) {
	w := newWorld(t, instances(4)...)
	req := rename(4)
	req.PauseAfter = 3
	b := w.startBulk(t, req)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/i02/config.yml": "PLATFORM_NAME: Mine\n"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))
	_, err := w.Operations.ActOnBulk(t.Context(), b.ID, operation.BulkRetry, ada)
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	b = w.bulk(t, b.ID)
	assert.Equal(t, fleet.TargetFailed, b.Targets[2].State)
	assert.Contains(t, b.Targets[2].Detail, "changed since the preview")
	assert.Equal(t, "PLATFORM_NAME: Mine\n", w.file(t, "instances/i02/config.yml"))
}

// Operations of a wave that still wait for their turn do not go out once the change is
// paused, by a failure or by a person, or aborted.
func TestBulkThatStopsRecallsWhatWaits(t *testing.T) {
	start := func(t *testing.T, pauseAfter int) (*world, fleet.Bulk) {
		w := newWorld(t, instances(5)...)
		req := rename(5)
		req.Kind, req.Changes, req.Batch, req.PauseAfter = fleet.Archive, nil, 4, pauseAfter
		b := w.startBulk(t, req)
		return w, b
	}
	t.Run("by a failure", func(t *testing.T) {
		w, b := start(t, 1)
		w.gitlab.Script(gitlabtest.Outcome{Instance: "i01", Fail: true})
		require.NoError(t, w.gitlab.Settle(t.Context()))
		b = w.bulk(t, b.ID)
		assert.Equal(t, fleet.BulkPaused, b.State)
		assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetFailed: 1, fleet.TargetWaiting: 3}, states(b), "%+v", b.Targets)
		assert.Equal(t, fleet.Active, w.row(t, "i03").Instance.Lifecycle)

		_, err := w.Operations.ActOnBulk(t.Context(), b.ID, operation.BulkResume, ada)
		require.NoError(t, err)
		require.NoError(t, w.gitlab.Settle(t.Context()))
		b = w.bulk(t, b.ID)
		assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
		assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 4, fleet.TargetFailed: 1}, states(b), "%+v", b.Targets)
	})
	t.Run("aborted", func(t *testing.T) {
		w, b := start(t, 5)
		w.gitlab.Script(gitlabtest.Outcome{Instance: "i01", Hang: true})
		require.NoError(t, w.gitlab.Settle(t.Context()))
		require.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetRunning: 4}, states(w.bulk(t, b.ID)))
		_, err := w.Operations.ActOnBulk(t.Context(), b.ID, operation.BulkAbort, ada)
		require.NoError(t, err)
		b = w.bulk(t, b.ID)
		assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetRunning: 1, fleet.TargetSkipped: 3}, states(b), "what was sent comes to its end: %+v", b.Targets)
		assert.Equal(t, fleet.Active, w.row(t, "i04").Instance.Lifecycle)
	})
}

func TestBulkArchive(t *testing.T) {
	w := newWorld(t, instances(3)...)
	_, err := w.Operations.Protect(t.Context(), w.project(t), "i01", true, "exams", ada)
	require.NoError(t, err)
	req := rename(3)
	req.Kind, req.Changes = fleet.Archive, nil
	b := w.startBulk(t, req)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	b = w.bulk(t, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 2, fleet.TargetSkipped: 1}, states(b), "%+v", b.Targets)
	assert.Equal(t, fleet.Active, w.row(t, "i01").Instance.Lifecycle)
	assert.Equal(t, fleet.Archived, w.row(t, "i02").Instance.Lifecycle)
}

// Another replica, with nothing in memory, goes on.
func TestBulkSurvivesARestart(t *testing.T) {
	w := newWorld(t, instances(5)...)
	w.deaf()
	b := w.startBulk(t, rename(5))
	for range 12 {
		w.clock.Advance(5 * time.Minute)
		require.NoError(t, w.over(w.kv).Sync(t.Context(), "campus"))
	}
	b = w.bulk(t, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 5}, states(b))
}
