package faas

import (
	"bytes"
	"net/http"
)

// recorder is a ResponseWriter that keeps the response, by the rules of
// net/http: headers are final once the status is written, and a status that
// has no body takes none.
type recorder struct {
	header http.Header // as the handler sees it
	sent   http.Header // as it was when the status was written
	status int         // 0 until written
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

// Header returns the headers to be sent.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader fixes status and headers. Informational statuses are dropped: a
// function answers once.
func (r *recorder) WriteHeader(status int) {
	if r.status != 0 || (status >= 100 && status < 200 && status != http.StatusSwitchingProtocols) {
		return
	}
	r.status = status
	r.sent = r.header.Clone()
	if r.sent == nil {
		r.sent = http.Header{}
	}
}

// Write keeps a part of the body.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if !bodyAllowed(r.status) {
		return 0, http.ErrBodyNotAllowed
	}
	return r.body.Write(p)
}

// WriteString is Write without a copy.
func (r *recorder) WriteString(s string) (int, error) {
	r.WriteHeader(http.StatusOK)
	if !bodyAllowed(r.status) {
		return 0, http.ErrBodyNotAllowed
	}
	return r.body.WriteString(s)
}

// Flush fixes status and headers; the body leaves when the handler is done.
func (r *recorder) Flush() { r.WriteHeader(http.StatusOK) }

// reset forgets everything, for an answer that replaces what a handler began.
func (r *recorder) reset() {
	r.header, r.sent, r.status = http.Header{}, nil, 0
	r.body.Reset()
}

// send writes the kept response to w.
func (r *recorder) send(w http.ResponseWriter, method string) {
	r.WriteHeader(http.StatusOK)
	writeResponse(w, method, r.status, r.sent, r.body.Bytes())
}

// writeResponse writes a whole response, whose length is therefore known.
func writeResponse(w http.ResponseWriter, method string, status int, header http.Header, body []byte) {
	for name, values := range header {
		w.Header()[name] = values
	}
	if _, declared := header["Content-Length"]; !declared && bodyAllowed(status) && (len(body) > 0 || method != http.MethodHead) {
		w.Header().Set("Content-Length", itoa(len(body)))
	}
	w.WriteHeader(status)
	if bodyAllowed(status) {
		// A client that went away is no one's failure.
		_, _ = w.Write(body)
	}
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}
