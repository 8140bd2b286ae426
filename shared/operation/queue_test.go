package operation_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// What waited for its turn is judged again when that has come.
func TestAdvance_RepeatsChecksBeforeSending(t *testing.T) {
	for name, tt := range map[string]struct {
		ask    operation.Request
		change func(t *testing.T, w *operationtest.World)
		why    string
	}{
		"protected since": {
			operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"},
			func(t *testing.T, w *operationtest.World) {
				_, err := w.Policy.Protect(t.Context(), w.Project(t), "alpha", true, "exams", operationtest.Ada)
				require.NoError(t, err)
			}, "protected by",
		},
		"archived by hand": {
			operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}},
			func(_ *testing.T, w *operationtest.World) {
				w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] alpha", SkipPipeline: true, Delete: []string{"instances/alpha"}})
			}, "is archived",
		},
		"name taken by hand": {
			operation.Request{Kind: fleet.Create, Instance: "gamma"},
			func(_ *testing.T, w *operationtest.World) {
				w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/gamma/config.yml": "LMS_HOST: gamma.example.org\n"}})
			}, "now has an instance",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := operationtest.New(t, "alpha", "beta")
			ahead, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}})
			require.NoError(t, err)
			require.Equal(t, fleet.Accepted, ahead.State)
			waits, err := w.Request(t, tt.ask)
			require.NoError(t, err)
			require.Equal(t, fleet.Requested, waits.State)
			tt.change(t, w)
			require.Eventually(t, func() bool { return w.Sync(t.Context(), "campus") == nil }, 10*time.Second, time.Millisecond, "the push is being read by its event")
			w.Server.ResetRequests()
			require.NoError(t, w.Server.Settle(t.Context()))
			assert.Equal(t, fleet.Succeeded, w.Operation(t, ahead.ID).State)
			waits = w.Operation(t, waits.ID)
			assert.Equal(t, fleet.Broken, waits.State)
			assert.Contains(t, waits.Detail, tt.why)
			assert.Zero(t, w.Started(), "nothing was sent")
		})
	}
}

// A rate-limited GitLab has started nothing, so the request can be withdrawn.
func TestWithdraw_OperationThatGitLabLimited(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.Server.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/repository/commits", Status: http.StatusTooManyRequests})
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, op.State)
	require.NotEmpty(t, op.Detail)
	op, err = w.Operations.Withdraw(t.Context(), w.Project(t), op.ID, operationtest.Ada)
	require.NoError(t, err)
	assert.Equal(t, fleet.Canceled, op.State)
}

// An idempotency key stands for one request to one cluster.
func TestStart_KeyBelongsToOneCluster(t *testing.T) {
	w := operationtest.New(t, "alpha")
	req := operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main", Key: "one-key", By: operationtest.Ada}
	req.PreviewHash = w.PreviewHash(t, req)
	_, created, err := w.Operations.Start(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	require.True(t, created)
	other := w.Project(t)
	other.ID = "elsewhere"
	_, _, err = w.Operations.Start(t.Context(), other, req)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

// All pipelines of a cluster compete for the Terraform lock, including manual ones.
func TestAdvance_WaitsForForeignPipeline(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	w.CommitByHand(t, "[AutoDeploy][Update] beta")
	req := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}}
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	require.Equal(t, []string{"otherPipeline"}, codes(preview))
	assert.Contains(t, preview.Warnings[0].Link, "/-/pipelines/1")
	assert.Contains(t, preview.Warnings[0].Message, "Pipeline 1, ")
	assert.False(t, preview.Warnings[0].Blocking)

	w.Server.ResetRequests()
	first, err := w.Request(t, req)
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, first.State)
	assert.Equal(t, preview.Warnings[0].Message, first.Detail)
	second, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, second.State)
	assert.Zero(t, w.Started())

	w.Poll(t, 2)
	first = w.Operation(t, first.ID)
	assert.NotEqual(t, fleet.Requested, first.State, "the pipeline is done")
	assert.Empty(t, first.Detail)
	w.Poll(t, 8)
	assert.Equal(t, fleet.Succeeded, w.Operation(t, second.ID).State)
}

// A push with no work deploys nothing, so nothing waits for its pipeline.
func TestAdvance_IgnoresForeignPipelineWithoutDeployment(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	w.CommitByHand(t, "docs")
	op, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, op.State)
}
