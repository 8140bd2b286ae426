package projects_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/refusal"
)

// The manual has a row for each reason with what the program says of it, a row for
// each check, and no other rows.
func TestManual_ListsEveryCheckAndEveryCure(t *testing.T) {
	raw, err := os.ReadFile("../docs/gitlab.md")
	require.NoError(t, err)
	rows := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (?:<a id=\"([a-z-]+)\"></a>)?`([A-Za-z-]+)` \\|.*$").FindAllStringSubmatch(string(raw), -1) {
		rows[row[2]] = row[0]
		if row[1] != "" {
			assert.Equal(t, row[2], row[1], "the anchor is the reason")
		}
	}
	for reason, cure := range refusal.Cures() {
		row, there := rows[string(reason)]
		if assert.True(t, there, "the manual has no row for %s", reason) {
			for _, part := range []string{cure.Setting, cure.Place, cure.Role, cure.Do} {
				assert.Contains(t, row, part, reason)
			}
		}
		delete(rows, string(reason))
	}
	for _, check := range projects.Checks() {
		assert.Contains(t, rows, check)
		delete(rows, check)
	}
	assert.Empty(t, rows, "the manual names what the program does not know")
	for _, version := range []string{"15.5", "16.11", "17.3"} {
		assert.True(t, strings.Contains(string(raw), version), version)
	}
}
