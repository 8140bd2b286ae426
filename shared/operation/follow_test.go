package operation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func TestStart_RollBackRestoresTheConfiguration(t *testing.T) {
	w := operationtest.New(t, "alpha")
	before := w.File(t, "instances/alpha/config.yml")
	first := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "One")}})
	second := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{
		operationtest.Set("config.yml", "PLATFORM_NAME", "Two"), operationtest.Set("config.yml", "OPENEDX_SECRET_KEY", "rotated"), operationtest.Set("grove.yml", "PR_WATCHER", "x"),
	}})
	require.Equal(t, fleet.Succeeded, second.State)

	req := operation.Request{Kind: fleet.Update, Instance: "alpha", RollBackTo: first.ID}
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	require.Len(t, preview.Files, 2)
	assert.Contains(t, preview.Files[0].Diff, "-PLATFORM_NAME: Two\n+PLATFORM_NAME: One")
	assert.Equal(t, []string{"OPENEDX_SECRET_KEY"}, preview.Files[0].Secrets)
	req.PreviewHash = preview.Hash
	back := w.Run(t, req)
	assert.Equal(t, fleet.Succeeded, back.State, back.Detail)
	assert.Equal(t, first.Commit, back.RolledBackTo)
	assert.Equal(t, strings.Replace(before, "Old", "One", 1), w.File(t, "instances/alpha/config.yml"))
	assert.Equal(t, "COMPREHENSIVE_THEME_NAME: brand\n", w.File(t, "instances/alpha/grove.yml"))

	history, err := w.Store.InstanceOperations(t.Context(), "campus", "alpha", 10)
	require.NoError(t, err)
	assert.Len(t, history, 3)
	for _, to := range []string{"nonsense", strings.Repeat("0", 40)} {
		_, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", RollBackTo: to})
		assert.Error(t, err, to)
	}
}

func TestStart_RollBackToACreation(t *testing.T) {
	w := operationtest.New(t)
	created := w.Run(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	before := w.File(t, "instances/beta/config.yml")
	w.Run(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	back := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "beta", RollBackTo: created.ID})
	assert.Equal(t, fleet.Succeeded, back.State, back.Detail)
	assert.Equal(t, before, w.File(t, "instances/beta/config.yml"))
}

func TestUndeployed_ListsCommitsSinceTheDeployment(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	op := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	found, err := w.Operations.Undeployed(t.Context(), w.Project(t), "alpha")
	require.NoError(t, err)
	assert.Equal(t, op.Commit, found.Since)
	assert.Empty(t, found.Commits)

	w.Clock.Advance(time.Minute)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", Files: map[string]string{"instances/alpha/config.yml": "X: 2\n"}})
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "other", Files: map[string]string{"instances/beta/config.yml": "X: 2\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))
	found, err = w.Operations.Undeployed(t.Context(), w.Project(t), "alpha")
	require.NoError(t, err)
	require.Len(t, found.Commits, 1)
	assert.Equal(t, "by hand", found.Commits[0].Title)

	deployed, err := w.Operations.Deployed(t.Context(), w.Project(t), "alpha")
	require.NoError(t, err)
	assert.Equal(t, op.Commit, deployed.Commit)
	require.NotNil(t, deployed.Configured)
	assert.Equal(t, "1", deployed.Configured.Settings["X"])
	deployed, err = w.Operations.Deployed(t.Context(), w.Project(t), "beta")
	require.NoError(t, err)
	assert.Equal(t, operation.Deployed{}, deployed, "no pipeline of it is known")

	// A deployment that failed deployed nothing.
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "3")}})
	found, err = w.Operations.Undeployed(t.Context(), w.Project(t), "alpha")
	require.NoError(t, err)
	assert.Len(t, found.Commits, 2)
}

func TestEstimateOf_LearnsFromEarlierRuns(t *testing.T) {
	w := operationtest.New(t, "alpha")
	change := func(v string) operation.Request {
		return operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", v)}}
	}
	first := w.Run(t, change("1"))
	took := first.EndedAt.Sub(first.AcceptedAt)
	op, err := w.Request(t, change("2"))
	require.NoError(t, err)
	w.Clock.Advance(took / 2)
	e, err := w.Operations.EstimateOf(t.Context(), w.Operation(t, op.ID))
	require.NoError(t, err)
	assert.Equal(t, 1, e.Runs)
	assert.InDelta(t, took.Seconds(), e.Seconds, 1)
	assert.InDelta(t, 50, e.Percent, 2)
	assert.WithinDuration(t, op.AcceptedAt.Add(took), e.DoneAt, time.Second)
	w.Clock.Advance(time.Hour)
	e, err = w.Operations.EstimateOf(t.Context(), fleet.Operation{Cluster: "campus", Kind: fleet.Update, State: fleet.Running, AcceptedAt: op.AcceptedAt})
	require.NoError(t, err)
	assert.Equal(t, 99, e.Percent)
	assert.True(t, e.DoneAt.After(w.Clock.Now()))
	w.Clock.Advance(e.Holds - time.Millisecond)
	later, err := w.Operations.EstimateOf(t.Context(), fleet.Operation{Cluster: "campus", Kind: fleet.Update, State: fleet.Running, AcceptedAt: op.AcceptedAt})
	require.NoError(t, err)
	assert.Equal(t, e.DoneAt, later.DoneAt, "it stays for a percent of the time")
	require.NoError(t, w.Server.Settle(t.Context()))
	e, err = w.Operations.EstimateOf(t.Context(), w.Operation(t, op.ID))
	require.NoError(t, err)
	assert.Nil(t, e)
}

// A commit that starts no pipeline does not block its cluster permanently.
func TestAdvance_CommitWithoutPipelineFails(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	_, err := w.Policy.SetContract(t.Context(), w.Project(t), &fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{
		fleet.Update: {By: "commit", Message: "[skip ci] [AutoDeploy][Update] {entries}"},
	}}, operationtest.Ada)
	require.NoError(t, err)
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Accepted, op.State)
	w.Poll(t, 3)
	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, ".gitlab-ci.yml")
	next, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, next.State)
}
