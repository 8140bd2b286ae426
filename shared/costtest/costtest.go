// Package costtest measures in tests what code costs a processor. Unlike the time of day, that
// does not count what others do meanwhile.
package costtest

import (
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ProcessorTime is what this process used so far.
func ProcessorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// RequireNoSquare demands of use that an input of 10,000 entries costs less than nine times as much as
// one of 2,500: what grows with the square costs sixteen times. One of several tries is
// enough, since other work only adds to a try.
func RequireNoSquare(t *testing.T, what string, write func(entries int) string, use func(input string)) {
	t.Helper()
	short, long := write(2500), write(10_000)
	took := func(input string) float64 {
		before := ProcessorTime(t)
		use(input)
		return (ProcessorTime(t) - before).Seconds()
	}
	best := math.Inf(1)
	for try := 0; try < 5 && best >= 9; try++ {
		best = min(best, (took(long)+0.001)/(took(short)+0.001))
	}
	require.Lessf(t, best, 9.0, what)
}
