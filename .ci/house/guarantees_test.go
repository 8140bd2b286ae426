package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each promise in the manual names tests, and they exist.
func TestGuarantees_AreHeldByTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "shared", "docs", "guarantees.md"))
	require.NoError(t, err)
	named := regexp.MustCompile("`([^` ]+) ((?:Test|Benchmark)[A-Za-z0-9_]+)`")
	_, list, found := strings.Cut(string(text), "\n## ")
	require.True(t, found)
	promises := strings.Split(list, "\n- ")[1:]
	require.Greater(t, len(promises), 40)
	for _, promise := range promises {
		promise, _, _ = strings.Cut(promise, "\n\n")
		tests := named.FindAllStringSubmatch(promise, -1)
		assert.NotEmptyf(t, tests, "no test: %s", promise)
		for _, test := range tests {
			assert.Truef(t, hasTest(t, test[1], test[2]), "%s has no %s: %s", test[1], test[2], promise)
		}
	}
}

// hasTest reports whether a folder has a test of a name.
func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(content), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
