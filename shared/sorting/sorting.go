// Package sorting sorts short lists by one function that all types share: the one of
// package slices is compiled again for each type, which takes 25 KB in every function.
package sorting

import "sort"

// Func sorts a list as slices.SortStableFunc does.
func Func[S ~[]E, E any](list S, compare func(a, b E) int) {
	sort.SliceStable(list, func(i, j int) bool { return compare(list[i], list[j]) < 0 })
}
