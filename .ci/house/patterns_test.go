package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A regular expression is compiled when it is first used: a function that compiled all of
// them at each start would listen later. Programs that are no function may.
func TestPatterns_AreCompiledAtTheirFirstUse(t *testing.T) {
	t.Parallel()
	found := 0
	for _, name := range tracked(t, "shared/*.go", "functions/*.go") {
		folder := path.Dir(name)
		if isTestHelper(folder) || below(folder, "functions/ocim") || below(folder, "functions/local") || filepath.Ext(name) != ".go" {
			continue
		}
		if matched, _ := path.Match("*_test.go", path.Base(name)); matched {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
				found++
				assert.Falsef(t, compiles(d), "%s: use pattern.Lazy, or sync.OnceValue in what the inspector links", name)
			}
		}
	}
	assert.Greater(t, found, 100)
}

// compiles reports whether a declaration compiles a regular expression outside a function.
func compiles(d *ast.GenDecl) bool {
	found := false
	ast.Inspect(d, func(n ast.Node) bool {
		if _, later := n.(*ast.FuncLit); later {
			return false
		}
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "MustCompile" {
			found = true
		}
		return true
	})
	return found
}
