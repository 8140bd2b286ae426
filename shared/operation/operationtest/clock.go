package operationtest

import "time"

// ClockOffsets are how wrong a clock may be.
var ClockOffsets = []time.Duration{
	-40 * 24 * time.Hour, -2 * 24 * time.Hour, -3 * time.Hour, -10 * time.Minute, -2 * time.Minute,
	2 * time.Minute, 10 * time.Minute, 3 * time.Hour, 2 * 24 * time.Hour, 40 * 24 * time.Hour,
}

// WithClock is the same World as a replica sees it whose clock is off. Requests need keys
// of their own.
func (w *World) WithClock(off time.Duration) *World {
	return &World{World: w.World.WithClock(off), Rights: w.Rights, hashes: w.hashes}
}

// WithNow is WithClock for a replica that has a clock of its own.
func (w *World) WithNow(now func() time.Time) *World {
	return &World{World: w.World.WithNow(now), Rights: w.Rights, hashes: w.hashes}
}
