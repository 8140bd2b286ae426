package operation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
)

func TestRollBackBringsTheWholeConfigurationBack(t *testing.T) {
	w := newWorld(t, "alpha")
	before := w.file(t, "instances/alpha/config.yml")
	first := w.run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "One")}})
	second := w.run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{
		set("config.yml", "PLATFORM_NAME", "Two"), set("config.yml", "OPENEDX_SECRET_KEY", "rotated"), set("grove.yml", "PR_WATCHER", "x"),
	}})
	require.Equal(t, fleet.Succeeded, second.State)

	req := operation.Request{Kind: fleet.Update, Instance: "alpha", RollBackTo: first.ID}
	preview, err := w.Operations.Preview(t.Context(), w.project(t), req)
	require.NoError(t, err)
	require.Len(t, preview.Files, 2)
	assert.Contains(t, preview.Files[0].Diff, "-PLATFORM_NAME: Two\n+PLATFORM_NAME: One")
	assert.Equal(t, []string{"OPENEDX_SECRET_KEY"}, preview.Files[0].Secrets)
	req.PreviewHash = preview.Hash
	back := w.run(t, req)
	assert.Equal(t, fleet.Succeeded, back.State, back.Detail)
	assert.Equal(t, first.Commit, back.RolledBackTo)
	assert.Equal(t, strings.Replace(before, "Old", "One", 1), w.file(t, "instances/alpha/config.yml"))
	assert.Equal(t, "COMPREHENSIVE_THEME_NAME: brand\n", w.file(t, "instances/alpha/grove.yml"))

	history, err := w.Store.InstanceOperations(t.Context(), "campus", "alpha", 10)
	require.NoError(t, err)
	assert.Len(t, history, 3)
	for _, to := range []string{"nonsense", strings.Repeat("0", 40)} {
		_, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "alpha", RollBackTo: to})
		assert.Error(t, err, to)
	}
}

func TestRollBackToACreation(t *testing.T) {
	w := newWorld(t)
	created := w.run(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	before := w.file(t, "instances/beta/config.yml")
	w.run(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{set("config.yml", "X", "1")}})
	back := w.run(t, operation.Request{Kind: fleet.Update, Instance: "beta", RollBackTo: created.ID})
	assert.Equal(t, fleet.Succeeded, back.State, back.Detail)
	assert.Equal(t, before, w.file(t, "instances/beta/config.yml"))
}

func TestUndeployedChanges(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	op := w.run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "1")}})
	found, err := w.Operations.Undeployed(t.Context(), w.project(t), "alpha")
	require.NoError(t, err)
	assert.Equal(t, op.Commit, found.Since)
	assert.Empty(t, found.Commits)

	w.clock.Advance(time.Minute)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "by hand", Files: map[string]string{"instances/alpha/config.yml": "X: 2\n"}})
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "other", Files: map[string]string{"instances/beta/config.yml": "X: 2\n"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))
	found, err = w.Operations.Undeployed(t.Context(), w.project(t), "alpha")
	require.NoError(t, err)
	require.Len(t, found.Commits, 1)
	assert.Equal(t, "by hand", found.Commits[0].Title)

	deployed, err := w.Operations.Deployed(t.Context(), w.project(t), "alpha")
	require.NoError(t, err)
	assert.Equal(t, op.Commit, deployed.Commit)
	require.NotNil(t, deployed.Configured)
	assert.Equal(t, "1", deployed.Configured.Settings["X"])
	deployed, err = w.Operations.Deployed(t.Context(), w.project(t), "beta")
	require.NoError(t, err)
	assert.Equal(t, operation.Deployed{}, deployed, "no pipeline of it is known")

	// A deployment that failed deployed nothing.
	w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	w.run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "3")}})
	found, err = w.Operations.Undeployed(t.Context(), w.project(t), "alpha")
	require.NoError(t, err)
	assert.Len(t, found.Commits, 2)
}

func TestCancelAndRetry(t *testing.T) {
	w := newWorld(t, "alpha")
	w.deaf()
	op, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "1")}})
	require.NoError(t, err)
	waiting, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	w.clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	op = w.operation(t, op.ID)
	require.NotEmpty(t, op.Pipelines)
	for _, id := range op.Pipelines {
		_, err = w.Operations.CancelPipeline(t.Context(), w.project(t), id, "wrong one", ada)
		if err != nil {
			assert.Equal(t, fault.Conflict, fault.KindOf(err), "the child took its parent along: %v", err)
		}
	}
	w.clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Equal(t, fleet.Canceled, w.operation(t, op.ID).State)
	assert.NotEqual(t, fleet.Requested, w.operation(t, waiting.ID).State, "the next one goes on")
	acts, err := w.Store.PipelineActions(t.Context(), "campus", op.Pipelines[0])
	require.NoError(t, err)
	require.Len(t, acts, 1)
	assert.Equal(t, "wrong one", acts[0].Reason)

	last := op.Pipelines[len(op.Pipelines)-1]
	_, err = w.Operations.RetryPipeline(t.Context(), w.project(t), last, "", ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err), "the two would fight over the lock")
	w.poll(t, 6)
	_, err = w.Operations.RetryPipeline(t.Context(), w.project(t), last, "", ada)
	require.NoError(t, err)
	assert.False(t, w.operation(t, op.ID).State.Ended())
	third, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Requested, third.State, "it waits for the retried one")
	w.poll(t, 6)
	assert.Equal(t, fleet.Succeeded, w.operation(t, op.ID).State)
	assert.Equal(t, fleet.Succeeded, w.operation(t, third.ID).State)
}

func TestEstimateLearnsFromEarlierRuns(t *testing.T) {
	w := newWorld(t, "alpha")
	change := func(v string) operation.Request {
		return operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", v)}}
	}
	first := w.run(t, change("1"))
	took := first.EndedAt.Sub(first.AcceptedAt)
	op, err := w.ask(t, change("2"))
	require.NoError(t, err)
	w.clock.Advance(took / 2)
	e, err := w.Operations.EstimateOf(t.Context(), w.operation(t, op.ID))
	require.NoError(t, err)
	assert.Equal(t, 1, e.Runs)
	assert.InDelta(t, took.Seconds(), e.Seconds, 1)
	assert.InDelta(t, 50, e.Percent, 2)
	assert.WithinDuration(t, op.AcceptedAt.Add(took), e.DoneAt, time.Second)
	w.clock.Advance(time.Hour)
	e, err = w.Operations.EstimateOf(t.Context(), fleet.Operation{Cluster: "campus", Kind: fleet.Update, State: fleet.Running, AcceptedAt: op.AcceptedAt})
	require.NoError(t, err)
	assert.Equal(t, 99, e.Percent)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	e, err = w.Operations.EstimateOf(t.Context(), w.operation(t, op.ID))
	require.NoError(t, err)
	assert.Nil(t, e)
}

// A commit that starts no pipeline does not block its cluster for good.
func TestCommitWithoutPipelineEnds(t *testing.T) {
	w := newWorld(t, "alpha")
	w.deaf()
	_, err := w.Operations.SetContract(t.Context(), w.project(t), &fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{
		fleet.Update: {By: "commit", Message: "[skip ci] [AutoDeploy][Update] {entries}"},
	}}, ada)
	require.NoError(t, err)
	op, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "1")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Accepted, op.State)
	w.poll(t, 3)
	op = w.operation(t, op.ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, ".gitlab-ci.yml")
	next, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, next.State)
}

func TestProtectionAndAudit(t *testing.T) {
	w := newWorld(t, "alpha")
	_, err := w.Operations.Protect(t.Context(), w.project(t), "nobody", true, "", ada)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = w.Operations.Protect(t.Context(), w.project(t), "alpha", true, "exams", ada)
	require.NoError(t, err)
	for _, kind := range []fleet.OperationKind{fleet.Archive, fleet.Delete} {
		_, err = w.ask(t, operation.Request{Kind: kind, Instance: "alpha", Confirm: "alpha"})
		require.Error(t, err)
		assert.Contains(t, fault.Message(err), "protected by ada@example.org")
	}
	_, err = w.Operations.Protect(t.Context(), w.project(t), "alpha", false, "", ada)
	require.NoError(t, err)
	op := w.run(t, operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha", Reason: "over"})
	assert.Equal(t, fleet.Succeeded, op.State)

	page, err := w.Operations.Audit.List(t.Context(), audit.Filter{Target: "cluster/campus"})
	require.NoError(t, err)
	var actions []string
	for _, e := range page.Entries {
		actions = append(actions, e.Action)
		assert.Equal(t, "ada@example.org", e.Actor.Email)
	}
	assert.Equal(t, []string{"operation.delete", "instance.protection", "instance.protection"}, actions)
	assert.Equal(t, op.ID, page.Entries[0].Operation)
	assert.Contains(t, string(page.Entries[0].Before), "active")
	assert.Contains(t, string(page.Entries[0].After), "over")
}

func TestContractIsChecked(t *testing.T) {
	project := fleet.Project{ID: "campus", GitLabID: 7, DefaultBranch: "main"}
	samples, err := operation.TryContract(project, fleet.Contract{})
	require.NoError(t, err)
	assert.Len(t, samples, len(fleet.OperationKinds()))
	for field, m := range map[string]fleet.Mechanism{
		"operations.archive.variables.CI_JOB_TOKEN": {By: "trigger", Variables: map[string]string{"CI_JOB_TOKEN": "1"}},
		"operations.archive.variables.X":            {By: "trigger", Variables: map[string]string{"X": "$HOME"}},
		"operations.archive.by":                     {By: "mail"},
		"operations.archive.message":                {By: "commit", Message: "{nothing}"},
	} {
		_, err := operation.TryContract(project, fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{fleet.Archive: m}})
		assert.Equal(t, field, fieldOf(t, err))
	}
	_, err = operation.TryContract(project, fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{
		fleet.Update: {By: "trigger", Variables: map[string]string{"X": "1"}},
	}})
	assert.Equal(t, "operations.update.by", fieldOf(t, err))
}
