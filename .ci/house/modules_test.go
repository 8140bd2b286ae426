package house

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var requirement = regexp.MustCompile(`(?m)^(?:require )?\s*([\w.~/-]+\.[\w.~/-]+) (v\S+)`)

// A function's image is built from its own go.mod, and tests run in the workspace, which
// takes the highest version of each module. They must agree, or the tests test other code
// than the one that runs.
func TestModules_RequireTheSameVersions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "functions", "*", "go.mod"))
	require.NoError(t, err)
	files = append(files, filepath.Join(root, "shared", "go.mod"), filepath.Join(root, ".ci", "go.mod"))
	require.Greater(t, len(files), 10)
	type use struct{ version, file string }
	first := map[string]use{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		found := requirement.FindAllSubmatch(text, -1)
		require.NotEmpty(t, found, file)
		for _, m := range found {
			path, version := string(m[1]), string(m[2])
			if known, ok := first[path]; ok {
				assert.Equalf(t, known.version, version, "%s in %s and in %s", path, known.file, file)
				continue
			}
			first[path] = use{version, file}
		}
	}
	assert.Contains(t, first, "golang.org/x/sys")
}
