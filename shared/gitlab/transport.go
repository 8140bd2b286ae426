package gitlab

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/trace/carrier"
)

// Options says which servers may be spoken to.
type Options struct {
	AllowHTTP     bool           // also without TLS, on loopback only
	AllowNetworks []netip.Prefix // private networks that may be reached
	AllowHosts    []string       // names that may be reached wherever they resolve to
	Log           *slog.Logger   // one line at debug level for each attempt; nil is slog.Default()
	// Store is where processes share what GitLab's limits leave of a token, and which servers
	// fail; nil: each goes by what it sees itself. Now is the clock of what is stored.
	Store kv.Store
	Now   func() time.Time
}

// Bounds of one attempt. A call is an attempt and its repetitions.
const (
	attemptLimit = 20 * time.Second // until it is answered whole; of a stream, until it begins
	idleLimit    = 30 * time.Second // of a stream, without a byte
	maxAnswer    = 32 << 20         // bytes
	maxStream    = 256 << 20        // bytes
	maxAttempts  = 3                // of a call that changes nothing
	longestPause = 10 * time.Second // longer waits are the caller's to make
)

// transport keeps all clients of a process within what GitLab allows.
type transport struct {
	policy   netguard.Policy
	base     http.RoundTripper
	log      *slog.Logger
	budgets  budgets
	circuits circuits
	shared   *shared
	// Most bytes of an answer that is read as a whole, and of one that is streamed.
	maxAnswerBytes, maxStreamBytes int64
}

// NewTransport makes what all clients of a process share. It speaks only to
// allowed addresses; keeps 80% of GitLab's limits for each token, by its own
// count and by what GitLab's headers say; repeats what changes nothing after
// a failure, with growing pauses or when Retry-After says so; stops asking a
// server that keeps failing for a while; and bounds every answer in time and
// size. Its own errors are faults: Invalid (address), Limited, Unavailable,
// TooLarge.
func NewTransport(o Options) http.RoundTripper {
	policy := netguard.Policy{AllowHTTP: o.AllowHTTP, AllowNetworks: o.AllowNetworks, AllowHosts: o.AllowHosts}
	t := newTransport(policy, policy.Transport(), o.Log)
	t.share(o)
	return t
}

func (t *transport) share(o Options) {
	if o.Store != nil {
		t.shared = &shared{store: o.Store, now: o.Now, log: t.log}
	}
}

func newTransport(policy netguard.Policy, base http.RoundTripper, log *slog.Logger) *transport {
	if log == nil {
		log = slog.Default()
	}
	return &transport{policy: policy, base: base, log: log, maxAnswerBytes: maxAnswer, maxStreamBytes: maxStream}
}

// RoundTrip sends a request, more than once if that does no harm.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.send(req)
	if err != nil && req.Body != nil {
		_ = req.Body.Close() // what a RoundTripper owes its caller
	}
	return resp, err
}

func (t *transport) send(req *http.Request) (*http.Response, error) {
	if err := t.policy.CheckURL(req.URL); err != nil {
		return nil, err
	}
	budget := t.budgets.of(req)
	circuit := t.circuits.of(req.URL.Host)
	for try := 1; ; try++ {
		spent, failing := t.shared.look(req.Context(), req.URL.Host, budget.owner)
		budget.pauseUntil(spent)
		if err := budget.wait(req); err != nil {
			return nil, err
		}
		if left := time.Until(failing); left > 0 {
			return nil, leftAlone(req, left)
		}
		done, err := circuit.Allow()
		if err != nil {
			return nil, leftAlone(req, circuitPause)
		}
		start := time.Now()
		resp, err := t.attempt(req)
		t.conclude(req, circuit, func() { done(failure(req.Context(), resp, err)) })
		t.record(req, try, time.Since(start), resp, err)
		if resp != nil {
			t.shared.noteBudget(req.Context(), req.URL.Host, budget.owner, budget.updateFrom(resp))
		}
		pause, again := repeats(req, try, resp, err)
		if !again {
			return resp, err
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
		if err := sleep(req.Context(), pause); err != nil {
			return nil, err
		}
	}
}

// conclude reports the end of an attempt to the circuit, and shares when that opens it.
func (t *transport) conclude(req *http.Request, circuit *gobreaker.TwoStepCircuitBreaker[any], done func()) {
	before := circuit.State()
	done()
	if before != gobreaker.StateOpen && circuit.State() == gobreaker.StateOpen {
		t.shared.noteCircuit(req.Context(), req.URL.Host, circuitPause)
	}
}

func leftAlone(req *http.Request, left time.Duration) error {
	return &fault.Error{
		Kind: fault.Unavailable, RetryAfter: left,
		Message: "GitLab at " + req.URL.Host + " failed several times in a row; Ocim asks it again in a few seconds",
	}
}

func (t *transport) record(req *http.Request, try int, took time.Duration, resp *http.Response, err error) {
	outcome := slog.String("outcome", "none")
	if err != nil {
		outcome = slog.String("outcome", string(fault.KindOf(err)))
	} else if resp != nil {
		outcome = slog.Int("outcome", resp.StatusCode)
	}
	// The query is left out: it says nothing of the cost and may be long.
	t.log.DebugContext(req.Context(), "gitlab", "method", req.Method, "host", req.URL.Host, "path", req.URL.Path,
		"try", try, "took", took, outcome)
}

// errSlow ends an attempt that takes too long.
var errSlow = errors.New("no answer in time")

// attempt sends a request once. Unless it is a stream the answer is read whole,
// so one that is cut off fails here, where it can be repeated.
func (t *transport) attempt(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(attemptLimit, func() { cancel(errSlow) })
	stop := func() { timer.Stop(); cancel(nil) }
	resp, err := carrier.RoundTrip(t.base, req.WithContext(ctx))
	if err != nil {
		err = unavailable(ctx, err)
		stop()
		return nil, err
	}
	if isStream(req) && resp.StatusCode < 300 {
		timer.Reset(idleLimit)
		resp.Body = &stream{body: resp.Body, ctx: ctx, timer: timer, stop: stop, most: t.maxStreamBytes, left: t.maxStreamBytes}
		return resp, nil
	}
	defer stop()
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, t.maxAnswerBytes+1))
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	if int64(len(answer)) > t.maxAnswerBytes {
		return nil, fault.New(fault.TooLarge, "GitLab's answer has more than %d MiB", t.maxAnswerBytes>>20)
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	return resp, nil
}

// unavailable makes a fault of a broken connection, but leaves alone the end
// of the caller's own context and refusals of the policy.
func unavailable(ctx context.Context, err error) error {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return err
	}
	if errors.Is(context.Cause(ctx), errSlow) {
		return fault.Wrap(fault.Unavailable, errSlow, "GitLab did not answer in time")
	}
	if ctx.Err() != nil {
		return err
	}
	return fault.Wrap(fault.Unavailable, err, "GitLab could not be reached, or its answer was cut off")
}

// isStream recognizes what may be large and is read as it comes.
func isStream(req *http.Request) bool {
	return strings.Contains(req.URL.Path, "/repository/archive") || strings.HasSuffix(req.URL.Path, "/trace")
}

// stream bounds a body in size and in silence.
type stream struct {
	body       io.ReadCloser
	ctx        context.Context
	timer      *time.Timer
	stop       func()
	most, left int64
}

func (s *stream) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, fault.New(fault.TooLarge, "GitLab's answer has more than %d MiB", s.most>>20)
	}
	s.timer.Reset(idleLimit)
	n, err := s.body.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unavailable(s.ctx, err)
	}
	return n, err
}

func (s *stream) Close() error {
	s.stop()
	return s.body.Close()
}

// errGaveUp says nothing of the server.
var errGaveUp = errors.New("the caller gave up")

// failure is what the circuit counts: that the server fails, not that it
// refuses, nor that the caller gave up.
func failure(caller context.Context, resp *http.Response, err error) error {
	switch {
	case err != nil && caller.Err() != nil:
		return errGaveUp
	case err != nil && fault.Is(err, fault.Unavailable):
		return err
	case resp != nil && resp.StatusCode >= 500:
		return errors.New(resp.Status)
	}
	return nil
}

// repeats decides whether to send once more, and how long to wait before.
func repeats(req *http.Request, try int, resp *http.Response, err error) (time.Duration, bool) {
	if try >= maxAttempts || req.Method != http.MethodGet && req.Method != http.MethodHead || req.Context().Err() != nil {
		return 0, false
	}
	pause := backoff(try)
	switch {
	case err != nil:
		if !fault.Is(err, fault.Unavailable) {
			return 0, false
		}
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusServiceUnavailable:
		if resp.Header.Get("Retry-After") != "" {
			pause = cmp.Or(retryAfter(resp.Header), time.Minute)
		}
	case resp.StatusCode < 500:
		return 0, false
	}
	if deadline, ok := req.Context().Deadline(); ok && time.Until(deadline) <= pause {
		return 0, false
	}
	return pause, pause <= longestPause
}

// backoff doubles with each try and varies by half, so that clients that
// failed together do not come back together.
func backoff(try int) time.Duration {
	base := 300 * time.Millisecond << (try - 1)
	return base/2 + rand.N(base)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
