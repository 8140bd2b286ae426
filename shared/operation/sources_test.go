package operation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// gitlabSources are Enums::Ci::Pipeline.sources of GitLab, and one that it does not have.
var gitlabSources = []string{
	"unknown", "push", "web", "trigger", "schedule", "api", "external", "pipeline", "chat", "webide", "merge_request_event",
	"external_pull_request_event", "parent_pipeline", "ondemand_dast_scan", "ondemand_dast_validation", "security_orchestration_policy",
	"container_registry_push", "duo_workflow", "pipeline_execution_policy_schedule", "of_a_later_gitlab",
}

// Every source × kind of ref × message × end, while an operation runs: only a pipeline that
// can deploy and belongs to the operation decides it, and only one that can deploy
// occupies the cluster.
func TestAdvance_OnlyDeployingPipelinesDecide(t *testing.T) {
	t.Run("of an instance", func(t *testing.T) {
		t.Parallel()
		w := operationtest.New(t, "alpha", "beta")
		requireOnlyDeployingPipelinesDecide(t, w, startHanging(t, w))
	})
	t.Run("of the cluster", func(t *testing.T) {
		t.Parallel()
		w := operationtest.New(t, "alpha", "beta")
		w.DropEvents()
		w.Server.Script(gitlabtest.Outcome{Hang: true, Times: -1})
		op, err := w.Request(t, operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main"})
		require.NoError(t, err)
		w.Poll(t, 1)
		op = w.Operation(t, op.ID)
		require.Len(t, op.Pipelines, 1)
		require.False(t, op.State.Ended())
		requireOnlyDeployingPipelinesDecide(t, w, op)
	})
}

func requireOnlyDeployingPipelinesDecide(t *testing.T, w *operationtest.World, op fleet.Operation) {
	t.Helper()
	refs := map[string]fleet.Pipeline{
		"default branch": {Ref: "main"},
		"other branch":   {Ref: "feature"},
		"tag":            {Ref: "main", Tag: true},
		"merge request":  {Ref: "main", MergeRequest: 5},
		"fork":           {Ref: "main", Fork: true},
	}
	messages := map[string]string{
		"of the operation": "[AutoDeploy][Update] alpha|" + op.DeploymentID,
		"of beta":          "[AutoDeploy][Update] beta|1234567890123456789",
		"none":             "Fix the readme",
	}
	id, cases := int64(5000), 0
	for _, source := range gitlabSources {
		for ref, p := range refs {
			for message, text := range messages {
				for _, status := range []fleet.PipelineStatus{fleet.StatusFailed, fleet.StatusSuccess, fleet.StatusRunning} {
					id++
					p := p
					p.Cluster, p.ID, p.Source, p.Status, p.Title = "campus", id, source, status, text
					p.SHA = op.Commit // also what a tag or a branch of that commit has
					p.CreatedAt, p.UpdatedAt = w.Clock.Now(), w.Clock.Now()
					grove.Attribute(&p, "main", text)
					if grove.CanDeploy(p, "main") {
						continue
					}
					cases++
					name := fmt.Sprintf("%s, %s, message %s, %s", source, ref, message, status)
					_, _, err := w.Store.RecordPipeline(t.Context(), p, fleet.FromAPI)
					require.NoError(t, err)
					require.NoError(t, w.Operations.Advance(t.Context(), w.Project(t), op.DeploymentID))
					now := w.Operation(t, op.ID)
					require.Equal(t, op.State, now.State, name)
					require.Equal(t, op.Pipelines, now.Pipelines, name)
					other, err := w.Operations.OtherPipeline(t.Context(), "campus", []fleet.Operation{now})
					require.NoError(t, err)
					require.Nil(t, other, name)
				}
			}
		}
	}
	assert.Greater(t, cases, 800)
}

// The same for the cluster's queue when nothing runs: what cannot deploy is not waited for.
func TestAdvance_NonDeployingPipelinesDoNotOccupyTheCluster(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	for i, source := range gitlabSources {
		p := fleet.Pipeline{
			Cluster: "campus", ID: int64(900 + i), Source: source, Ref: "feature", Status: fleet.StatusRunning, SHA: "abc",
			Title: "[AutoDeploy][Update] alpha|1", CreatedAt: w.Clock.Now(), UpdatedAt: w.Clock.Now().Add(time.Second),
		}
		grove.Attribute(&p, "main", p.Title)
		_, _, err := w.Store.RecordPipeline(t.Context(), p, fleet.FromAPI)
		require.NoError(t, err)
	}
	op, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, op.State, op.Detail)
}
