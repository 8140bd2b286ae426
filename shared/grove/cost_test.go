//go:build !race

// The race detector makes this several times as slow, and it runs alone: make test runs it without.

package grove

import (
	"fmt"
	"strings"
	"testing"

	"github.com/open-craft/ocim/shared/costtest"
)

// series writes an entry for each of n numbers.
func series(n int, entry func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(entry(i))
	}
	return b.String()
}

// Files that are long in one way.
func TestCost_GrowsWithTheFile(t *testing.T) {
	shapes := map[string]func(n int) string{
		"flow list": func(n int) string { return "A: [" + strings.Repeat("1, ", n) + "1]\n" },
		"flow map": func(n int) string {
			return "{A: 1" + series(n, func(i int) string { return fmt.Sprintf(", K%d: v", i) }) + "}\n"
		},
		"long line":   func(n int) string { return "A: " + strings.Repeat("word ", n) + "x\n" },
		"comments":    func(n int) string { return strings.Repeat("# a comment: x\n", n) + "A: 1\n" },
		"comment":     func(n int) string { return "A: 1 #" + strings.Repeat(" word", n) + "\n" },
		"list":        func(n int) string { return "A:\n" + strings.Repeat("- 1\n", n) },
		"keys":        func(n int) string { return series(n, func(i int) string { return fmt.Sprintf("KEY_%d: v\n", i) }) },
		"blank lines": func(n int) string { return "A: 1\n" + strings.Repeat("\n", n) + "B: 2\n" },
		"block":       func(n int) string { return "A: |\n" + strings.Repeat("  x\n", n) },
		"folded":      func(n int) string { return "A: x\n" + strings.Repeat("  y\n", n) },
		"escapes":     func(n int) string { return "A: \"" + strings.Repeat("\\n", n) + "\"\n" },
		"aliases": func(n int) string {
			return series(n, func(i int) string { return fmt.Sprintf("K%d: &a%d 1\nL%d: *a%d\n", i, i, i, i) })
		},
		"merged": func(n int) string {
			return "A: &a {x: 1}\nB:\n" + series(n, func(i int) string { return fmt.Sprintf("  k%d: {<<: *a}\n", i) })
		},
		"templates": func(n int) string { return "A: '" + strings.Repeat("{{ B }}", n) + "'\nB: x\n" },
		"secrets":   func(n int) string { return "A:\n" + strings.Repeat("- --password\n- x\n", n) },
	}
	uses := map[string]func(text []byte){
		"check": func(text []byte) {
			if doc, _ := Read("config.yml", text); doc != nil {
				doc.Check(0)
				doc.Flatten()
				doc.Hosts()
			}
		},
		"unmask": func(text []byte) { // masks, too
			_, _ = standard().Unmask("config.yml", []byte(Mask("config.yml", text)+"Z: "+MaskText+"\n"), text)
		},
		"values": func(text []byte) { standard().Values("config.yml", text) },
		"apply": func(text []byte) {
			_, _ = Apply(t.Context(), "config.yml", text, []Change{{Path: []string{"Y"}, Value: 1}, {Path: []string{"Z"}, Value: 1}})
		},
	}
	for shape, write := range shapes {
		for use, f := range uses {
			costtest.RequireNoSquare(t, shape+": "+use, write, func(text string) { f([]byte(text)) })
		}
	}
}
