package operation_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
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

// TestPreview_ConfirmsNoGuess compares the preview of the secret itself with that of any
// other value: they say the same.
func TestPreview_ConfirmsNoGuess(t *testing.T) {
	w := operationtest.New(t, "alpha")
	text := w.File(t, "instances/alpha/config.yml")
	secret := regexp.MustCompile(`(?m)^OPENEDX_SECRET_KEY: (\S+)`).FindStringSubmatch(text)
	require.NotNil(t, secret, text)
	preview := func(req operation.Request) operation.Preview {
		t.Helper()
		req.Kind, req.Instance, req.By = fleet.Update, "alpha", operationtest.Ada
		p, err := w.Operations.Preview(t.Context(), w.Project(t), req)
		require.NoError(t, err)
		assert.NotEmpty(t, p.Hash)
		p.Hash = ""
		p.Request.Body = nil
		return p
	}
	set := func(value string) operation.Request {
		return operation.Request{Changes: []operation.Change{operationtest.Set("config.yml", "OPENEDX_SECRET_KEY", value)}}
	}
	assert.Equal(t, preview(set("a-wrong-guess")), preview(set(secret[1])))

	masked := grove.Mask("config.yml", []byte(text))
	edited := func(value string) operation.Request {
		return operation.Request{Files: []operation.Edit{{
			Path: "instances/alpha/config.yml", Text: strings.Replace(masked, "OPENEDX_SECRET_KEY: "+grove.MaskText, "OPENEDX_SECRET_KEY: "+value, 1),
		}}}
	}
	assert.Equal(t, preview(edited("a-wrong-guess")), preview(edited(secret[1])))
}
