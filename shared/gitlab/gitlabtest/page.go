package gitlabtest

import "strconv"

const (
	defaultPage = 20
	maxPage     = 100
)

// list answers a page of a list, each item shown by a function. Like GitLab where
// counting is dear, it gives no totals.
func list[T any](c *call, items []T, show func(T) any) reply {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(c.str(name)); err == nil && n > 0 {
			return n
		}
		return otherwise
	}
	per, page, next := min(number("per_page", defaultPage), maxPage), number("page", 1), ""
	from := min((page-1)*per, len(items))
	to := min(from+per, len(items))
	if to < len(items) {
		next = strconv.Itoa(page + 1)
	}
	out := make([]any, 0, to-from)
	for _, it := range items[from:to] {
		out = append(out, show(it))
	}
	return ok(out).with("X-Page", strconv.Itoa(page)).with("X-Per-Page", strconv.Itoa(per)).with("X-Next-Page", next)
}
