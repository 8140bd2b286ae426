package faas

import (
	"net/http"
	"strings"
)

// ETag quotes a version, such as a revision or a hash, as an entity tag. It is a weak
// one: an answer has the same version whether or not it is compressed.
func ETag(version string) string { return `W/"` + version + `"` }

// NotModified returns the error that answers 304, if ifNoneMatch (the request's
// If-None-Match) names etag, else nil. An operation that knows its revision
// before it does the work calls it first. One that does not just sets ETag on
// its output: the answer becomes a 304 on its way out.
func NotModified(ifNoneMatch, etag string) error {
	if !matchesETag(ifNoneMatch, etag) {
		return nil
	}
	return &notModified{etag: etag}
}

type notModified struct{ etag string }

func (*notModified) Error() string             { return "not modified" }
func (*notModified) GetStatus() int            { return http.StatusNotModified }
func (n *notModified) GetHeaders() http.Header { return http.Header{"Etag": {n.etag}} }

// matchesETag compares weakly, as If-None-Match does.
func matchesETag(ifNoneMatch, etag string) bool {
	if etag == "" {
		return false
	}
	weak := func(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), "W/") }
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		if c := weak(candidate); c == "*" || c == weak(etag) {
			return true
		}
	}
	return false
}
