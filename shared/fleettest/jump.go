package fleettest

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// Jump is a clock that is wrong for a few readings, or from one reading on.
type Jump struct {
	Off time.Duration // by how much it is wrong

	now      func() time.Time
	from, to int64
	readings atomic.Int64
}

// JumpAt makes a clock that jumps at its nth reading. By how much, between minutes and 40
// days either way, and for how long, follow from n.
func JumpAt(n int, now func() time.Time) *Jump {
	random := rand.New(rand.NewPCG(uint64(n), 40))
	off := 2*time.Minute + time.Duration(random.Int64N(int64(40*24*time.Hour)))
	if random.IntN(2) == 0 {
		off = 2*time.Minute + time.Duration(random.Int64N(int64(time.Hour)))
	}
	if random.IntN(2) == 0 {
		off = -off
	}
	j := &Jump{Off: off, now: now, from: int64(n), to: int64(n) + 1 + random.Int64N(3)}
	if random.IntN(3) == 0 {
		j.to = 1 << 62
	}
	return j
}

// Now reads the clock.
func (j *Jump) Now() time.Time {
	if n := j.readings.Add(1); n >= j.from && n < j.to {
		return j.now().Add(j.Off)
	}
	return j.now()
}

// Jumped reports whether the clock has jumped.
func (j *Jump) Jumped() bool { return j.readings.Load() >= j.from }
