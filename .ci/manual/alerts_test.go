package manual

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var metricName = regexp.MustCompile(`\bocim_[a-z_]+`)

// Every alert has a paragraph that says what to do, and queries metrics that exist.
func TestAlerts_AreDocumentedAndAskForMetricsThatExist(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "shared", "docs", "monitoring", "alerts.yml"))
	require.NoError(t, err)
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &rules))
	manual, err := os.ReadFile(filepath.Join(root, "shared", "docs", "operations.md"))
	require.NoError(t, err)
	var source strings.Builder
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "shared"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			content, err := os.ReadFile(path)
			source.Write(content)
			return err
		}
		return err
	}))
	count := 0
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			count++
			assert.Contains(t, string(manual), "**"+rule.Alert+"**: ", "operations.md says what to do")
			for _, name := range metricName.FindAllString(rule.Expr, -1) {
				assert.Contains(t, source.String(), strings.TrimSuffix(name, "_bucket"), rule.Alert)
			}
		}
	}
	assert.GreaterOrEqual(t, count, 6)
}
