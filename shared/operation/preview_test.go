package operation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func codes(p operation.Preview) []string {
	var out []string
	for _, w := range p.Warnings {
		out = append(out, w.Code)
	}
	return out
}

func effects(p operation.Preview) []string {
	var out []string
	for _, e := range p.Effects {
		out = append(out, e.Effect)
	}
	return out
}

func TestPreview_ShowsTheRequestAndSendsNothing(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.Server.ResetRequests()
	req := operation.Request{
		Kind: fleet.Update, Instance: "alpha", Reason: "security", By: operationtest.Ada,
		Changes: []operation.Change{operationtest.Set("config.yml", "OPENEDX_SECRET_KEY", "brand-new-secret"), operationtest.Set("config.yml", "OPENEDX_COMMON_VERSION", "teak.2")},
	}
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	assert.Zero(t, w.Posts())
	text, err := json.Marshal(preview)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "brand-new-secret")
	assert.NotContains(t, string(text), "hidden-alpha")

	assert.Equal(t, []string{"alpha"}, preview.Instances)
	require.Len(t, preview.Files, 1)
	assert.Contains(t, preview.Files[0].Diff, "+OPENEDX_COMMON_VERSION: teak.2")
	assert.Equal(t, []string{"OPENEDX_COMMON_VERSION", "OPENEDX_SECRET_KEY"}, preview.Files[0].Keys)
	assert.Equal(t, []string{"OPENEDX_SECRET_KEY"}, preview.Files[0].Secrets)
	assert.Equal(t, []string{"secretChanged"}, codes(preview))
	assert.Equal(t, []string{"signsOut", "imageRebuild", "migrations", "restart"}, effects(preview))
	require.NotNil(t, preview.Request)
	assert.Contains(t, preview.Request.Path, "/repository/commits")
	assert.Equal(t, "[AutoDeploy][Update] alpha|<deployment id>\n\nReason: security", preview.Request.Body["commit_message"])
	assert.Equal(t, 300, preview.Estimate.Seconds)

	req.PreviewHash = preview.Hash
	assert.Equal(t, fleet.Succeeded, w.Run(t, req).State)
	assert.Contains(t, w.File(t, "instances/alpha/config.yml"), "brand-new-secret")
}

func TestPreview_CreateShowsPredictedFiles(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.Server.ResetRequests()
	req := operation.Request{
		Kind: fleet.Create, Instance: "Beta", By: operationtest.Ada,
		Overrides: map[string]json.RawMessage{
			"PLATFORM_NAME": json.RawMessage(`"Beta \ud83d\ude80"`), "OPENEDX_SECRET_KEY": json.RawMessage(`"brand-new-secret"`),
			"MAX_UPLOAD": json.RawMessage(`12`), "LIMITS": json.RawMessage(`{"ratio":1.50,"hosts":["a","b"],"code":"012"}`),
			"GROVE_CRON_JOBS": json.RawMessage(`[]`), "SIMPLE_THEME_EXTRA": json.RawMessage(`null`), "ENV_REGION": json.RawMessage(`"north"`),
		},
	}
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	assert.Zero(t, w.Posts())
	text, err := json.Marshal(preview)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "brand-new-secret")

	assert.Equal(t, []string{"beta"}, preview.Instances)
	require.Len(t, preview.Files, 2)
	config, theme := preview.Files[0], preview.Files[1]
	assert.Equal(t, fleet.FileChange{
		Path: "instances/beta/config.yml", Action: "create", Instance: "beta",
		Keys: []string{"GROVE_CRON_JOBS", "LIMITS", "MAX_UPLOAD", "OPENEDX_SECRET_KEY", "PLATFORM_NAME"},
		Values: []fleet.KeyChange{
			{Key: "GROVE_CRON_JOBS", After: "[]"},
			{Key: "LIMITS", After: "code: \"012\"\nhosts:\n    - a\n    - b\nratio: 1.50"},
			{Key: "MAX_UPLOAD", After: "12"},
			{Key: "OPENEDX_SECRET_KEY", After: "••••••••"},
			{Key: "PLATFORM_NAME", After: "Beta 🚀"},
		},
		Diff: "--- /dev/null\n+++ b/instances/beta/config.yml\n@@ -0,0 +1,10 @@\n+GROVE_CRON_JOBS: []\n+LIMITS:\n+  code: \"012\"\n+  hosts:\n+    - a\n+    - b\n" +
			"+  ratio: 1.50\n+MAX_UPLOAD: 12\n+OPENEDX_SECRET_KEY: ••••••••\n+PLATFORM_NAME: \"Beta \\U0001F680\"\n",
	}, config)
	assert.Equal(t, "instances/beta/grove.yml", theme.Path)
	assert.Equal(t, "create", theme.Action)
	assert.Equal(t, []string{"SIMPLE_THEME_EXTRA"}, theme.Keys)
	require.NotNil(t, preview.Request)
	assert.Equal(t, "north", preview.Request.Body["ENV_REGION"])
	assert.Empty(t, codes(preview))

	// What is kept for the history and the audit log is what was shown.
	req.PreviewHash = preview.Hash
	op := w.Run(t, req)
	require.Equal(t, fleet.Succeeded, op.State, op.Detail)
	detail, err := w.Store.OperationDetail(t.Context(), "campus", op.DeploymentID)
	require.NoError(t, err)
	assert.Equal(t, preview.Files, detail.Files)
	page, err := w.Operations.Audit.List(t.Context(), audit.Filter{Target: "cluster/campus"})
	require.NoError(t, err)
	require.Len(t, page.Entries, 1)
	after := string(page.Entries[0].After)
	assert.Contains(t, after, `"Keys":["GROVE_CRON_JOBS","LIMITS","MAX_UPLOAD","OPENEDX_SECRET_KEY","PLATFORM_NAME"]`)
	assert.Contains(t, after, "MAX_UPLOAD: 12")
	assert.NotContains(t, after, "brand-new-secret")

	// Grove wrote what was shown, and the cluster's defaults.
	written := w.File(t, "instances/beta/config.yml")
	assert.Contains(t, written, "MAX_UPLOAD: 12\n")
	assert.Contains(t, written, "brand-new-secret")
	assert.Contains(t, w.File(t, "instances/beta/grove.yml"), "SIMPLE_THEME_EXTRA:")
}

func TestPreview_CreateWithoutOverridesPredictsNoFile(t *testing.T) {
	w := operationtest.New(t, "alpha")
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	assert.NotEmpty(t, preview.Hash)
	assert.NotNil(t, preview.Files)
	assert.Empty(t, preview.Files)
}

func TestStart_RefusesStalePreview(t *testing.T) {
	w := operationtest.New(t, "alpha")
	req := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}}
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	require.NotEmpty(t, preview.Hash)

	refused := func(t *testing.T, req operation.Request) {
		req.PreviewHash = preview.Hash
		_, err := w.Request(t, req)
		assert.Equal(t, fault.Conflict, fault.KindOf(err))
		assert.Equal(t, "previewHash", operationtest.FieldOf(t, err))
	}
	t.Run("nothing", func(t *testing.T) {
		_, _, err := w.Operations.Start(t.Context(), w.Project(t), req)
		assert.Equal(t, fault.Invalid, fault.KindOf(err))
		assert.Equal(t, "previewHash", operationtest.FieldOf(t, err))
		_, _, err = w.Bulks.Start(t.Context(), bulk.Request{
			Kind: fleet.Archive, Targets: []bulk.Target{{Cluster: "campus", Instance: "alpha"}}, Batch: 1, PauseAfter: 1,
		})
		assert.Equal(t, fault.Invalid, fault.KindOf(err))
		assert.Equal(t, "previewHash", operationtest.FieldOf(t, err))
	})
	t.Run("another value", func(t *testing.T) {
		other := req
		other.Changes = []operation.Change{operationtest.Set("config.yml", "X", "2")}
		refused(t, other)
	})
	t.Run("another contract", func(t *testing.T) {
		_, err := w.Policy.SetContract(t.Context(), w.Project(t), &fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{
			fleet.Update: {By: "commit", Message: "[AutoDeploy][Update] {entries} (other)"},
		}}, operationtest.Ada)
		require.NoError(t, err)
		refused(t, req)
		_, err = w.Policy.SetContract(t.Context(), w.Project(t), nil, operationtest.Ada)
		require.NoError(t, err)
	})
	t.Run("another file", func(t *testing.T) {
		w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "Y: 1\n"}})
		refused(t, req)
	})
}

func TestPreview_Warns(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	_, err := w.Policy.Protect(t.Context(), w.Project(t), "beta", true, "exams", operationtest.Ada)
	require.NoError(t, err)
	running, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	require.Equal(t, fleet.Accepted, running.State)
	for name, test := range map[string]struct {
		req     operation.Request
		codes   []string
		blocked bool
		effects []string
		confirm string
	}{
		"queue":     {operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("grove.yml", "X", "1")}}, []string{"willQueue"}, false, []string{"restart"}, ""},
		"taken":     {operation.Request{Kind: fleet.Create, Instance: "Alpha"}, []string{"nameTaken", "willQueue"}, true, []string{"imageRebuild", "migrations"}, ""},
		"creating":  {operation.Request{Kind: fleet.Create, Instance: "gamma"}, []string{"beingCreated", "willQueue"}, true, []string{"imageRebuild", "migrations"}, ""},
		"protected": {operation.Request{Kind: fleet.Delete, Instance: "beta"}, []string{"willQueue", "protected", "dataUncertain"}, true, []string{"destroysData", "stops"}, "beta"},
		"archive":   {operation.Request{Kind: fleet.Archive, Instance: "alpha"}, []string{"willQueue", "dataUncertain"}, false, []string{"stops"}, ""},
		"same":      {operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "Old")}}, []string{"willQueue", "unchanged"}, true, []string{"restart"}, ""},
		"switched off": {
			operation.Request{Kind: fleet.Reprovision},
			[]string{"willQueue", "notAllowed", "protected"},
			true,
			[]string{"infrastructure", "restart"},
			"campus",
		},
	} {
		t.Run(name, func(t *testing.T) {
			preview, err := w.Operations.Preview(t.Context(), w.Project(t), test.req)
			require.NoError(t, err)
			assert.Equal(t, test.codes, codes(preview))
			assert.Equal(t, test.blocked, preview.Hash == "")
			assert.Equal(t, test.blocked, preview.Request == nil)
			assert.Equal(t, test.effects, effects(preview))
			assert.Equal(t, test.confirm, preview.Confirm)
		})
	}
}
