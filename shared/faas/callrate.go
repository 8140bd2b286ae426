package faas

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
)

// CallRate bounds the calls of one session or API token at one replica. It keeps
// a program that went wild from using up the store or GitLab; what must hold
// across replicas is in shared/limit.
type CallRate struct {
	PerSecond float64 // 0 is no bound
	Burst     int
}

// DefaultCallRate is far above what the pages need.
var DefaultCallRate = CallRate{PerSecond: 20, Burst: 600}

// Cost in an operation's Metadata is how many calls a call counts for, for those
// that ask GitLab or a cluster. Absent is 1.
const Cost = "cost"

// AsksGitLab is the Cost of an operation that asks GitLab or a cluster each time.
const AsksGitLab = 10

// maxCallers bounds the callers that are remembered.
const maxCallers = 5000

// callRates keeps a bucket for each caller.
type callRates struct {
	rate CallRate
	now  func() time.Time

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newCallRates(r CallRate, now func() time.Time) *callRates {
	return &callRates{rate: r, now: now, buckets: map[string]*rate.Limiter{}}
}

// take takes a call of the given cost; fault.Limited says when to try again.
func (c *callRates) take(p access.Principal, cost int) error {
	key := p.SessionID
	if key == "" {
		key = p.TokenID
	}
	if c.rate.PerSecond <= 0 || key == "" {
		return nil
	}
	now := c.now()
	r := c.bucket(key, now).ReserveN(now, min(max(cost, 1), c.rate.Burst))
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		e := fault.New(fault.Limited, "Too many requests. Try again in a moment.")
		e.RetryAfter = wait
		return e
	}
	return nil
}

func (c *callRates) bucket(key string, now time.Time) *rate.Limiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.buckets[key]
	if b != nil {
		return b
	}
	if len(c.buckets) >= maxCallers {
		for k, old := range c.buckets {
			if old.TokensAt(now) >= float64(c.rate.Burst) { // a full bucket remembers nothing
				delete(c.buckets, k)
			}
		}
		if len(c.buckets) >= maxCallers {
			clear(c.buckets)
		}
	}
	b = rate.NewLimiter(rate.Limit(c.rate.PerSecond), c.rate.Burst)
	c.buckets[key] = b
	return b
}
