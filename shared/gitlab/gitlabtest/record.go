package gitlabtest

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
)

const keptRequests = 20_000 // the oldest are forgotten beyond that

// Request is one request that the server answered.
type Request struct {
	Method string
	Path   string // escaped, with /api/v4
	Route  string // the pattern that matched, such as "GET /api/v4/projects/{id}/pipelines"; empty when none did
	Status int
	Bytes  int    // of the answer's body
	Trace  string // the header traceparent
}

type recorder struct {
	mu   sync.Mutex
	seen []*Request
}

// begin records a request before it is answered, so that a client that got an
// answer finds it here.
func (rc *recorder) begin(r *http.Request, route string) *Request {
	req := &Request{Method: r.Method, Path: r.URL.EscapedPath(), Route: route, Trace: r.Header.Get("Traceparent")}
	rc.mu.Lock()
	defer rc.mu.Unlock()
	rc.seen = append(rc.seen, req)
	if len(rc.seen) > keptRequests {
		rc.seen = slices.Clone(rc.seen[keptRequests/2:])
	}
	return req
}

// change fills in what is known later.
func (rc *recorder) change(f func()) {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	f()
}

// Requests gives what was asked since the last ResetRequests, oldest first.
func (s *Server) Requests() []Request {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	out := make([]Request, 0, len(s.recorder.seen))
	for _, r := range s.recorder.seen {
		out = append(out, *r)
	}
	return out
}

// Counts gives how often each route was asked, by its pattern; what matched no
// route is counted under "other".
func (s *Server) Counts() map[string]int {
	out := map[string]int{}
	for _, r := range s.Requests() {
		out[cmp.Or(r.Route, "other")]++
	}
	return out
}

// ResetRequests forgets what was asked so far.
func (s *Server) ResetRequests() {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	s.recorder.seen = nil
}
