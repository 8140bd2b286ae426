package gitlabtest

import (
	"slices"
	"sync"
	"time"
)

// Epoch is when a clock starts unless set otherwise: a Monday morning.
var epoch = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// Clock is time that stands still until a test moves it. Its Now can be given
// to the code under test, so that both live in one time.
type Clock struct {
	turn    sync.Mutex // held by Advance: one mover at a time
	mu      sync.Mutex
	now     time.Time
	servers []*Server
}

// NewClock starts a clock; the zero time is Monday 2 March 2026, 09:00 UTC.
func NewClock(start time.Time) *Clock {
	if start.IsZero() {
		start = epoch
	}
	return &Clock{now: start.UTC()}
}

// Now gives the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d. On the way it stops at each moment at which a
// pipeline or job of an attached server moves, so the order of events and
// their timestamps do not depend on the size of the step.
func (c *Clock) Advance(d time.Duration) {
	c.turn.Lock()
	defer c.turn.Unlock()
	target := c.Now().Add(d)
	for {
		s, due := c.next()
		if s == nil || due.After(target) {
			break
		}
		c.set(due)
		s.runDue(due)
	}
	c.set(target)
}

// next finds the server with the earliest event.
func (c *Clock) next() (*Server, time.Time) {
	c.mu.Lock()
	servers := slices.Clone(c.servers)
	c.mu.Unlock()
	var first *Server
	var at time.Time
	for _, s := range servers {
		if due, ok := s.nextDue(); ok && (first == nil || due.Before(at)) {
			first, at = s, due
		}
	}
	return first, at
}

func (c *Clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

func (c *Clock) attach(s *Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.servers = append(c.servers, s)
}

func (c *Clock) detach(s *Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.servers = slices.DeleteFunc(c.servers, func(x *Server) bool { return x == s })
}
