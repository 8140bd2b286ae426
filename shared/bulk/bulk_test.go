package bulk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func instances(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("i%02d", i))
	}
	return names
}

func rename(n int) bulk.Request {
	req := bulk.Request{
		Kind: fleet.Update, Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")},
		Batch: 3, PauseAfter: 1, Key: "bulk-key", By: operationtest.Ada, Reason: "one name",
	}
	for _, name := range instances(n) {
		req.Targets = append(req.Targets, bulk.Target{Cluster: "campus", Instance: name})
	}
	return req
}

func bulkOf(t *testing.T, w *operationtest.World, id string) fleet.Bulk {
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

func TestStart_WavesShareACommit(t *testing.T) {
	w := operationtest.New(t, instances(8)...)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "odd one", SkipPipeline: true, Files: map[string]string{
		"instances/i03/config.yml": "PLATFORM_NAME: Odd\n", "instances/i05/config.yml": "PLATFORM_NAME: New\n",
	}})
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Server.ResetRequests()
	preview, err := w.Bulks.Preview(t.Context(), rename(8))
	require.NoError(t, err)
	assert.LessOrEqual(t, len(w.Server.Requests()), 3, "the calls do not grow with the instances")
	require.Len(t, preview.Groups, 3, "alike ones together, the odd one, the one that is so already")
	assert.Len(t, preview.Groups[0].Targets, 6)
	assert.Contains(t, preview.Groups[0].Files[0].Diff, "+PLATFORM_NAME: New")
	require.NotNil(t, preview.Groups[0].Request)
	assert.Equal(t, "[AutoDeploy][Update] i00|<deployment id>\n\nReason: one name", preview.Groups[0].Request.Body["commit_message"])
	text, err := json.Marshal(preview)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "hidden-")
	require.Len(t, preview.Warnings, 1)
	assert.Equal(t, "healthUnknown", preview.Warnings[0].Code)
	assert.Equal(t, bulk.BulkEstimate{Seconds: 3 * 300}, preview.Estimate, "three waves, by a guess")
	require.Len(t, preview.Waves, 3)
	assert.Len(t, preview.Waves[0], 1)
	assert.Len(t, preview.Waves[1], 3)

	req := rename(8)
	req.PreviewHash = "another"
	_, _, err = w.Bulks.Start(t.Context(), req)
	assert.Equal(t, "previewHash", operationtest.FieldOf(t, err))
	req.PreviewHash = preview.Hash
	w.Server.ResetRequests()
	b, created, err := w.Bulks.Start(t.Context(), req)
	require.NoError(t, err)
	assert.True(t, created)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetRunning: 1, fleet.TargetWaiting: 6, fleet.TargetSkipped: 1}, states(b))
	again, created, err := w.Bulks.Start(t.Context(), req)
	require.NoError(t, err)
	assert.False(t, created)
	assert.Equal(t, b.ID, again.ID)

	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 7, fleet.TargetSkipped: 1}, states(b), "%+v", b.Targets)
	assert.Equal(t, 3, w.Started(), "one commit for each wave")
	assert.Equal(t, "New", w.Row(t, "i07").Instance.Description)
	open, err := w.Store.OpenBulks(t.Context())
	require.NoError(t, err)
	assert.Empty(t, open)
	history, err := w.Store.InstanceOperations(t.Context(), "campus", "i07", 10)
	require.NoError(t, err)
	require.Len(t, history, 1)
	assert.Equal(t, b.ID, history[0].Bulk)
}

func TestPreview_WarnsAndShowsTheRequest(t *testing.T) {
	w := operationtest.New(t, instances(3)...)
	req := rename(2)
	req.Kind, req.Changes = fleet.Archive, nil
	w.DropEvents()
	_, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "i02"})
	require.NoError(t, err)
	preview, err := w.Bulks.Preview(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, preview.Warnings, 2)
	assert.Equal(t, "willQueue", preview.Warnings[0].Code)
	assert.Contains(t, preview.Warnings[0].Message, "campus: archive of i02 comes first")
	assert.Equal(t, "dataUncertain", preview.Warnings[1].Code)
	require.Len(t, preview.Groups, 1)
	require.NotNil(t, preview.Groups[0].Request)
	assert.Contains(t, preview.Groups[0].Request.Path, "/trigger/pipeline")
	assert.Equal(t, "••••••••", preview.Groups[0].Request.Body["token"])

	w.Poll(t, 4)
	req = rename(3)
	req.Targets, req.Kind, req.Changes = req.Targets[2:], fleet.Unarchive, nil
	preview, err = w.Bulks.Preview(t.Context(), req)
	require.NoError(t, err)
	require.NotNil(t, preview.Groups[0].Request)
	assert.Contains(t, preview.Groups[0].Request.Body["commit_message"], "[AutoDeploy][Create] i02|<deployment id>")
}

// What a preview parses is bounded, whatever the files are like: values that an alias
// shares have to be checked against the file as a whole for each change.
func TestPreview_BoundsItsWork(t *testing.T) {
	if fleettest.Step > 1 {
		t.Skip("it counts work: make test runs it without the race detector")
	}
	const count = 14
	w := operationtest.New(t, instances(count)...)
	files := map[string]string{}
	for _, name := range instances(count) {
		files["instances/"+name+"/config.yml"] = "SHARED: &shared word\nALSO: *shared\n" + strings.Repeat("# "+strings.Repeat("a line of a comment ", 50)+"\n", 12)
	}
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "shared", SkipPipeline: true, Files: files})
	require.NoError(t, w.Server.Settle(t.Context()))
	req := rename(count)
	for i := range 99 {
		req.Changes = append(req.Changes, operationtest.Set("config.yml", fmt.Sprintf("KEY_%d", i), "new"))
	}
	_, err := w.Bulks.Preview(t.Context(), req)
	require.Equal(t, fault.Invalid, fault.KindOf(err), "%v", err)
	assert.ErrorContains(t, err, "has to read more than 32 MB of configuration, which is the limit: the first 13 of 14 instances reach it.")
	assert.Equal(t, "targets", operationtest.FieldOf(t, err))
	req.Targets = req.Targets[:12]
	_, err = w.Bulks.Preview(t.Context(), req)
	assert.NoError(t, err)
}

// Files and changes of twice the size are at most about twice the work.
func TestPreview_WorkGrowsWithItsInput(t *testing.T) {
	if fleettest.Step > 1 {
		t.Skip("it counts work: make test runs it without the race detector")
	}
	cost := func(keys, changes int) float64 {
		w, req := largest(t, 2, keys, changes)
		return testing.AllocsPerRun(2, func() {
			preview, err := w.Bulks.Preview(t.Context(), req)
			require.NoError(t, err)
			require.Len(t, preview.Groups, 1)
			require.Len(t, preview.Groups[0].Files[0].Keys, changes)
		})
	}
	assert.Less(t, cost(800, 80), 3*cost(400, 40))
}

// A preview whose caller left stops within a file, too.
func TestPreview_StopsWhenCanceled(t *testing.T) {
	w, req := largest(t, 3, 100, 10)
	ctx := &countdown{Context: t.Context(), left: 1 << 30}
	_, err := w.Bulks.Preview(ctx, req)
	require.NoError(t, err)
	all := 1<<30 - ctx.left
	require.Greater(t, all, 3*10, "looks at each change")
	for left := 1; left < all; left += 7 * fleettest.Step {
		ctx := &countdown{Context: t.Context(), left: left}
		_, err := w.Bulks.Preview(ctx, req)
		require.ErrorIs(t, err, context.Canceled, "%d of %d", left, all)
		require.GreaterOrEqual(t, ctx.left, -8, "goes on after the end: %d of %d", left, all)
	}
}

// countdown is a context that is canceled once it was looked at so often.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestPreview_SkipsFilesThatCannotBeEdited(t *testing.T) {
	w := operationtest.New(t, instances(2)...)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "tabs", SkipPipeline: true, Files: map[string]string{"instances/i01/config.yml": "A:\n\tB: 1\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))
	preview, err := w.Bulks.Preview(t.Context(), rename(2))
	require.NoError(t, err)
	require.Len(t, preview.Groups, 2)
	left := preview.Groups[1]
	require.True(t, left.Skipped)
	require.Len(t, left.Warnings, 1, "that it is no YAML, not that nothing would change")
	assert.Regexp(t, `^instances/i01/config.yml cannot be edited, line 2`, left.Warnings[0].Message)
	b := startBulk(t, w, rename(2))
	assert.Equal(t, left.Warnings[0].Message, b.Targets[1].Detail)
}

func TestDo_RetriesWhatFailed(t *testing.T) {
	w := operationtest.New(t, instances(6)...)
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "i01", Fail: true})
	b := startBulk(t, w, rename(6))
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	require.Equal(t, fleet.BulkPaused, b.State)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetFailed: 3, fleet.TargetWaiting: 2}, states(b))
	assert.Contains(t, b.Detail, "3 of the instances failed")

	w.Clock.Advance(time.Minute)
	_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Retry, operationtest.Ada)
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 6}, states(b), "%+v", b.Targets)
	_, err = w.Bulks.Do(t.Context(), b.ID, bulk.Resume, operationtest.Ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

func TestDo_ResumesAndAborts(t *testing.T) {
	w := operationtest.New(t, instances(6)...)
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "i00", Fail: true})
	b := startBulk(t, w, rename(6))
	require.NoError(t, w.Server.Settle(t.Context()))
	require.Equal(t, fleet.BulkPaused, bulkOf(t, w, b.ID).State, "the first wave is there to find that out")

	_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Resume, operationtest.Ada)
	require.NoError(t, err)
	b, err = w.Bulks.Do(t.Context(), b.ID, bulk.Abort, operationtest.Ada)
	require.NoError(t, err)
	assert.Equal(t, fleet.BulkAborted, b.State)
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetFailed: 1, fleet.TargetSucceeded: 3, fleet.TargetSkipped: 2}, states(b), "what ran comes to its end")
	assert.False(t, b.EndedAt.IsZero())
}

// A change that failed after its commit is in git. The same bulk change deploys the
// instances whose deployment failed, and skips the others.
func TestStart_SameChangeDeploysWhatFailed(t *testing.T) {
	w := operationtest.New(t, instances(4)...)
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "i01", Fail: true})
	first := rename(4)
	first.Batch = 1
	first.PauseAfter = 4
	b := startBulk(t, w, first)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 3, fleet.TargetFailed: 1}, states(bulkOf(t, w, b.ID)))
	w.Clock.Advance(time.Hour)
	w.Server.ResetRequests()

	again := rename(4)
	again.Key = "bulk-again"
	preview, err := w.Bulks.Preview(t.Context(), again)
	require.NoError(t, err)
	assert.Equal(t, [][]bulk.Target{{{Cluster: "campus", Instance: "i01"}}}, preview.Waves)
	for _, g := range preview.Groups {
		require.Len(t, g.Warnings, 1)
		if g.Skipped {
			assert.Len(t, g.Targets, 3)
			continue
		}
		assert.Contains(t, g.Warnings[0].Message, "i01 is already in git but not deployed")
		require.NotNil(t, g.Request)
		assert.Empty(t, g.Request.Body["actions"])
	}
	b = startBulk(t, w, again)
	require.NoError(t, w.Server.Settle(t.Context()))
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetSkipped: 3}, states(bulkOf(t, w, b.ID)))
	assert.Equal(t, 1, w.Started())
	assert.Equal(t, fleet.StatusSuccess, w.Row(t, "i01").Instance.Pipeline.Status)
}

// A retry of a change whose commit has no pipeline to retry deploys what is in git.
func TestDo_RetryDeploysWhatIsInGit(t *testing.T) {
	w := operationtest.New(t, instances(1)...)
	w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{CIDisabled: true})
	b := startBulk(t, w, rename(1))
	w.Poll(t, 3)
	require.Equal(t, fleet.TargetFailed, bulkOf(t, w, b.ID).Targets[0].State)
	w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{})
	_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Retry, operationtest.Ada)
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.TargetSucceeded, b.Targets[0].State, b.Targets[0].Detail)
}

// Someone changes a file of one instance between preview and wave.
func TestAdvance_SkipsAnInstanceChangedSincePreview(t *testing.T) {
	w := operationtest.New(t, instances(4)...)
	req := rename(4)
	req.PauseAfter = 3
	b := startBulk(t, w, req)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/i02/config.yml": "PLATFORM_NAME: Mine\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 3, fleet.TargetFailed: 1}, states(b), "%+v", b.Targets)
	assert.Contains(t, b.Targets[2].Detail, "changed since the preview")
	assert.Equal(t, "PLATFORM_NAME: Mine\n", w.File(t, "instances/i02/config.yml"))
}

// What a retry sends was shown: a change that someone made by hand is not overwritten.
func TestDo_RetrySkipsAnInstanceChangedSincePreview(t *testing.T) {
	w := operationtest.New(t, instances(4)...)
	req := rename(4)
	req.PauseAfter = 3
	b := startBulk(t, w, req)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/i02/config.yml": "PLATFORM_NAME: Mine\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))
	_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Retry, operationtest.Ada)
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.TargetFailed, b.Targets[2].State)
	assert.Contains(t, b.Targets[2].Detail, "changed since the preview")
	assert.Equal(t, "PLATFORM_NAME: Mine\n", w.File(t, "instances/i02/config.yml"))
}

// Operations of a wave that still wait for their turn do not go out once the change is
// paused, by a failure or by a person, or aborted.
func TestAdvance_RecallsWaitingOperationsWhenStopped(t *testing.T) {
	start := func(t *testing.T, pauseAfter int) (*operationtest.World, fleet.Bulk) {
		w := operationtest.New(t, instances(5)...)
		req := rename(5)
		req.Kind, req.Changes, req.Batch, req.PauseAfter = fleet.Archive, nil, 4, pauseAfter
		b := startBulk(t, w, req)
		return w, b
	}
	t.Run("by a failure", func(t *testing.T) {
		w, b := start(t, 1)
		w.Server.Script(gitlabtest.Outcome{Instance: "i01", Fail: true})
		require.NoError(t, w.Server.Settle(t.Context()))
		b = bulkOf(t, w, b.ID)
		assert.Equal(t, fleet.BulkPaused, b.State)
		assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetFailed: 1, fleet.TargetWaiting: 3}, states(b), "%+v", b.Targets)
		assert.Equal(t, fleet.Active, w.Row(t, "i03").Instance.Lifecycle)

		_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Resume, operationtest.Ada)
		require.NoError(t, err)
		require.NoError(t, w.Server.Settle(t.Context()))
		b = bulkOf(t, w, b.ID)
		assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
		assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 4, fleet.TargetFailed: 1}, states(b), "%+v", b.Targets)
	})
	t.Run("aborted", func(t *testing.T) {
		w, b := start(t, 5)
		w.Server.Script(gitlabtest.Outcome{Instance: "i01", Hang: true})
		require.NoError(t, w.Server.Settle(t.Context()))
		require.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetRunning: 4}, states(bulkOf(t, w, b.ID)))
		_, err := w.Bulks.Do(t.Context(), b.ID, bulk.Abort, operationtest.Ada)
		require.NoError(t, err)
		b = bulkOf(t, w, b.ID)
		assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 1, fleet.TargetRunning: 1, fleet.TargetSkipped: 3}, states(b), "what was sent comes to its end: %+v", b.Targets)
		assert.Equal(t, fleet.Active, w.Row(t, "i04").Instance.Lifecycle)
	})
}

func TestStart_ArchiveSkipsProtectedInstances(t *testing.T) {
	w := operationtest.New(t, instances(3)...)
	_, err := w.Policy.Protect(t.Context(), w.Project(t), "i01", true, "exams", operationtest.Ada)
	require.NoError(t, err)
	req := rename(3)
	req.Kind, req.Changes = fleet.Archive, nil
	b := startBulk(t, w, req)
	require.NoError(t, w.Server.Settle(t.Context()))
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 2, fleet.TargetSkipped: 1}, states(b), "%+v", b.Targets)
	assert.Equal(t, fleet.Active, w.Row(t, "i01").Instance.Lifecycle)
	assert.Equal(t, fleet.Archived, w.Row(t, "i02").Instance.Lifecycle)
}

// Another replica, with nothing in memory, goes on.
func TestAdvance_ContinuesOnAnotherReplica(t *testing.T) {
	w := operationtest.New(t, instances(5)...)
	w.DropEvents()
	b := startBulk(t, w, rename(5))
	for range 12 {
		w.Clock.Advance(5 * time.Minute)
		require.NoError(t, w.Over(w.KV).Sync(t.Context(), "campus"))
	}
	b = bulkOf(t, w, b.ID)
	assert.Equal(t, fleet.BulkDone, b.State, b.Detail)
	assert.Equal(t, map[fleet.TargetState]int{fleet.TargetSucceeded: 5}, states(b))
}

// startBulk starts a bulk change as its preview shows it.
func startBulk(t testing.TB, w *operationtest.World, req bulk.Request) fleet.Bulk {
	t.Helper()
	preview, err := w.Bulks.Preview(t.Context(), req)
	require.NoError(t, err)
	req.PreviewHash = preview.Hash
	b, _, err := w.Bulks.Start(t.Context(), req)
	require.NoError(t, err)
	return b
}
