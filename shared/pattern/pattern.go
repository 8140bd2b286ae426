// Package pattern compiles regular expressions when they are first used. Compiling all
// of them at each start would take a function longer than to listen, and their memory.
package pattern

import (
	"regexp"
	"sync"
)

// Lazy returns what gives the compiled expression. It panics at the first use if that
// can't be compiled.
//
//go:noinline
func Lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
