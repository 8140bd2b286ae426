package manual

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// named is a test that security.md names: a package, which the names after it in the
// same row share, and the test.
var named = regexp.MustCompile("`(?:([a-z/]+) )?(Test[A-Za-z0-9_]+)`")

// Each test that security.md says holds a promise exists in the package that it names.
func TestSecurity_NamesTestsThatExist(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(root, "shared", "docs", "security.md"))
	require.NoError(t, err)
	assert.NotRegexp(t, `(?m)^(<<<<<<<|=======|>>>>>>>)`, string(raw))
	sources, found := map[string]string{}, 0
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		folder := ""
		for _, m := range named.FindAllStringSubmatch(line, -1) {
			if m[1] != "" {
				folder = m[1]
			}
			source, known := sources[folder]
			if !known {
				source = testSource(t, folder)
				sources[folder] = source
			}
			assert.Contains(t, source, "\nfunc "+m[2]+"(", "security.md names %s of %s", m[2], folder)
			found++
		}
	}
	assert.Greater(t, found, 50)
}

// testSource returns the tests of a package: of shared, of a function, or by its path.
func testSource(t *testing.T, folder string) string {
	t.Helper()
	for _, at := range []string{filepath.Join("shared", folder), filepath.Join("functions", folder), folder} {
		files, err := filepath.Glob(filepath.Join(root, at, "*_test.go"))
		require.NoError(t, err)
		if len(files) == 0 {
			continue
		}
		var all strings.Builder
		for _, f := range files {
			raw, err := os.ReadFile(f)
			require.NoError(t, err)
			all.Write(raw)
		}
		return all.String()
	}
	require.Failf(t, "unknown package", "security.md names tests of %q, which has none", folder)
	return ""
}
