package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
	"github.com/open-craft/ocim/shared/policy"
)

func TestProtect_BlocksOperationsAndIsAudited(t *testing.T) {
	w := operationtest.New(t, "alpha")
	_, err := w.Policy.Protect(t.Context(), w.Project(t), "nobody", true, "", operationtest.Ada)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = w.Policy.Protect(t.Context(), w.Project(t), "alpha", true, "exams", operationtest.Ada)
	require.NoError(t, err)
	for _, kind := range []fleet.OperationKind{fleet.Archive, fleet.Delete} {
		_, err = w.Request(t, operation.Request{Kind: kind, Instance: "alpha", Confirm: "alpha"})
		require.Error(t, err)
		assert.Contains(t, fault.Message(err), "protected by ada@example.org")
	}
	_, err = w.Policy.Protect(t.Context(), w.Project(t), "alpha", false, "", operationtest.Ada)
	require.NoError(t, err)
	op := w.Run(t, operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha", Reason: "over"})
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

func TestTryContract_NamesTheField(t *testing.T) {
	project := fleet.Project{ID: "campus", GitLabID: 7, DefaultBranch: "main"}
	samples, err := policy.TryContract(project, fleet.Contract{})
	require.NoError(t, err)
	assert.Len(t, samples, len(fleet.OperationKinds()))
	for field, m := range map[string]fleet.Mechanism{
		"operations.archive.variables.CI_JOB_TOKEN": {By: "trigger", Variables: map[string]string{"CI_JOB_TOKEN": "1"}},
		"operations.archive.variables.X":            {By: "trigger", Variables: map[string]string{"X": "$HOME"}},
		"operations.archive.by":                     {By: "mail"},
		"operations.archive.message":                {By: "commit", Message: "{nothing}"},
	} {
		_, err := policy.TryContract(project, fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{fleet.Archive: m}})
		assert.Equal(t, field, operationtest.FieldOf(t, err))
	}
	_, err = policy.TryContract(project, fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{
		fleet.Update: {By: "trigger", Variables: map[string]string{"X": "1"}},
	}})
	assert.Equal(t, "operations.update.by", operationtest.FieldOf(t, err))
}

// Someone who edits a contract while someone removes the project does not bring it back.
func TestSetContract_NotKeptForARemovedProject(t *testing.T) {
	w := operationtest.New(t, "alpha")
	project := w.Project(t)
	require.NoError(t, w.Store.RemoveProject(t.Context(), project, nil))
	_, err := w.Policy.SetContract(t.Context(), project, &fleet.Contract{AllowReprovision: true}, operationtest.Ada)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = w.Store.Project(t.Context(), project.ID)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}
