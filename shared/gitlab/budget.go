package gitlab

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"

	"github.com/open-craft/ocim/shared/fault"
)

// allowance is how many requests of a kind may be sent: in any minute at most
// burst and perMinute together, 80% of what GitLab.com allows.
type allowance struct{ burst, perMinute int }

func (a allowance) limiter() *rate.Limiter {
	return rate.NewLimiter(rate.Limit(float64(a.perMinute)/60), a.burst)
}

var (
	allCalls      = allowance{160, 1440} // 2,000 a minute and user
	fileCalls     = allowance{40, 360}   // 500 a minute and user
	archiveCalls  = allowance{3, 1}      // 5 a minute, project and user
	pipelineCalls = allowance{10, 10}    // 25 a minute, project, user and commit
)

// longestWait is how long a call waits for room in the limits before it is refused.
const longestWait = 5 * time.Second

// budgets are kept for each server and token.
type budgets struct {
	mu      sync.Mutex
	byOwner map[[sha256.Size]byte]*budget
}

// maxBudgets bounds what rotated tokens leave behind.
const maxBudgets = 2000

func (b *budgets) of(req *http.Request) *budget {
	owner := sha256.Sum256([]byte(req.URL.Host + "\n" + req.Header.Get("Private-Token")))
	b.mu.Lock()
	defer b.mu.Unlock()
	if found := b.byOwner[owner]; found != nil {
		return found
	}
	if b.byOwner == nil || len(b.byOwner) >= maxBudgets {
		b.byOwner = map[[sha256.Size]byte]*budget{}
	}
	made := &budget{owner: ownerOf(owner), kinds: map[string]*rate.Limiter{"": allCalls.limiter()}}
	b.byOwner[owner] = made
	return made
}

// budget is what one token may still ask of one server.
type budget struct {
	owner  string // in what processes share
	mu     sync.Mutex
	kinds  map[string]*rate.Limiter
	paused time.Time // GitLab said to wait until then
}

// kindOf names the limit of its own that a request falls under, besides the
// one of all.
func kindOf(req *http.Request) (string, allowance) {
	path := req.URL.Path
	project := ""
	if _, rest, ok := strings.Cut(path, "/projects/"); ok {
		project, _, _ = strings.Cut(rest, "/")
	}
	switch {
	case strings.Contains(path, "/repository/files/"):
		return "files", fileCalls
	case strings.Contains(path, "/repository/archive"):
		return "archive " + project, archiveCalls
	case req.Method == http.MethodPost && (strings.HasSuffix(path, "/trigger/pipeline") || strings.HasSuffix(path, "/pipeline")):
		return "pipeline " + project, pipelineCalls
	}
	return "", allCalls
}

// wait waits until the limits have room for the request. Where that is too far off, it is
// fault.Limited, with the time until then.
func (b *budget) wait(req *http.Request) error {
	kind, allowed := kindOf(req)
	b.mu.Lock()
	limiters := []*rate.Limiter{b.kinds[""]}
	if kind != "" {
		if b.kinds[kind] == nil {
			b.kinds[kind] = allowed.limiter()
		}
		limiters = append(limiters, b.kinds[kind])
	}
	now := time.Now()
	wait := max(b.paused.Sub(now), 0)
	b.mu.Unlock()
	var taken []*rate.Reservation
	for _, l := range limiters {
		r := l.ReserveN(now, 1)
		taken = append(taken, r)
		wait = max(wait, r.DelayFrom(now))
	}
	deadline, bounded := req.Context().Deadline()
	if wait > longestWait || bounded && now.Add(wait).After(deadline) {
		for _, r := range taken {
			r.CancelAt(now)
		}
		return &fault.Error{
			Kind: fault.Limited, RetryAfter: wait, Retried: true,
			Message: "GitLab's limits leave no room for another request; Ocim retries automatically",
		}
	}
	if wait == 0 {
		return nil
	}
	return sleep(req.Context(), wait)
}

// updateFrom takes in what an answer says of the limits that all of the token's
// requests fall under, and returns for how long none are to be sent.
func (b *budget) updateFrom(resp *http.Response) time.Duration {
	var pause time.Duration
	if resp.StatusCode == http.StatusTooManyRequests {
		// Limits of one kind of request are refused with JSON; the general one is not.
		if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media != "application/json" {
			pause = cmp.Or(retryAfter(resp.Header), time.Minute)
		}
	}
	limit, err1 := strconv.Atoi(resp.Header.Get("RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(resp.Header.Get("RateLimit-Remaining"))
	if err1 == nil && err2 == nil && limit > 0 && remaining <= limit/5 {
		pause = max(pause, untilReset(resp.Header))
	}
	if pause > 0 {
		b.pauseUntil(time.Now().Add(pause))
	}
	return pause
}

func (b *budget) pauseUntil(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.paused) {
		b.paused = until
	}
}

// untilReset is measured on GitLab's own clock, and never more than its minute.
func untilReset(h http.Header) time.Duration {
	reset, err := strconv.ParseInt(h.Get("RateLimit-Reset"), 10, 64)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return min(max(time.Unix(reset, 0).Sub(now), 0), time.Minute)
}

// A server that fails so often in a row is left alone for circuitPause; then
// one request tries again.
const (
	circuitFailures = 6
	circuitPause    = 10 * time.Second
)

// circuits are kept for each server.
type circuits struct {
	mu     sync.Mutex
	byHost map[string]*gobreaker.TwoStepCircuitBreaker[any]
}

func (c *circuits) of(host string) *gobreaker.TwoStepCircuitBreaker[any] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.byHost[host]; found != nil {
		return found
	}
	if c.byHost == nil {
		c.byHost = map[string]*gobreaker.TwoStepCircuitBreaker[any]{}
	}
	made := gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name: host, MaxRequests: 1, Timeout: circuitPause,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= circuitFailures },
		IsExcluded:  func(err error) bool { return errors.Is(err, errGaveUp) },
		OnStateChange: func(host string, _, to gobreaker.State) {
			open := 0.0
			if to != gobreaker.StateClosed {
				open = 1
			}
			metrics.GetOrCreateGauge(fmt.Sprintf("ocim_gitlab_circuit_open{server=%q}", host), nil).Set(open)
		},
	})
	c.byHost[host] = made
	return made
}
