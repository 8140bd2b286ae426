package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is tested in part or not at all under the race detector, make test runs whole without it.
func TestSteps_AreTestedAtEachPoint(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	run := regexp.MustCompile(`-run '([^']+)' \$\(EVERY_POINT\)`).FindSubmatch(makefile)
	require.NotNil(t, run)
	named := regexp.MustCompile(string(run[1]))
	packages := regexp.MustCompile(`(?m)^EVERY_POINT .*$`).FindString(string(makefile))
	found := 0
	for _, name := range tracked(t, "*_test.go") {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		withoutRace := isLeftOutByRace(t, name)
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || !usesStep(f) && !(withoutRace && isTest(f)) {
				continue
			}
			found++
			assert.Truef(t, named.MatchString(f.Name.Name), "%s: %s is not named %s", name, f.Name.Name, named)
			assert.Containsf(t, strings.Fields(packages), "./"+path.Dir(name), "%s", f.Name.Name)
		}
	}
	assert.Greater(t, found, 5)
}

func usesStep(f *ast.FuncDecl) bool {
	uses := false
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Step" {
			x, ok := s.X.(*ast.Ident)
			uses = uses || ok && x.Name == "fleettest"
		}
		return true
	})
	return uses
}

func isTest(f *ast.FuncDecl) bool {
	return f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test")
}

func isLeftOutByRace(t *testing.T, name string) bool {
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return strings.HasPrefix(string(text), "//go:build !race\n")
}
