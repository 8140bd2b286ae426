package fleet

import (
	"regexp"
	"sync"
)

// lazy compiles an expression at its first use. It is not that of package pattern, so that
// the inspector, which runs in other people's clusters, links no package for it.
func lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
