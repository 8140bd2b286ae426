package server

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the repository.
var root = filepath.Join("..", "..", "..")

const sharedModule = "github.com/open-craft/ocim/shared/"

// linkedPackages returns the packages of shared that a program's folder links.
func linkedPackages(t *testing.T, folder string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{.ImportPath}}", "./"+folder)
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err, folder)
	var linked []string
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), sharedModule); ok {
			linked = append(linked, name)
		}
	}
	slices.Sort(linked)
	return linked
}

// What a function links is what it may reach, so it changes only on purpose: run
// this test with -update and read the difference.
func TestLinks_AreThoseOfTheGoldenFile(t *testing.T) {
	t.Parallel()
	s, err := readStack(filepath.Join(root, "stack.yml"))
	require.NoError(t, err)
	linked := map[string][]string{}
	for name, f := range s.Functions {
		linked[name] = linkedPackages(t, f.Handler)
	}
	linked["local"] = linkedPackages(t, "functions/local")
	linked["inspector"] = linkedPackages(t, "functions/inspector")

	assert.LessOrEqual(t, len(linked["inspector"]), 8, "the inspector runs in other people's clusters: %v", linked["inspector"])
	for _, rule := range []struct {
		function  string
		forbidden []string
	}{
		{"auth", []string{"gitlab", "grove", "fleet", "operation"}},
		{"webhook", []string{"mail", "chat", "notify", "identity"}},
		{"pipelines", []string{"mail", "chat", "notify"}},
		{"instances", []string{"mail", "chat", "notify"}},
		{"web", []string{"kv", "identity", "fleet"}},
		{"local", []string{"gitlab/gitlabtest", "clusterfn/clustertest", "fleettest", "kv/kvtest"}},
	} {
		for _, name := range linked[rule.function] {
			for _, forbidden := range rule.forbidden {
				assert.False(t, name == forbidden || strings.HasPrefix(name, forbidden+"/"), "%s links %s", rule.function, name)
			}
		}
	}

	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(linked)) {
		fmt.Fprintf(&text, "%s (%d)\n", name, len(linked[name]))
		for _, p := range linked[name] {
			fmt.Fprintf(&text, "\t%s\n", p)
		}
	}
	golden := filepath.Join("testdata", "links.golden")
	if *updateGolden {
		require.NoError(t, os.WriteFile(golden, []byte(text.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Empty(t, udiff.Unified("golden", "linked", string(want), text.String()), "if this is on purpose: go test ./functions/local/server -run TestLinks -update")
}
