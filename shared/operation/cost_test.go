//go:build !race

// The race detector makes this several times as slow, and it runs alone: make test runs it without.

package operation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/costtest"
	"github.com/open-craft/ocim/shared/grove"
)

// keys writes a file with so many keys, of which changed chooses the value.
func keys(n int, changed func(i int) bool) string {
	var b strings.Builder
	for i := range n {
		value := "v"
		if changed(i) {
			value = "w"
		}
		fmt.Fprintf(&b, "KEY_%d_PASSWORD: %s%d\n", i, value, i)
	}
	return b.String()
}

func TestCost_GrowsWithWhatChanged(t *testing.T) {
	const path = "instances/demo/config.yml"
	none := func(int) bool { return false }
	all := func(int) bool { return true }
	write := func(n int) string { return keys(n, none) }
	length := func(text string) int { return strings.Count(text, "\n") }
	diffs := map[string]func(n int) (now string){
		"all changed":  func(n int) string { return keys(n, all) },
		"every second": func(n int) string { return keys(n, func(i int) bool { return i%2 == 0 }) },
		"reversed": func(n int) string {
			lines := strings.SplitAfter(keys(n, none), "\n")
			slices.Reverse(lines)
			return strings.Join(lines, "")
		},
		"new beside old": func(n int) string { return keys(n, none) + "NEW: 1\n" },
		"emptied":        func(int) string { return "" },
	}
	for name, made := range diffs {
		costtest.RequireNoSquare(t, "diff, "+name, write, func(text string) {
			c := change{before: []byte(text), action: grove.Action{Path: path, Action: grove.UpdateFile, Content: []byte(made(length(text)))}}
			for i := range length(text) {
				c.typed = append(c.typed, fmt.Sprintf("KEY_%d_PASSWORD", i))
			}
			c.describe()
		})
	}
	costtest.RequireNoSquare(t, "merge", write, func(text string) {
		n := length(text)
		ours, theirs := keys(n, func(i int) bool { return i%1000 == 0 }), keys(n, func(i int) bool { return i%1000 == 500 })
		merged, _ := mergeFile(path, []byte(text), []byte(ours), []byte(theirs))
		assert.Equal(t, keys(n, func(i int) bool { return i%500 == 0 }), string(merged))
	})
}
