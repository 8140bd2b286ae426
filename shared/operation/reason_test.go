package operation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// A pipeline that failed without a job whose log would explain it gives its operation GitLab's
// reason, whether events come or only lists, which both do not carry it.
func TestFollow_GivesGitLabsReason(t *testing.T) {
	const words = "jobs:deploy script can't be blank"
	for name, tt := range map[string]struct {
		policy gitlabtest.Policy
		says   string
	}{
		"an error in the configuration": {gitlabtest.Policy{ConfigError: words}, words},
		"a child that GitLab could not create": {
			gitlabtest.Policy{BridgeFailure: "downstream_pipeline_creation_failed"},
			"The job deploy could not start its child pipeline: downstream_pipeline_creation_failed",
		},
	} {
		for _, events := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, events %t", name, events), func(t *testing.T) {
				t.Parallel()
				w := operationtest.New(t, "alpha")
				if !events {
					w.DropEvents()
				}
				w.Clock.Advance(time.Minute) // pipelines of before the project was added are history
				w.Server.SetPolicy(w.ProjectID, tt.policy)
				op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
				require.NoError(t, err)
				require.NoError(t, w.Server.Settle(t.Context()))
				require.NoError(t, w.Server.WaitIdle(t.Context()))
				w.Clock.Advance(time.Minute)
				require.NoError(t, w.Sync(t.Context(), "campus"))
				op = w.Operation(t, op.ID)
				assert.Equal(t, fleet.Broken, op.State)
				require.NotEmpty(t, op.Pipelines)
				assert.Equal(t, fmt.Sprintf("Pipeline %d failed: %s", op.Pipelines[0], tt.says), op.Detail)
				p, err := w.Store.Pipeline(t.Context(), "campus", op.Pipelines[0])
				require.NoError(t, err)
				assert.Equal(t, tt.says, p.Reason)

				// It had no job to report: that is no missed event.
				w.Clock.Advance(15 * time.Minute)
				require.NoError(t, w.Sync(t.Context(), "campus"))
				record, err := w.Store.SyncRecord(t.Context(), "campus")
				require.NoError(t, err)
				assert.Zero(t, record.MissedSince)
			})
		}
	}
}

// A job's log explains more than any reason of GitLab's.
func TestFollow_PointsToTheLogOfAFailedJob(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	op = w.Finish(t, op)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, "read the log of its first failed job")
}
