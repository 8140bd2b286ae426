package gitlabtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const maxBody = 20 << 20 // bytes of a request

// call is one authenticated request.
type call struct {
	s       *Server
	r       *http.Request
	query   url.Values
	params  map[string]any // query and JSON body together
	body    []byte
	now     time.Time
	token   *token
	user    *user
	project *project
	level   int // of the user in the project
}

// reply is an answer, made under the lock and written after it.
type reply struct {
	status int
	header http.Header
	body   any                   // encoded as JSON
	raw    []byte                // instead of body
	ctype  string                // of raw and write
	write  func(io.Writer) error // instead of raw: written as it is made
	then   func() reply          // gives the answer, without the lock: it sends a webhook
}

func ok(body any) reply      { return reply{status: http.StatusOK, body: body} }
func created(body any) reply { return reply{status: http.StatusCreated, body: body} }
func noContent() reply       { return reply{status: http.StatusNoContent} }

// refuse answers {"message": …} as most of GitLab's errors are written.
func refuse(status int, message any) reply {
	return reply{status: status, body: map[string]any{"message": message}}
}

// refuseParam answers {"error": …} as GitLab does for a wrong parameter.
func refuseParam(format string, args ...any) reply {
	return reply{status: http.StatusBadRequest, body: map[string]any{"error": fmt.Sprintf(format, args...)}}
}

func notFound(what string) reply { return refuse(http.StatusNotFound, "404 "+what+" Not Found") }
func forbidden() reply           { return refuse(http.StatusForbidden, "403 Forbidden") }

func (rp reply) with(name, value string) reply {
	if rp.header == nil {
		rp.header = http.Header{}
	}
	rp.header.Set(name, value)
	return rp
}

// need is what a route asks of its caller.
type need struct {
	scope  scope
	level  int  // least access to the project
	write  bool // refused on archived projects
	public bool // no token asked
	bucket string
}

type handler func(*call) reply

// route registers a handler. A pattern with {id} is about a project.
func (s *Server) route(pattern string, n need, h handler) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		var rp reply
		c := &call{s: s, r: r}
		if bad := c.read(); bad != nil {
			rp = *bad
		} else if err := s.do(func() { rp = s.answer(c, n, h) }); err != nil {
			rp = refuse(http.StatusInternalServerError, "500 Internal Server Error")
		}
		if header := rp.header; rp.then != nil {
			rp = rp.then()
			rp.header = header
		}
		s.send(w, r, rp)
		s.poke()
	})
}

// poke plans the next move by the wall clock: the schedule may have changed.
func (s *Server) poke() {
	if !s.opts.RealTime {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer.Stop()
	if d, found := s.earliest(); found && !s.closed {
		s.timer.Reset(max(time.Until(d.at), 0))
	}
}

// read takes in the body, before the lock.
func (c *call) read() *reply {
	c.query = c.r.URL.Query()
	c.params = map[string]any{}
	for k, v := range c.query {
		c.params[k] = v[len(v)-1]
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.r.Body, maxBody))
	if err != nil {
		return new(refuse(http.StatusRequestEntityTooLarge, "413 Request Entity Too Large"))
	}
	c.body = body
	if len(body) == 0 {
		return nil
	}
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		return new(refuseParam("Problems parsing JSON"))
	}
	maps.Copy(c.params, m)
	return nil
}

// decode reads the JSON body into a struct.
func (c *call) decode(v any) error { return json.Unmarshal(c.body, v) }

// str gives a parameter as text, empty when it is absent.
func (c *call) str(name string) string {
	switch v := c.params[name].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// flag gives a yes-or-no parameter, and whether it was given.
func (c *call) flag(name string) (value, given bool) {
	switch strings.ToLower(c.str(name)) {
	case "true", "1", "t":
		return true, true
	case "false", "0", "f":
		return false, true
	}
	return false, false
}

func (c *call) pathInt(name string) int {
	n, err := strconv.Atoi(c.r.PathValue(name))
	if err != nil {
		return -1
	}
	return n
}

// when reads a time parameter; the zero time when it is absent or unreadable.
func (c *call) when(name string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02"} {
		if t, err := time.Parse(layout, c.str(name)); err == nil {
			return t
		}
	}
	return time.Time{}
}

// answer checks the caller and runs the handler, under the lock.
func (s *Server) answer(c *call, n need, h handler) reply {
	c.now = s.now()
	if rp := s.authenticate(c, n); rp != nil {
		return *rp
	}
	who, _, _ := net.SplitHostPort(c.r.RemoteAddr)
	if c.user != nil {
		who = fmt.Sprintf("user:%d", c.user.ID)
	}
	limit := s.limits.take(who, n.bucket, c.r.PathValue("id"), c.now)
	if limit.refused != nil {
		return limit.mark(*limit.refused)
	}
	if rp := s.authorize(c, n); rp != nil {
		return limit.mark(*rp)
	}
	return limit.mark(h(c))
}

// send writes a reply.
func (s *Server) send(w http.ResponseWriter, r *http.Request, rp reply) {
	h := w.Header()
	maps.Copy(h, rp.header)
	if rp.write == nil {
		s.sendBuffered(w, rp)
		return
	}
	h.Set("Content-Type", rp.ctype)
	w.WriteHeader(rp.status)
	if err := rp.write(w); err != nil {
		s.log.Debug("an answer was cut off", "error", err)
	}
}

func (s *Server) sendBuffered(w http.ResponseWriter, rp reply) {
	h, raw := w.Header(), rp.raw
	if rp.body != nil {
		raw = encode(rp.body)
		h.Set("Content-Type", "application/json")
	} else if rp.ctype != "" {
		h.Set("Content-Type", rp.ctype)
	}
	if rp.status != http.StatusNoContent && rp.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(raw)))
	}
	w.WriteHeader(rp.status)
	if _, err := w.Write(raw); err != nil {
		s.log.Debug("an answer was not taken", "error", err)
	}
}

// encode writes JSON as GitLab does. It panics on what has no JSON, which
// nothing here is.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("gitlabtest: %v", err))
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, pattern := s.mux.Handler(r)
	rec := &responder{ResponseWriter: w, status: http.StatusOK, recorder: &s.recorder, record: s.recorder.begin(r, pattern)}
	fault := s.faults.take(r)
	if fault != nil && !fault.hold(r.Context()) {
		panic(http.ErrAbortHandler)
	}
	if fault != nil && fault.apply(s, rec, r) {
		return
	}
	if pattern == "" {
		s.send(rec, r, reply{status: http.StatusNotFound, body: map[string]any{"error": "404 Not Found"}})
		return
	}
	s.mux.ServeHTTP(rec, r)
	rec.finish()
}
