package manual

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var (
	metricName = regexp.MustCompile(`\bocim_[a-z_]+`)
	// metricMade is the name of a metric where the code makes it: at the beginning of a
	// text, before its labels.
	metricMade = regexp.MustCompile("[\"`](ocim_[a-z_]+)[{\"`]")
)

// metrics are all that Ocim's code makes.
func metrics(t *testing.T) []string {
	t.Helper()
	var names []string
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "shared"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			content, err := os.ReadFile(path)
			for _, match := range metricMade.FindAllStringSubmatch(string(content), -1) {
				names = append(names, match[1])
			}
			return err
		}
		return err
	}))
	// Its name and its labels are put together.
	names = append(names, "ocim_requests_total")
	slices.Sort(names)
	names = slices.Compact(names)
	require.Greater(t, len(names), 20)
	return names
}

// series is the metric that a name in a query belongs to.
func series(name string) string {
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	require.NoError(t, err)
	return text
}

// Every alert has a paragraph that says what to do, and queries metrics that exist.
func TestAlerts_AreDocumentedAndAskForMetricsThatExist(t *testing.T) {
	t.Parallel()
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	require.NoError(t, yaml.Unmarshal(read(t, "shared", "docs", "monitoring", "alerts.yml"), &rules))
	manual := string(read(t, "shared", "docs", "operations.md"))
	known := metrics(t)
	alerts := map[string]bool{}
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			alerts[rule.Alert] = true
			assert.Contains(t, manual, "**"+rule.Alert+"**: ", "operations.md says what to do")
			names := metricName.FindAllString(rule.Expr, -1)
			assert.NotEmpty(t, names, rule.Alert)
			for _, name := range names {
				assert.Contains(t, known, series(name), rule.Alert)
			}
		}
	}
	assert.GreaterOrEqual(t, len(alerts), 15)
	for _, match := range regexp.MustCompile(`\*\*(Ocim[A-Za-z]+)\*\*: `).FindAllStringSubmatch(manual, -1) {
		assert.True(t, alerts[match[1]], "operations.md describes the alert %s, which does not exist", match[1])
	}
}

// The dashboard is what Grafana imports: panels with queries of metrics that exist, at
// places of their own. It shows every metric, and the manual explains each.
func TestDashboard_ShowsEveryMetric(t *testing.T) {
	t.Parallel()
	var dashboard struct {
		Title, UID    string
		SchemaVersion int
		Panels        []struct {
			ID      int
			Title   string
			Type    string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ RefID, Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(read(t, "shared", "docs", "monitoring", "dashboard.json"), &dashboard))
	assert.NotEmpty(t, dashboard.UID)
	known := metrics(t)
	manual := string(read(t, "shared", "docs", "operations.md"))
	shown, ids, places := map[string]bool{}, map[int]bool{}, map[[2]int]bool{}
	for _, panel := range dashboard.Panels {
		assert.False(t, ids[panel.ID], "the id of %s is not its own", panel.Title)
		place := [2]int{panel.GridPos.X, panel.GridPos.Y}
		assert.False(t, places[place], "%s lies on another panel", panel.Title)
		ids[panel.ID], places[place] = true, true
		assert.LessOrEqual(t, panel.GridPos.X+panel.GridPos.W, 24, panel.Title)
		assert.NotEmpty(t, panel.Targets, panel.Title)
		for _, target := range panel.Targets {
			assert.Equal(t, strings.Count(target.Expr, "("), strings.Count(target.Expr, ")"), target.Expr)
			for _, name := range metricName.FindAllString(target.Expr, -1) {
				assert.Contains(t, known, series(name), panel.Title)
				shown[series(name)] = true
			}
		}
	}
	for _, name := range known {
		assert.Contains(t, manual, "`"+name+"`", "operations.md explains it")
		// When the audit log was verified is behind an alert's question only.
		if name != "ocim_audit_verified_timestamp_seconds" {
			assert.True(t, shown[name], "no panel shows %s", name)
		}
	}
}
