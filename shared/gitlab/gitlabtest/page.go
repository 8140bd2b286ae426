package gitlabtest

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

const (
	defaultPage = 20
	maxPage     = 100
)

// paginate cuts a list by page and per_page and sets GitLab's headers. With
// hidden the totals are left out, as GitLab does where counting is dear.
func paginate[T any](c *call, items []T, hidden bool) ([]T, http.Header) {
	per, page := perPage(c), 1
	if n, err := strconv.Atoi(c.str("page")); err == nil && n > 0 {
		page = n
	}
	total := len(items)
	pages := max((total+per-1)/per, 1)
	from := min((page-1)*per, total)
	to := min(from+per, total)

	h := http.Header{}
	h.Set("X-Page", strconv.Itoa(page))
	h.Set("X-Per-Page", strconv.Itoa(per))
	h.Set("X-Next-Page", "")
	h.Set("X-Prev-Page", "")
	var links []string
	if page > 1 {
		h.Set("X-Prev-Page", strconv.Itoa(page-1))
		links = append(links, c.link("prev", page-1, per))
	}
	if to < total {
		h.Set("X-Next-Page", strconv.Itoa(page+1))
		links = append(links, c.link("next", page+1, per))
	}
	links = append(links, c.link("first", 1, per))
	if !hidden {
		h.Set("X-Total", strconv.Itoa(total))
		h.Set("X-Total-Pages", strconv.Itoa(pages))
		links = append(links, c.link("last", pages, per))
	}
	h.Set("Link", strings.Join(links, ", "))
	return items[from:to], h
}

// perPage reads per_page within GitLab's bounds.
func perPage(c *call) int {
	n, err := strconv.Atoi(c.str("per_page"))
	if err != nil || n < 1 {
		return defaultPage
	}
	return min(n, maxPage)
}

// link writes one entry of a Link header: this request with another page.
func (c *call) link(rel string, page, per int) string {
	q := maps.Clone(c.query)
	q.Set("page", strconv.Itoa(page))
	q.Set("per_page", strconv.Itoa(per))
	return fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.s.base, c.r.URL.EscapedPath(), q.Encode(), rel)
}

// list answers a page of a list, each item shown by a function.
func list[T any](c *call, items []T, show func(T) any) reply {
	page, h := paginate(c, items, false)
	return reply{status: http.StatusOK, body: showAll(page, show), header: h}
}

func showAll[T any](items []T, show func(T) any) []any {
	out := make([]any, 0, len(items))
	for _, it := range items {
		out = append(out, show(it))
	}
	return out
}
