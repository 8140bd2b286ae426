package sorting_test

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/sorting"
)

func TestFunc_KeepsTheOrderOfEqualOnes(t *testing.T) {
	t.Parallel()
	type pair struct{ a, b int }
	list := []pair{{2, 1}, {1, 1}, {2, 0}, {1, 0}, {0, 5}}
	sorting.Func(list, func(x, y pair) int { return cmp.Compare(x.a, y.a) })
	assert.Equal(t, []pair{{0, 5}, {1, 1}, {1, 0}, {2, 1}, {2, 0}}, list)
}
