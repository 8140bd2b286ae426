// Package carrier sends HTTP requests with the trace of their contexts.
package carrier

import (
	"net/http"

	"github.com/open-craft/ocim/shared/trace"
)

// Request returns a request that carries the trace of its context. The request that it is
// given stays as it is.
func Request(req *http.Request) *http.Request {
	next := trace.Next(req.Context())
	if next == "" {
		return req
	}
	out := req.Clone(req.Context())
	out.Header.Set(trace.Header, next)
	return out
}

// Transport sends requests with the trace of their contexts.
func Transport(base http.RoundTripper) http.RoundTripper { return transport{base} }

type transport struct{ base http.RoundTripper }

// RoundTrip sends a request.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.base.RoundTrip(Request(req))
}
