package gitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/refusal"
)

// pageSize is how many entries of a list are asked for at once; GitLab gives no
// more.
const pageSize = 100

// apiCall is a call of the API. path is below /api/v4 and escaped.
type apiCall struct {
	method string // empty is GET
	path   string
	query  url.Values
	body   any // sent as JSON
	header http.Header
}

// projectPath gives the path of something in a project; its parts are escaped.
func projectPath(id int64, rest ...string) string {
	return pathOf("projects", append([]string{strconv.FormatInt(id, 10)}, rest...)...)
}

func pathOf(first string, rest ...string) string {
	for _, part := range rest {
		first += "/" + url.PathEscape(part)
	}
	return first
}

// send makes a request. Only an answer with one of GitLab's statuses of success
// comes back; the caller closes its body. All else is an *answerError.
func (c *Client) send(ctx context.Context, r apiCall) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encoding a request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	address := c.base + "/api/" + r.path
	if !strings.HasPrefix(r.path, "graphql") {
		address = c.base + "/api/v4/" + r.path
	}
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, orGet(r.method), address, body)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s is not the address of a GitLab server", c.base)
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	req.Header.Set("Private-Token", c.token.Reveal())
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent, http.StatusPartialContent, http.StatusNotModified:
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // a refusal that is cut off is still one
	return nil, &answerError{
		status: resp.StatusCode, header: resp.Header, request: req.Method + " " + req.URL.Redacted(),
		body: said, words: cutText(refusal.Words(said)),
	}
}

// maxRefusal bounds what is read of a refusal, in bytes.
const maxRefusal = 64 << 10

func orGet(method string) string {
	if method == "" {
		return http.MethodGet
	}
	return method
}

// answerError is an answer that is no success.
type answerError struct {
	status  int
	header  http.Header
	request string
	body    []byte
	words   string // GitLab's, masked and shortened
}

func (e *answerError) Error() string {
	return fmt.Sprintf("%s: %d %s", e.request, e.status, e.words)
}

// hasStatus reports whether an error is GitLab's answer with a status.
func hasStatus(err error, status int) bool {
	var answer *answerError
	return errors.As(err, &answer) && answer.status == status
}

// call makes a request and decodes what out names of the answer; a nil out
// leaves it alone.
func (c *Client) call(ctx context.Context, r apiCall, out any) (http.Header, error) {
	resp, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return resp.Header, nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return nil, undecoded(r, body, err)
	}
	return resp.Header, nil
}

// undecoded is the error of an answer that is not what it should be. One that
// ends early was cut off on its way.
func undecoded(r apiCall, body []byte, err error) error {
	text := bytes.TrimSpace(body)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		field := wrong.Field
		if field == "" {
			field = "(the answer itself)"
		}
		return misunderstood(r, fmt.Sprintf("field %s is a %s", field, wrong.Value), err)
	case len(text) > 0 && text[0] != '{' && text[0] != '[':
		return misunderstood(r, "it is not JSON", err)
	}
	return fault.Wrap(fault.Unavailable, err, "GitLab's answer was cut off")
}

// misunderstood is logged once for each kind: the same answer comes again and
// again. What a request that changes something did is not known then, so it is
// looked for as after a lost answer.
func misunderstood(r apiCall, what string, err error) error {
	kind := orGet(r.method) + " " + numbers.Replace(r.path) + " " + what
	if _, known := understood.LoadOrStore(kind, true); !known {
		slog.Default().Warn("GitLab's answer was not understood", "method", orGet(r.method), "path", r.path, "what", what, "err", err)
	}
	if orGet(r.method) != http.MethodGet {
		return fault.Wrap(fault.Unavailable, err, "GitLab's answer was not understood: %s", what)
	}
	return fault.Wrap(fault.Upstream, err, "GitLab's answer was not understood: %s. This version of GitLab may be newer than Ocim knows", what)
}

// understood holds what was logged; numbers makes one kind of all projects.
var (
	understood sync.Map
	numbers    = strings.NewReplacer("0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "")
)

// list visits the pages of a list until visit is false, at most so many. whole
// tells that the end was reached.
func list[T any](ctx context.Context, c *Client, path string, query url.Values, pages int, visit func([]T) bool) (whole bool, err error) {
	q := url.Values{"per_page": {strconv.Itoa(pageSize)}}
	for k, v := range query {
		q[k] = v
	}
	for page := 1; page <= pages; page++ {
		q.Set("page", strconv.Itoa(page))
		var entries []T
		header, err := c.call(ctx, apiCall{path: path, query: q}, &entries)
		if err != nil {
			return false, err
		}
		if next := header.Get("X-Next-Page"); !visit(entries) || next == "" {
			return next == "", nil
		}
	}
	return false, nil
}

// soft is a field that is good to have: in another form than expected it is
// absent, and the rest of the answer is still read.
type soft[T any] struct{ Value T }

// UnmarshalJSON implements json.Unmarshaler.
func (s *soft[T]) UnmarshalJSON(raw []byte) error {
	var v T
	if json.Unmarshal(raw, &v) == nil {
		s.Value = v
	}
	return nil
}

// moment is a time as GitLab's API writes it; zero when there is none.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s soft[string]
	_ = s.UnmarshalJSON(raw) // which never fails
	m.Time = parseTime(s.Value)
	return nil
}
