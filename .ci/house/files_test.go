package house

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tracked lists the files in git that exist, by their path below the repository's root.
func tracked(t *testing.T, patterns ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"ls-files", "-z", "--"}, patterns...)...)
	cmd.Dir = root
	output, err := cmd.Output()
	require.NoError(t, err)
	var files []string
	for name := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			files = append(files, name)
		}
	}
	require.NotEmpty(t, files)
	return files
}

var root = filepath.Join("..", "..")

// A program that was built in place and committed with the rest stays in every clone.
func TestFiles_AreNotBuilt(t *testing.T) {
	t.Parallel()
	const most = 512 << 10 // bytes; the API document is the largest
	for _, name := range tracked(t) {
		info, err := os.Stat(filepath.Join(root, name))
		require.NoError(t, err)
		assert.LessOrEqualf(t, info.Size(), int64(most), "%s", name)
	}
}
