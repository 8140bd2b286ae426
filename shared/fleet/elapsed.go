package fleet

import (
	"math"
	"time"
)

// maxSkew is by how much the clocks of two replicas may differ.
const maxSkew = time.Minute

// Elapsed gives how long ago something was. What seems to be of the future was noted by a
// clock that was wrong for a moment. It counts as long ago, so that nothing waits for it.
func Elapsed(now, then time.Time) time.Duration {
	if Future(now, then) {
		return math.MaxInt64
	}
	return max(now.Sub(then), 0)
}

// Future reports whether only a clock that was wrong can have noted a time.
func Future(now, then time.Time) bool { return then.Sub(now) > maxSkew }
