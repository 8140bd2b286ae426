package operation_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
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

func TestStart_UpdateKeepsSecretsCommentsAndOrder(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	files, err := w.Operations.Configuration(t.Context(), w.Project(t), "alpha", "")
	require.NoError(t, err)
	require.NotContains(t, files.Files[0].Text, "hidden-alpha")

	op := w.Run(t, operation.Request{
		Kind: fleet.Update, Instance: "alpha", BaseCommit: files.Commit, Reason: "a better name",
		Files: []operation.Edit{{Path: files.Files[0].Path, Text: strings.Replace(files.Files[0].Text, "Old", "New", 1)}},
	})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.NotEmpty(t, op.Commit)
	assert.Len(t, op.Pipelines, 2, "deploying, child")
	assert.Equal(t, "# of alpha\nLMS_HOST: alpha.example.org\nOPENEDX_SECRET_KEY: hidden-alpha # keep\nPLATFORM_NAME: New\n", w.File(t, "instances/alpha/config.yml"))
	assert.Equal(t, "New", w.Row(t, "alpha").Instance.Description)
	assert.Equal(t, "Old", w.Row(t, "beta").Instance.Description)

	detail, err := w.Store.OperationDetail(t.Context(), "campus", op.DeploymentID)
	require.NoError(t, err)
	require.Len(t, detail.Files, 1)
	assert.Contains(t, detail.Files[0].Diff, "+PLATFORM_NAME: New")
	assert.NotContains(t, detail.Files[0].Diff, "hidden")
	assert.Equal(t, []string{"PLATFORM_NAME"}, detail.Files[0].Keys)
}

func TestStart_UpdateOfAChangedFileConflicts(t *testing.T) {
	w := operationtest.New(t, "alpha")
	files, err := w.Operations.Configuration(t.Context(), w.Project(t), "alpha", "")
	require.NoError(t, err)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: other.example.org\n"}})

	req := operation.Request{
		Kind: fleet.Update, Instance: "alpha", BaseCommit: files.Commit,
		Files: []operation.Edit{{Path: "instances/alpha/config.yml", Text: files.Files[0].Text + "NEW: 1\n"}},
	}
	_, err = w.Request(t, req)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	assert.Equal(t, "files.instances/alpha/config.yml", operationtest.FieldOf(t, err))
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	require.NoError(t, err)
	assert.Empty(t, preview.Hash)
	require.NotEmpty(t, preview.Warnings)
	assert.Equal(t, "fileChanged", preview.Warnings[0].Code)
	assert.True(t, preview.Warnings[0].Blocking)

	// A change of another file does not stand in the way.
	req.Files[0] = operation.Edit{Path: "instances/alpha/grove.yml", Text: "COMPREHENSIVE_THEME_NAME: mine\n"}
	assert.Equal(t, fleet.Succeeded, w.Run(t, req).State)
}

// Between planning and sending, while the operation waits for another.
func TestAdvance_FileChangedWhileWaitingFails(t *testing.T) {
	w := operationtest.New(t, "alpha")
	_, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	op, err := w.Request(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, op.State)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: other.example.org\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))

	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, "has changed in GitLab")
	assert.Contains(t, op.Detail, "instances/alpha/config.yml")
	assert.Equal(t, "LMS_HOST: other.example.org\n", w.File(t, "instances/alpha/config.yml"))
}

func TestStart_ArchiveUnarchiveDelete(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	before := w.File(t, "instances/alpha/config.yml")
	op := w.Run(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, fleet.Archived, w.Row(t, "alpha").Instance.Lifecycle)

	_, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	_, err = w.Request(t, operation.Request{Kind: fleet.Unarchive, Instance: "beta"})
	assert.Equal(t, fault.Conflict, fault.KindOf(err))

	op = w.Run(t, operation.Request{Kind: fleet.Unarchive, Instance: "alpha"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, fleet.Active, w.Row(t, "alpha").Instance.Lifecycle)
	assert.Equal(t, before, w.File(t, "instances/alpha/config.yml"))
	assert.Equal(t, "tutor>=18,<19\n", w.File(t, "instances/alpha/requirements.txt"))

	_, err = w.Request(t, operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpah"})
	assert.Equal(t, "confirm", operationtest.FieldOf(t, err))
	op = w.Run(t, operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, fleet.Deleted, w.Row(t, "alpha").Instance.Lifecycle)

	_, err = w.Request(t, operation.Request{Kind: fleet.Create, Instance: "alpha"})
	require.Error(t, err)
	assert.Contains(t, fault.Message(err), "20 minutes")
	w.Clock.Advance(21 * time.Minute)
	_, err = w.Request(t, operation.Request{Kind: fleet.Create, Instance: "alpha"})
	assert.NoError(t, err)
}

func TestStart_BuildImages(t *testing.T) {
	w := operationtest.New(t, "alpha")
	op := w.Run(t, operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "release/teak"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Len(t, op.Pipelines, 2)
	_, err := w.Request(t, operation.Request{Kind: fleet.BuildImages, Repository: "https://user:pass@example.org/x", Branch: "b"})
	assert.Equal(t, "repository", operationtest.FieldOf(t, err))
}

func TestStart_ReprovisionIsGated(t *testing.T) {
	w := operationtest.New(t, "alpha")
	updated := w.Run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}})
	require.Equal(t, fleet.Succeeded, updated.State)
	_, err := w.Request(t, operation.Request{Kind: fleet.Reprovision, Confirm: "campus"})
	assert.Equal(t, fault.Forbidden, fault.KindOf(err))
	_, err = w.Policy.SetContract(t.Context(), w.Project(t), &fleet.Contract{AllowReprovision: true}, operationtest.Ada)
	require.NoError(t, err)
	_, err = w.Request(t, operation.Request{Kind: fleet.Reprovision})
	assert.Equal(t, "confirm", operationtest.FieldOf(t, err))

	w.Server.Script(gitlabtest.Outcome{Job: "terraform-apply", Fail: true})
	op := w.Run(t, operation.Request{Kind: fleet.Reprovision, Confirm: "campus"})
	assert.Equal(t, fleet.Broken, op.State, op.Detail)
	assert.Len(t, op.Pipelines, 2)
	// It ran on the commit of alpha's update, and is not about it.
	assert.Equal(t, updated, w.Operation(t, updated.ID))
	assert.Equal(t, fleet.StatusSuccess, w.Row(t, "alpha").Instance.Pipeline.Status)
}

func TestStart_SameKeyStartsOnce(t *testing.T) {
	w := operationtest.New(t, "alpha")
	req := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}, Key: "once"}
	first, err := w.Request(t, req)
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Server.ResetRequests()
	again, err := w.Request(t, req)
	require.NoError(t, err)
	assert.Equal(t, first.ID, again.ID)
	assert.Zero(t, w.Posts())
	req.Reason = "another"
	_, err = w.Request(t, req)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

// A megabyte does not fit one sealed item.
func TestStart_SealsLargeFilesInParts(t *testing.T) {
	w := operationtest.New(t, "alpha")
	_, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "beta"}) // the large one waits for it
	require.NoError(t, err)
	// Few keys and much that cannot be compressed: large, and quick to read.
	var text strings.Builder
	random := rand.NewChaCha8([32]byte{1})
	for line := make([]byte, 72); text.Len() < 1<<20-200; {
		_, _ = random.Read(line)
		text.WriteString("# " + base64.StdEncoding.EncodeToString(line) + "\n")
	}
	text.WriteString("PLATFORM_NAME: Large\n")
	op, err := w.Request(t, operation.Request{
		Kind: fleet.Update, Instance: "alpha", Files: []operation.Edit{{Path: "instances/alpha/config.yml", Text: text.String()}},
	})
	require.NoError(t, err)
	assert.Greater(t, w.Operation(t, op.ID).SealedParts, 1)
	assert.Empty(t, w.Operation(t, op.ID).Sealed)
	require.NoError(t, w.Server.Settle(t.Context()))
	op = w.Operation(t, op.ID)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, text.String(), w.File(t, "instances/alpha/config.yml"))
	_, err = w.Store.Sealed(t.Context(), "campus", op.DeploymentID, 1)
	assert.True(t, fault.Is(err, fault.NotFound), "nothing stays of what was sent")
}

func TestAdvance_FindsWhatALostAnswerCreated(t *testing.T) {
	for name, req := range map[string]operation.Request{
		"update": {Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{operationtest.Set("config.yml", "PLATFORM_NAME", "New")}},
		"images": {Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main"},
		// Its trigger carries no deployment id: all its variables together identify it.
		"archive": {Kind: fleet.Archive, Instance: "alpha"},
	} {
		t.Run(name, func(t *testing.T) {
			w := operationtest.New(t, "alpha")
			w.DropEvents()
			w.Server.ResetRequests()
			w.Server.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/**", Times: 1, Cut: 5})
			op, err := w.Request(t, req)
			require.NoError(t, err)
			assert.Equal(t, fleet.Requested, op.State)
			assert.NotEmpty(t, op.Detail)
			w.Clock.Advance(time.Minute)
			require.NoError(t, w.Sync(t.Context(), "campus"))
			op = w.Operation(t, op.ID)
			assert.NotEqual(t, fleet.Requested, op.State)
			assert.Equal(t, 1, w.Posts())
		})
	}
}

func TestWithdraw_WaitingOperation(t *testing.T) {
	w := operationtest.New(t, "alpha")
	first, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	second, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	require.NotNil(t, w.Row(t, "gamma"))

	for range 2 {
		op, err := w.Operations.Withdraw(t.Context(), w.Project(t), second.ID, operationtest.Ada)
		require.NoError(t, err)
		assert.Equal(t, fleet.Canceled, op.State)
		assert.Contains(t, op.Detail, "ada@example.org")
	}
	assert.Nil(t, w.Row(t, "gamma"))
	_, err = w.Operations.Withdraw(t.Context(), w.Project(t), first.ID, operationtest.Ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	require.NoError(t, w.Server.Settle(t.Context()))
	assert.Equal(t, fleet.Succeeded, w.Operation(t, first.ID).State)
	assert.Equal(t, fleet.Canceled, w.Operation(t, second.ID).State)
}

func TestStart_CreateKeepsOverrides(t *testing.T) {
	w := operationtest.New(t)
	op := w.Run(t, operation.Request{
		Kind: fleet.Create, Instance: "beta", Overrides: map[string]json.RawMessage{"LMS_HOST": json.RawMessage(`"beta.example.org"`)},
	})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Contains(t, w.File(t, "instances/beta/config.yml"), "LMS_HOST: beta.example.org")
}
