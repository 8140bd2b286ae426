package operation_test

import (
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

func failDeployment(w *operationtest.World) {
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Instance: "alpha", Fail: true})
}

// The change is in git, but its pipeline failed or never came: the same request, and any
// other that comes to the same files, deploys it.
func TestStart_SameChangeDeploysWhatFailed(t *testing.T) {
	const path = "instances/alpha/config.yml"
	for name, fail := range map[string]func(t *testing.T, w *operationtest.World) fleet.Operation{
		"first deployment": func(t *testing.T, w *operationtest.World) fleet.Operation {
			failDeployment(w)
			return w.Run(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "New")))
		},
		"later deployment": func(t *testing.T, w *operationtest.World) fleet.Operation {
			require.Equal(t, fleet.Succeeded, w.Run(t, update(operationtest.Set("config.yml", "LANGUAGE_CODE", "fr"))).State)
			w.Clock.Advance(time.Hour)
			failDeployment(w)
			return w.Run(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "New")))
		},
		"no pipeline": func(t *testing.T, w *operationtest.World) fleet.Operation {
			w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{CIDisabled: true})
			op := w.Run(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "New")))
			w.Poll(t, 3)
			w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{})
			return w.Operation(t, op.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := operationtest.New(t, "alpha", "beta")
			failed := fail(t, w)
			require.Equal(t, fleet.Broken, failed.State, failed.Detail)
			before := w.File(t, path)
			w.Clock.Advance(time.Hour)
			shown, err := w.Operations.Configuration(t.Context(), w.Project(t), "alpha", "")
			require.NoError(t, err)
			for way, again := range map[string]operation.Request{
				"change": update(operationtest.Set("config.yml", "PLATFORM_NAME", "New")),
				"file":   {Kind: fleet.Update, Instance: "alpha", Files: []operation.Edit{{Path: path, Text: shown.Files[0].Text}}},
				"deploy": {Kind: fleet.Update, Instance: "alpha", Deploy: true},
			} {
				preview, err := w.Operations.Preview(t.Context(), w.Project(t), again)
				require.NoError(t, err, way)
				require.Len(t, preview.Warnings, 1, way)
				assert.Equal(t, "This configuration of alpha is already in git but not deployed. Ocim deploys it without changing a file", preview.Warnings[0].Message, way)
				assert.NotEmpty(t, preview.Hash, way)
				require.NotNil(t, preview.Request, way)
				assert.Empty(t, preview.Request.Body["actions"], way)
			}
			op := w.Run(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "New")))
			assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
			assert.NotEqual(t, failed.ID, op.ID)
			assert.Equal(t, before, w.File(t, path))
			assert.Equal(t, fleet.StatusSuccess, w.Row(t, "alpha").Instance.Pipeline.Status)

			w.Clock.Advance(time.Hour)
			for _, req := range []operation.Request{update(operationtest.Set("config.yml", "PLATFORM_NAME", "New")), {Kind: fleet.Update, Instance: "alpha", Deploy: true}} {
				_, err := w.Request(t, req)
				assert.Equal(t, fault.Conflict, fault.KindOf(err), "it is deployed now")
			}
		})
	}
}

// The preview has what the deployment changes: what differs from what is deployed.
func TestPreview_OfDeployingAgainShowsWhatIsNotDeployed(t *testing.T) {
	w := operationtest.New(t, "alpha")
	require.Equal(t, fleet.Succeeded, w.Run(t, update(operationtest.Set("config.yml", "LANGUAGE_CODE", "fr"))).State)
	for _, change := range []operation.Request{update(operationtest.Set("config.yml", "OPENEDX_SECRET_KEY", "other")), update(operationtest.Set("config.yml", "DOCKER_IMAGE_OPENEDX", "example/openedx:2"))} {
		w.Clock.Advance(time.Hour)
		failDeployment(w)
		require.Equal(t, fleet.Broken, w.Run(t, change).State)
	}
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), update(operationtest.Set("config.yml", "DOCKER_IMAGE_OPENEDX", "example/openedx:2")))
	require.NoError(t, err)
	require.Len(t, preview.Files, 1)
	assert.Equal(t, []string{"DOCKER_IMAGE_OPENEDX", "OPENEDX_SECRET_KEY"}, preview.Files[0].Keys)
	assert.Contains(t, preview.Files[0].Diff, "+DOCKER_IMAGE_OPENEDX: example/openedx:2")
	assert.NotContains(t, preview.Files[0].Diff, "hidden-alpha")
	effects := map[string]bool{}
	for _, e := range preview.Effects {
		effects[e.Effect] = true
	}
	assert.True(t, effects["signsOut"] && effects["imageRebuild"], "%+v", preview.Effects)
}

// What is confirmed is deployed, and nothing that came in after the preview.
func TestStart_DeployAgainRefusesWhatWasNotPreviewed(t *testing.T) {
	w := operationtest.New(t, "alpha")
	failDeployment(w)
	require.Equal(t, fleet.Broken, w.Run(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "New"))).State)
	req := update(operationtest.Set("config.yml", "PLATFORM_NAME", "New"))
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/grove.yml": "X: 1\n"}})
	req.PreviewHash = preview.Hash
	_, err = w.Request(t, req)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	assert.Equal(t, "previewHash", operationtest.FieldOf(t, err))
}

// While a pipeline deploys the change, the same request is refused, and says so.
func TestStart_SameChangeWhileItDeploys(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.Server.Script(gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: -1})
	require.Equal(t, fleet.Running, w.Run(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "New"))).State)
	_, err := w.Request(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "New")))
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	assert.Regexp(t, `pipeline \d+ is deploying it`, fault.Message(err))
}

// A creation that failed after its commit left the instance in git: its name is taken, and
// deploying it is what remains to be done.
func TestStart_CreateThatFailedIsDeployedAgain(t *testing.T) {
	w := operationtest.New(t, "beta")
	failDeployment(w)
	create := operation.Request{Kind: fleet.Create, Instance: "alpha"}
	require.Equal(t, fleet.Broken, w.Run(t, create).State)
	w.Clock.Advance(time.Hour)
	_, err := w.Request(t, create)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	assert.Contains(t, fault.Message(err), "already in git but not deployed; deploy it from its page")
	op := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Deploy: true})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, fleet.Active, w.Row(t, "alpha").Instance.Lifecycle)
}
