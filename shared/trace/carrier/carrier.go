// Package carrier sends HTTP requests with the trace of their contexts.
package carrier

import (
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/trace"
)

// RoundTrip sends a request with the trace of its context, as a span of its own. The
// request that it is given stays as it is.
func RoundTrip(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	span := trace.Next(req.Context())
	if span.TraceID == "" {
		return base.RoundTrip(req)
	}
	out := req.Clone(req.Context())
	out.Header.Set(trace.Header, span.String())
	start := time.Now()
	resp, err := base.RoundTrip(out)
	// The query is left out: it may be long.
	attributes := map[string]any{"http.request.method": req.Method, "server.address": req.URL.Hostname(), "url.path": req.URL.Path}
	if err == nil {
		attributes["http.response.status_code"] = resp.StatusCode
	}
	span.End(trace.Client, req.Method+" "+req.URL.Hostname(), time.Since(start), err != nil || resp.StatusCode >= http.StatusBadRequest, attributes)
	return resp, err
}

// Transport sends requests with the trace of their contexts.
func Transport(base http.RoundTripper) http.RoundTripper { return transport{base} }

type transport struct{ base http.RoundTripper }

// RoundTrip sends a request.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	return RoundTrip(t.base, req)
}
