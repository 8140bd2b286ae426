package operation_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// forge applies an event that somebody with the webhook's secret made up.
func forge(t *testing.T, w *operationtest.World, id int64, sha, message string, status fleet.PipelineStatus, at time.Time) {
	t.Helper()
	stamp := at.UTC().Format("2006-01-02 15:04:05 UTC")
	body := fmt.Sprintf(`{"object_kind":"pipeline","object_attributes":{"id":%d,"ref":"main","source":"push","sha":%q,"status":%q,"created_at":%q,"finished_at":%q},`+
		`"project":{"id":%d},"commit":{"title":%q,"message":%q}}`, id, sha, status, stamp, stamp, w.ProjectID, message, message)
	report, err := gitlab.ParseEvent("Pipeline Hook", []byte(body))
	require.NoError(t, err)
	fresh, err := w.Store.AcceptEvent(t.Context(), report.For(w.Project(t), fmt.Sprint("forged", id, status), w.Clock.Now()))
	require.NoError(t, err)
	require.True(t, fresh)
	require.NoError(t, w.Reconciler.ApplyWaiting(t.Context(), "campus"))
}

// What an event said and GitLab does not confirm is taken back by the next sync: of a
// pipeline that runs, of one that ended long ago, and of one that never was.
func TestSync_TakesBackWhatGitLabDoesNotConfirm(t *testing.T) {
	for name, glance := range map[string]bool{"by a sync of the project": false, "by a sync of all projects": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := operationtest.New(t, "alpha", "beta")
			w.DropEvents()
			sync := func() {
				w.Clock.Advance(3 * time.Minute)
				if !glance {
					require.NoError(t, w.Sync(t.Context(), "campus"))
					return
				}
				require.NoError(t, w.SyncAll(t.Context(), []fleet.Project{w.Project(t)}, func(_ fleet.Project, err error) { assert.NoError(t, err) }))
			}
			old, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
			require.NoError(t, err)
			old = w.Finish(t, old)
			require.Equal(t, fleet.Succeeded, old.State)
			w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: -1})
			op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
			require.NoError(t, err)
			sync()
			sync()
			op = w.Operation(t, op.ID)
			require.Equal(t, fleet.Running, op.State)
			truth := map[int64]fleet.Pipeline{}
			for _, id := range append(op.Pipelines, old.Pipelines...) {
				truth[id], err = w.Store.Pipeline(t.Context(), "campus", id)
				require.NoError(t, err)
			}
			row := func(name string) *fleet.PipelineSummary {
				chunk, err := w.Store.Chunk(t.Context(), "campus")
				require.NoError(t, err)
				return chunk.Row(name).Instance.Pipeline
			}
			alpha, beta := row("alpha"), row("beta")

			far := w.Clock.Now().Add(90 * 24 * time.Hour)
			for id, p := range truth {
				status := fleet.StatusFailed
				if p.Status != fleet.StatusSuccess {
					status = fleet.StatusSuccess
				}
				forge(t, w, id, p.SHA, p.Title, status, far)
			}
			const never = 990_000
			forge(t, w, never, op.Commit, "[AutoDeploy][Delete] alpha|"+op.DeploymentID, fleet.StatusSuccess, far)
			require.True(t, w.Operation(t, op.ID).State.Ended(), "it was believed")
			require.NotEqual(t, alpha, row("alpha"))

			sync()
			for id, p := range truth {
				now, err := w.Store.Pipeline(t.Context(), "campus", id)
				require.NoError(t, err)
				assert.Equal(t, p.Status, now.Status)
				assert.Equal(t, p.UpdatedAt, now.UpdatedAt)
				assert.Equal(t, p.Parent, now.Parent)
			}
			invented, err := w.Store.Pipeline(t.Context(), "campus", never)
			require.NoError(t, err)
			assert.Equal(t, fleet.StatusDeleted, invented.Status)
			assert.Empty(t, invented.Deployments)
			assert.Equal(t, fleet.Running, w.Operation(t, op.ID).State)
			assert.Equal(t, fleet.Succeeded, w.Operation(t, old.ID).State)
			assert.Equal(t, alpha.ID, row("alpha").ID)
			assert.Equal(t, alpha.Status, row("alpha").Status)
			assert.Equal(t, beta.Status, row("beta").Status)
			notes, err := w.Store.UnconfirmedPipelines(t.Context(), "campus")
			require.NoError(t, err)
			assert.Empty(t, notes)
		})
	}
}

// What GitLab's own events said costs no call to confirm.
func TestSync_ConfirmsTrueEventsWithoutACall(t *testing.T) {
	w := operationtest.New(t, "alpha")
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.NoError(t, w.Server.WaitIdle(t.Context()))
	require.Equal(t, fleet.Succeeded, w.Operation(t, op.ID).State)
	w.Clock.Advance(2 * time.Minute)
	w.Server.ResetRequests()
	require.NoError(t, w.Sync(t.Context(), "campus"))
	for _, r := range w.Server.Requests() {
		assert.False(t, r.Method == http.MethodGet && strings.HasSuffix(r.Route, "/pipelines/{pipeline}"), r.Path)
	}
	notes, err := w.Store.UnconfirmedPipelines(t.Context(), "campus")
	require.NoError(t, err)
	assert.Empty(t, notes)
}
