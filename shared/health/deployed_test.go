package health_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/operation"
)

// running is a cluster that runs beta, with an autoscaler of lms up to so many.
type running int

func (most running) Instances(context.Context) (clusterfn.InstanceList, error) {
	lms := clusterfn.Workload{Name: "lms", Desired: 1, Scaled: &clusterfn.Scaled{Min: 1, Max: int(most)}}
	return clusterfn.InstanceList{Scaling: true, Instances: []clusterfn.Instance{{Name: "beta", Health: clusterfn.Healthy, Workloads: []clusterfn.Workload{lms}}}}, nil
}

// TestObserve_ReportsDriftBetweenDeploymentsOnly follows an instance from its creation:
// someone changes it in the cluster, someone else in git, and it is deployed.
func TestObserve_ReportsDriftBetweenDeploymentsOnly(t *testing.T) {
	w := fleettest.New(t, fleettest.Spec{Instances: []string{"alpha"}})
	w.Add(t)
	observe := func(most int) *fleet.Drift {
		t.Helper()
		w.Watch.Open = func(context.Context, fleet.Project) (health.Cluster, error) { return running(most), nil }
		require.NoError(t, w.Watch.Observe(t.Context(), "campus"))
		return w.Row(t, "beta").Instance.Drift
	}
	commit := func(message, most string) {
		t.Helper()
		w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: message, Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: beta.example.org\nGROVE_LMS_MAX_REPLICAS: " + most + "\n"}})
	}
	_, err := w.Start(t, operation.Request{
		Kind: fleet.Create, Instance: "beta", By: audit.Actor{Email: "ada@example.org"}, Key: "key",
		Overrides: map[string]json.RawMessage{"LMS_HOST": json.RawMessage(`"beta.example.org"`), "GROVE_LMS_MAX_REPLICAS": json.RawMessage("10")},
	})
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	assert.Nil(t, observe(4), "it was just deployed")
	w.Clock.Advance(10 * time.Minute)
	drifted := observe(4)
	require.NotNil(t, drifted)
	assert.Equal(t, "lms has at most 4 instead of 10 replicas", drifted.Reason)

	commit("Let beta grow", "12") // without a deployment
	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Equal(t, drifted, w.Row(t, "beta").Instance.Drift, "reading git again does not forget it")
	assert.Equal(t, drifted, observe(4), "nor does a change that is not deployed explain it")
	assert.Nil(t, observe(10), "it runs as it was deployed; git has moved on")
	require.NotNil(t, observe(4))

	commit("[AutoDeploy][Update] beta|7", "12")
	require.NoError(t, w.Sync(t.Context(), "campus"))
	require.False(t, w.Row(t, "beta").Instance.Pipeline.Status.Finished())
	assert.Nil(t, w.Row(t, "beta").Instance.Drift, "a deployment runs")
	assert.Nil(t, observe(4))
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Clock.Advance(10 * time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Nil(t, observe(12))
	assert.NotNil(t, observe(10))
}

func (running) Pods(context.Context, string) (clusterfn.PodList, error) {
	return clusterfn.PodList{}, nil
}

func (running) Log(context.Context, string, clusterfn.LogQuery) (clusterfn.Log, error) {
	return clusterfn.Log{}, nil
}
