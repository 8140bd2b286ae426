package demo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// TestShapes reads the demonstration's configurations as Ocim does: they are written as
// people write them, and only those that are meant to be wrong are.
func TestShapes(t *testing.T) {
	s := start(t, "")
	defer s.Close()
	wrong := map[string]string{}
	var all strings.Builder
	notes, templates := 0, 0
	for i, table := range [][]instance{campus, academy, lab} {
		c := Clusters()[i]
		for _, row := range table {
			var files []fleet.SourceFile
			for _, name := range grove.InstanceFiles() {
				path := grove.InstanceFile(row.name, name)
				text, found := s.File(c.ID, path)
				require.True(t, found, path)
				all.WriteString(text)
				files = append(files, fleet.SourceFile{Path: path, Text: []byte(text)})
			}
			r := grove.ReadInstance(c.Name, nil, row.name, files)
			for _, p := range r.Instance.Problems {
				wrong[row.name] += p.Message
			}
			notes += len(r.Details.Notes)
			if r.Instance.MFEURL == "https://apps."+row.domain {
				templates++
			}
			for _, f := range r.Files {
				for _, name := range []string{"SAML", "KEYCLOAK", "PING", "CLICKHOUSE", "SMTP_PASSWORD"} {
					assert.NotContains(t, f.Text, secret(row.name, name, 20), "%s of %s", name, f.Path)
				}
			}
		}
	}
	require.Len(t, wrong, 2, "%v", wrong)
	assert.Contains(t, wrong["aspects-trial"], "A tab indents this line")
	assert.Contains(t, wrong["orbit-aviation"], "there is no such day")
	assert.Equal(t, 1, notes)
	assert.Greater(t, templates, 30)
	for _, shape := range []string{
		"GROVE_COMMON_SETTINGS: |", "GROVE_LMS_ENV: |", "GROVE_OPENEDX_AUTH: |", "DOCKER_IMAGE_VAR: TUTOR_DOCKER_IMAGE_OPENEDX", "GROVE_WAFFLE_FLAGS:", "\r\n",
	} {
		assert.Contains(t, all.String(), shape)
	}
	assert.NotContains(t, all.String(), "DOCKER_IMAGE_VAR: DOCKER_IMAGE_OPENEDX")
}
