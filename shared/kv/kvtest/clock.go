package kvtest

import (
	"sync"
	"time"
)

// Clock is a clock that a test moves. It begins at noon of 2026-11-22, UTC.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock makes a Clock.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

// Now gives the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock, backward when d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
