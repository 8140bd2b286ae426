package gitlabtest

import (
	"bytes"
	"context"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault makes matching requests fail. Status answers instead of GitLab; Cut
// and Truncate spoil GitLab's own answer; Gate delays it.
type Fault struct {
	Method string // empty matches every method
	// Path is matched against the escaped path below /api/v4, such as
	// "/projects/7/repository/tree". A "*" matches within one segment; at the
	// end, "/**" matches any rest. Empty matches every path.
	Path  string
	Times int // how many requests; 0 is all until Remove

	Status     int           // answer with this status …
	Body       string        // … and this body; empty is what GitLab would write
	RetryAfter time.Duration // sets Retry-After, in whole seconds
	Cut        int           // above 0: close the connection after so many bytes of the body
	Truncate   int           // above 0: end the body early after so many bytes, with a fitting Content-Length
	Gate       *Gate         // hold the request until the test opens it
}

// Gate holds requests back.
type Gate struct {
	once    sync.Once
	open    chan struct{}
	arrived chan struct{}
}

// NewGate makes a closed gate.
func NewGate() *Gate { return &Gate{open: make(chan struct{}), arrived: make(chan struct{}, 1024)} }

// Open lets all requests through, now and later.
func (g *Gate) Open() { g.once.Do(func() { close(g.open) }) }

// Arrived receives once for each request that the gate holds.
func (g *Gate) Arrived() <-chan struct{} { return g.arrived }

type armed struct {
	Fault
	left int // -1 is without end
}

type faults struct {
	mu    sync.Mutex
	list  []*armed
	gates []*Gate
}

// Fail arms a fault and gives a function that removes it. Of several that
// match, the one armed first applies.
func (s *Server) Fail(f Fault) (remove func()) {
	a := &armed{Fault: f, left: f.Times}
	if f.Times <= 0 {
		a.left = -1
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, a)
	if f.Gate != nil {
		s.faults.gates = append(s.faults.gates, f.Gate)
	}
	return func() {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		a.left = 0
	}
}

func (fs *faults) take(r *http.Request) *armed {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, a := range fs.list {
		if a.left != 0 && a.matches(r) {
			if a.left > 0 {
				a.left--
			}
			return a
		}
	}
	return nil
}

func (fs *faults) releaseAll() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, g := range fs.gates {
		g.Open()
	}
}

func (a *armed) matches(r *http.Request) bool {
	if a.Method != "" && a.Method != r.Method {
		return false
	}
	if a.Path == "" {
		return true
	}
	got := strings.TrimPrefix(strings.TrimPrefix(r.URL.EscapedPath(), "/api/v4"), "/api")
	want, open := strings.CutSuffix(a.Path, "/**")
	if open {
		n := strings.Count(want, "/") + 1
		parts := strings.SplitN(got, "/", n+1)
		if len(parts) <= n {
			return false
		}
		got = strings.Join(parts[:n], "/")
	}
	hit, err := path.Match(want, got)
	return err == nil && hit
}

// hold waits for the gate; false when the caller gave up.
func (a *armed) hold(ctx context.Context) bool {
	if a.Gate == nil {
		return true
	}
	select {
	case a.Gate.arrived <- struct{}{}:
	default:
	}
	select {
	case <-a.Gate.open:
		return true
	case <-ctx.Done():
		return false
	}
}

// apply answers in GitLab's place, or prepares to spoil its answer.
func (a *armed) apply(s *Server, w *responder, r *http.Request) bool {
	if a.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((a.RetryAfter+time.Second-1)/time.Second)))
	}
	w.cut, w.truncate = a.Cut, a.Truncate
	if a.Status == 0 {
		return false
	}
	rp := standardError(a.Status)
	if a.Body != "" {
		rp = reply{status: a.Status, raw: []byte(a.Body), ctype: "application/json"}
	}
	s.send(w, r, rp)
	w.finish()
	return true
}

// standardError is what GitLab, or the proxy before it, writes for a status.
func standardError(status int) reply {
	switch status {
	case http.StatusUnauthorized:
		return refuse(status, "401 Unauthorized")
	case http.StatusForbidden:
		return refuse(status, "403 Forbidden")
	case http.StatusTooManyRequests:
		return reply{status: status, raw: []byte("Retry later\n"), ctype: "text/plain"}
	case http.StatusInternalServerError:
		return refuse(status, "500 Internal Server Error")
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		page := "<html><head><title>" + strconv.Itoa(status) + "</title></head><body><h1>GitLab is not responding</h1></body></html>\n"
		return reply{status: status, raw: []byte(page), ctype: "text/html"}
	}
	return refuse(status, strconv.Itoa(status)+" "+http.StatusText(status))
}

// responder records what is answered and can spoil it.
type responder struct {
	http.ResponseWriter
	status        int
	bytes         int
	recorder      *recorder
	record        *Request
	cut, truncate int
	held          *bytes.Buffer // the body, when it is to be truncated
}

func (w *responder) WriteHeader(status int) {
	w.status = status
	w.recorder.change(func() { w.record.Status = status })
	if w.truncate > 0 {
		w.held = &bytes.Buffer{}
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *responder) Write(b []byte) (int, error) {
	if w.truncate > 0 {
		if w.held == nil {
			w.held = &bytes.Buffer{}
		}
		return w.held.Write(b)
	}
	if w.cut > 0 && w.bytes+len(b) >= w.cut {
		n, _ := w.ResponseWriter.Write(b[:w.cut-w.bytes])
		w.count(n)
		if f, canFlush := w.ResponseWriter.(http.Flusher); canFlush {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	n, err := w.ResponseWriter.Write(b)
	w.count(n)
	return n, err
}

func (w *responder) count(n int) {
	w.bytes += n
	w.recorder.change(func() { w.record.Bytes = w.bytes })
}

// finish sends a body that was held back to be truncated.
func (w *responder) finish() {
	if w.held == nil {
		return
	}
	b := w.held.Bytes()
	b = b[:min(w.truncate, len(b))]
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.ResponseWriter.WriteHeader(w.status)
	n, _ := w.ResponseWriter.Write(b)
	w.count(n)
}
