package order_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/order"
)

type record struct {
	rank  int
	place int // before sorting
}

func TestSort_SortsAndLeavesEqualsInTheirOrder(t *testing.T) {
	t.Parallel()
	byRank := func(a, b record) int { return cmp.Compare(a.rank, b.rank) }
	for _, n := range []int{0, 1, 2, 3, 12, 13, 100, 5000} {
		random := rand.New(rand.NewPCG(1, uint64(n)))
		got := make([]record, n)
		for i := range got {
			got[i] = record{random.IntN(1 + n/3), i}
		}
		want := slices.Clone(got)
		slices.SortStableFunc(want, byRank)
		order.Sort(got, byRank)
		require.Equal(t, want, got, "%d records", n)
	}
	order.Sort(nil, byRank)
}
