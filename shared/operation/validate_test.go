package operation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func TestPreview_ValidatesFiles(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	preview := func(changes ...operation.Change) operation.Preview {
		t.Helper()
		p, err := w.Operations.Preview(t.Context(), w.Project(t), operation.Request{Kind: fleet.Update, Instance: "alpha", By: operationtest.Ada, Changes: changes})
		require.NoError(t, err)
		return p
	}
	p := preview(operationtest.Set("config.yml", "ENABLE_HTTPS", "maybe"))
	require.Equal(t, []string{"fileProblem"}, codes(p))
	assert.True(t, p.Warnings[0].Blocking)
	assert.Contains(t, p.Warnings[0].Message, "ENABLE_HTTPS must be true or false")
	assert.Empty(t, p.Hash, "it cannot be sent")

	p = preview(operationtest.Set("config.yml", "LMS_HOSTT", "x.example.org"))
	require.Equal(t, []string{"fileProblem"}, codes(p))
	assert.False(t, p.Warnings[0].Blocking)
	assert.Contains(t, p.Warnings[0].Message, "Did you mean LMS_HOST?")
	assert.NotEmpty(t, p.Hash)

	p = preview(operationtest.Set("config.yml", "PLATFORM_NAME", "{{ OPENEDX_SECRET_KEY }}"))
	require.Equal(t, []string{"fileProblem"}, codes(p))
	assert.Contains(t, p.Warnings[0].Message, "shows the secret OPENEDX_SECRET_KEY")
}
