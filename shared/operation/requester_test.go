package operation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// Git names the user of Ocim's token, or Grove's, as the author of what a person requested
// in Ocim. The person shows everywhere instead, regardless of the committer.
func TestFollow_NamesTheRequester(t *testing.T) {
	for name, tt := range map[string]struct {
		req       operation.Request
		instance  string
		lifecycle fleet.Lifecycle
	}{
		"update, which Ocim commits": {operation.Request{
			Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")},
		}, "alpha", fleet.Active},
		"create, which Grove commits":                        {operation.Request{Kind: fleet.Create, Instance: "gamma"}, "gamma", fleet.Active},
		"archive, which Grove commits":                       {operation.Request{Kind: fleet.Archive, Instance: "alpha"}, "alpha", fleet.Archived},
		"unarchive, no rollback though it brings files back": {operation.Request{Kind: fleet.Unarchive, Instance: "alpha"}, "alpha", fleet.Active},
	} {
		t.Run(name, func(t *testing.T) {
			w := operationtest.New(t, "alpha", "beta")
			if tt.req.Kind == fleet.Unarchive {
				w.Run(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
			}
			op := w.Run(t, tt.req)
			require.Equal(t, fleet.Succeeded, op.State, op.Detail)
			i := w.Row(t, tt.instance).Instance
			assert.Equal(t, tt.lifecycle, i.Lifecycle)
			assert.Equal(t, "ada@example.org", i.ChangedBy)
			require.NotNil(t, i.Pipeline)
			assert.Equal(t, "ada@example.org", i.Pipeline.RequestedBy)
			assert.Empty(t, i.Pipeline.RolledBackTo)
			list, err := w.Store.Activity.Latest(t.Context(), func(a activity.Activity) bool {
				return a.Instance == tt.instance && (a.Kind == activity.ActivityPipeline || a.Kind == activity.ActivityLifecycle)
			}, 10)
			require.NoError(t, err)
			require.NotEmpty(t, list)
			for _, a := range list {
				assert.Equal(t, "ada@example.org", a.By, "%+v", a)
			}
		})
	}
}

func TestFollow_NamesNobodyForAChangeInGitLab(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	w.CommitByHand(t, "[AutoDeploy][Update] beta|77")
	i := w.Row(t, "beta").Instance
	assert.NotEqual(t, "ada@example.org", i.ChangedBy)
	assert.NotEmpty(t, i.ChangedBy)
	require.NotNil(t, i.Pipeline)
	assert.Empty(t, i.Pipeline.RequestedBy)
}

// Its pipeline and what activity says of it are a rollback's, too.
func TestFollow_MarksTheRollback(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	first := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}})
	w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "Newer")}})
	w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", RollBackTo: first.ID})
	require.NoError(t, w.Server.Settle(t.Context()))
	i := w.Row(t, "alpha").Instance
	assert.Equal(t, first.Commit, i.Pipeline.RolledBackTo)
	list, err := w.Store.Activity.Latest(t.Context(), func(a activity.Activity) bool { return a.Kind == activity.ActivityPipeline && a.Instance == "alpha" }, 10)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	assert.True(t, list[0].Rollback)
	assert.False(t, list[len(list)-1].Rollback)
}
