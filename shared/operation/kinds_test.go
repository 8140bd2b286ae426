package operation_test

import (
	"encoding/json"
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
)

func TestUpdateKeepsSecretsCommentsAndOrder(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	files, err := w.Operations.Configuration(t.Context(), w.project(t), "alpha", "")
	require.NoError(t, err)
	require.NotContains(t, files.Files[0].Text, "hidden-alpha")

	op := w.run(t, operation.Request{
		Kind: fleet.Update, Instance: "alpha", BaseCommit: files.Commit, Reason: "a better name",
		Files: []operation.Edit{{Path: files.Files[0].Path, Text: strings.Replace(files.Files[0].Text, "Old", "New", 1)}},
	})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.NotEmpty(t, op.Commit)
	assert.Len(t, op.Pipelines, 2, "deploying, child")
	assert.Equal(t, "# of alpha\nLMS_HOST: alpha.example.org\nOPENEDX_SECRET_KEY: hidden-alpha # keep\nPLATFORM_NAME: New\n", w.file(t, "instances/alpha/config.yml"))
	assert.Equal(t, "New", w.row(t, "alpha").Instance.Description)
	assert.Equal(t, "Old", w.row(t, "beta").Instance.Description)

	detail, err := w.Store.OperationDetail(t.Context(), "campus", op.DeploymentID)
	require.NoError(t, err)
	require.Len(t, detail.Files, 1)
	assert.Contains(t, detail.Files[0].Diff, "+PLATFORM_NAME: New")
	assert.NotContains(t, detail.Files[0].Diff, "hidden")
	assert.Equal(t, []string{"PLATFORM_NAME"}, detail.Files[0].Keys)
}

func TestUpdateOfAFileThatSomebodyChangedIsAConflict(t *testing.T) {
	w := newWorld(t, "alpha")
	files, err := w.Operations.Configuration(t.Context(), w.project(t), "alpha", "")
	require.NoError(t, err)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: other.example.org\n"}})

	req := operation.Request{
		Kind: fleet.Update, Instance: "alpha", BaseCommit: files.Commit,
		Files: []operation.Edit{{Path: "instances/alpha/config.yml", Text: files.Files[0].Text + "NEW: 1\n"}},
	}
	_, err = w.ask(t, req)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	assert.Equal(t, "files.instances/alpha/config.yml", fieldOf(t, err))
	preview, err := w.Operations.Preview(t.Context(), w.project(t), req)
	require.NoError(t, err)
	assert.Empty(t, preview.Hash)
	require.NotEmpty(t, preview.Warnings)
	assert.Equal(t, "fileChanged", preview.Warnings[0].Code)
	assert.True(t, preview.Warnings[0].Blocking)

	// A change of another file does not stand in the way.
	req.Files[0] = operation.Edit{Path: "instances/alpha/grove.yml", Text: "COMPREHENSIVE_THEME_NAME: mine\n"}
	assert.Equal(t, fleet.Succeeded, w.run(t, req).State)
}

// Between planning and sending, while the operation waits for another.
func TestChangeWhileWaitingEndsTheOperation(t *testing.T) {
	w := newWorld(t, "alpha")
	_, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	op, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, op.State)
	w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: other.example.org\n"}})
	require.NoError(t, w.gitlab.Settle(t.Context()))

	op = w.operation(t, op.ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, "has changed in GitLab")
	assert.Contains(t, op.Detail, "instances/alpha/config.yml")
	assert.Equal(t, "LMS_HOST: other.example.org\n", w.file(t, "instances/alpha/config.yml"))
}

func TestArchiveUnarchiveDelete(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	before := w.file(t, "instances/alpha/config.yml")
	op := w.run(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, fleet.Archived, w.row(t, "alpha").Instance.Lifecycle)

	_, err := w.ask(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	_, err = w.ask(t, operation.Request{Kind: fleet.Unarchive, Instance: "beta"})
	assert.Equal(t, fault.Conflict, fault.KindOf(err))

	op = w.run(t, operation.Request{Kind: fleet.Unarchive, Instance: "alpha"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, fleet.Active, w.row(t, "alpha").Instance.Lifecycle)
	assert.Equal(t, before, w.file(t, "instances/alpha/config.yml"))
	assert.Equal(t, "tutor>=18,<19\n", w.file(t, "instances/alpha/requirements.txt"))

	_, err = w.ask(t, operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpah"})
	assert.Equal(t, "confirm", fieldOf(t, err))
	op = w.run(t, operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, fleet.Deleted, w.row(t, "alpha").Instance.Lifecycle)

	_, err = w.ask(t, operation.Request{Kind: fleet.Create, Instance: "alpha"})
	require.Error(t, err)
	assert.Contains(t, fault.Message(err), "20 minutes")
	w.clock.Advance(21 * time.Minute)
	_, err = w.ask(t, operation.Request{Kind: fleet.Create, Instance: "alpha"})
	assert.NoError(t, err)
}

func TestBuildImages(t *testing.T) {
	w := newWorld(t, "alpha")
	op := w.run(t, operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "release/teak"})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Len(t, op.Pipelines, 2)
	_, err := w.ask(t, operation.Request{Kind: fleet.BuildImages, Repository: "https://user:pass@example.org/x", Branch: "b"})
	assert.Equal(t, "repository", fieldOf(t, err))
}

func TestReprovisionIsGatedAndTouchesNoInstancesPipeline(t *testing.T) {
	w := newWorld(t, "alpha")
	updated := w.run(t, operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}})
	require.Equal(t, fleet.Succeeded, updated.State)
	_, err := w.ask(t, operation.Request{Kind: fleet.Reprovision, Confirm: "campus"})
	assert.Equal(t, fault.Forbidden, fault.KindOf(err))
	_, err = w.Operations.SetContract(t.Context(), w.project(t), &fleet.Contract{AllowReprovision: true}, ada)
	require.NoError(t, err)
	_, err = w.ask(t, operation.Request{Kind: fleet.Reprovision})
	assert.Equal(t, "confirm", fieldOf(t, err))

	w.gitlab.Script(gitlabtest.Outcome{Job: "terraform-apply", Fail: true})
	op := w.run(t, operation.Request{Kind: fleet.Reprovision, Confirm: "campus"})
	assert.Equal(t, fleet.Broken, op.State, op.Detail)
	assert.Len(t, op.Pipelines, 2)
	// It ran on the commit of alpha's update, and is not about it.
	assert.Equal(t, updated, w.operation(t, updated.ID))
	assert.Equal(t, fleet.StatusSuccess, w.row(t, "alpha").Instance.Pipeline.Status)
}

// Whoever edits a contract while somebody removes the project does not bring it back.
func TestContractOfARemovedProjectIsNotKept(t *testing.T) {
	w := newWorld(t, "alpha")
	project := w.project(t)
	require.NoError(t, w.Store.RemoveProject(t.Context(), project, nil))
	_, err := w.Operations.SetContract(t.Context(), project, &fleet.Contract{AllowReprovision: true}, ada)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = w.Store.Project(t.Context(), project.ID)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestRepetitionWithTheSameKeyIsDoneOnce(t *testing.T) {
	w := newWorld(t, "alpha")
	req := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}, Key: "once"}
	first, err := w.ask(t, req)
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	w.gitlab.ResetRequests()
	again, err := w.ask(t, req)
	require.NoError(t, err)
	assert.Equal(t, first.ID, again.ID)
	assert.Zero(t, w.posts())
	req.Reason = "another"
	_, err = w.ask(t, req)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

// A megabyte does not fit one sealed item.
func TestLargeFileIsSealedInParts(t *testing.T) {
	w := newWorld(t, "alpha")
	_, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "beta"}) // the large one waits for it
	require.NoError(t, err)
	var text strings.Builder
	for i := 0; text.Len() < 1<<20-200; i++ {
		text.WriteString("K")
		for n := i*2654435761 + 12345; n > 0; n /= 26 {
			text.WriteByte(byte('A' + n%26))
		}
		text.WriteString(": " + strings.Repeat("v", i%97) + "\n")
	}
	op, err := w.ask(t, operation.Request{
		Kind: fleet.Update, Instance: "alpha", Files: []operation.Edit{{Path: "instances/alpha/config.yml", Text: text.String()}},
	})
	require.NoError(t, err)
	assert.Greater(t, w.operation(t, op.ID).SealedParts, 1)
	assert.Empty(t, w.operation(t, op.ID).Sealed)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	op = w.operation(t, op.ID)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, text.String(), w.file(t, "instances/alpha/config.yml"))
	_, err = w.Store.Sealed(t.Context(), "campus", op.DeploymentID, 1)
	assert.True(t, fault.Is(err, fault.NotFound), "nothing stays of what was sent")
}

func TestLostAnswerIsFoundAgain(t *testing.T) {
	for name, req := range map[string]operation.Request{
		"update": {Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}},
		"images": {Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main"},
		// Its trigger carries no deployment id: all its variables together tell.
		"archive": {Kind: fleet.Archive, Instance: "alpha"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.deaf()
			w.gitlab.ResetRequests()
			w.gitlab.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/**", Times: 1, Cut: 5})
			op, err := w.ask(t, req)
			require.NoError(t, err)
			assert.Equal(t, fleet.Requested, op.State)
			assert.NotEmpty(t, op.Detail)
			w.clock.Advance(time.Minute)
			require.NoError(t, w.Sync(t.Context(), "campus"))
			op = w.operation(t, op.ID)
			assert.NotEqual(t, fleet.Requested, op.State)
			assert.Equal(t, 1, w.posts())
		})
	}
}

func TestWithdraw(t *testing.T) {
	w := newWorld(t, "alpha")
	first, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
	require.NoError(t, err)
	second, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	require.NotNil(t, w.row(t, "gamma"))

	for range 2 {
		op, err := w.Operations.Withdraw(t.Context(), w.project(t), second.ID, ada)
		require.NoError(t, err)
		assert.Equal(t, fleet.Canceled, op.State)
		assert.Contains(t, op.Detail, "ada@example.org")
	}
	assert.Nil(t, w.row(t, "gamma"))
	_, err = w.Operations.Withdraw(t.Context(), w.project(t), first.ID, ada)
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
	require.NoError(t, w.gitlab.Settle(t.Context()))
	assert.Equal(t, fleet.Succeeded, w.operation(t, first.ID).State)
	assert.Equal(t, fleet.Canceled, w.operation(t, second.ID).State)
}

func TestCreateKeepsItsOverrides(t *testing.T) {
	w := newWorld(t)
	op := w.run(t, operation.Request{
		Kind: fleet.Create, Instance: "beta", Overrides: map[string]json.RawMessage{"LMS_HOST": json.RawMessage(`"beta.example.org"`)},
	})
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Contains(t, w.file(t, "instances/beta/config.yml"), "LMS_HOST: beta.example.org")
}
