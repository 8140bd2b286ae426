package operation_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func update(changes ...operation.Change) operation.Request {
	return operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: changes}
}

func TestAdvance_MergesQueuedEditsOfDifferentKeys(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	first, err := w.Request(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "One"), operationtest.Set("config.yml", "FIRST", "1")))
	require.NoError(t, err)
	// The first one waits for nothing; hold it so that the second is prepared on the same head.
	second, err := w.Request(t, operation.Request{
		Kind: fleet.Update, Instance: "alpha",
		Files: []operation.Edit{{Path: "instances/alpha/config.yml", Text: strings.Replace(
			w.File(t, "instances/alpha/config.yml"), "alpha.example.org", "other.example.org", 1) + "SECOND: 2\n"}},
	})
	require.NoError(t, err)
	third, err := w.Request(t, update(operationtest.Set("config.yml", "THIRD", "3")))
	require.NoError(t, err)
	require.Equal(t, fleet.Requested, third.State)
	for _, op := range []fleet.Operation{first, second, third} {
		assert.Equal(t, fleet.Succeeded, w.Finish(t, op).State, w.Operation(t, op.ID).Detail)
	}
	text := w.File(t, "instances/alpha/config.yml")
	for _, line := range []string{"PLATFORM_NAME: One", "FIRST: \"1\"", "SECOND: 2", "THIRD: \"3\"", "LMS_HOST: other.example.org", "hidden-alpha # keep"} {
		assert.Contains(t, text, line)
	}
}

func TestAdvance_QueuedEditsOfTheSameKeyNameTheOther(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	ahead, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	first, err := w.Request(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "One")))
	require.NoError(t, err)
	second, err := w.Request(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "Two"), operationtest.Set("config.yml", "X", "1")))
	require.NoError(t, err)
	w.Finish(t, ahead)
	w.Finish(t, first)
	second = w.Finish(t, second)
	assert.Equal(t, fleet.Broken, second.State)
	assert.Contains(t, second.Detail, "PLATFORM_NAME in instances/alpha/config.yml was changed by ada@example.org, whose update came first")
	text := w.File(t, "instances/alpha/config.yml")
	assert.Contains(t, text, "PLATFORM_NAME: One")
	assert.NotContains(t, text, "X:")
}

func TestAdvance_ConflictWithACommitNamesItsAuthor(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	ahead, err := w.Request(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
	require.NoError(t, err)
	op, err := w.Request(t, update(operationtest.Set("config.yml", "PLATFORM_NAME", "One")))
	require.NoError(t, err)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "PLATFORM_NAME: Mine\n"}})
	w.Finish(t, ahead)
	op = w.Finish(t, op)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Regexp(t, `PLATFORM_NAME in instances/alpha/config.yml has changed in GitLab: .+ did it in commit`, op.Detail)
}

func TestPreview_WarnsOfAQueuedChangeOfTheSameInstance(t *testing.T) {
	w := operationtest.New(t, "alpha")
	w.DropEvents()
	_, err := w.Request(t, update(operationtest.Set("config.yml", "FIRST", "1")))
	require.NoError(t, err)
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), update(operationtest.Set("config.yml", "SECOND", "2")))
	require.NoError(t, err)
	assert.Equal(t, []string{"willQueue", "changeWaits"}, codes(preview))
	assert.Contains(t, preview.Warnings[1].Message, "ada@example.org")
}
