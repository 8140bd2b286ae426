//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"bytes"
	"cmp"
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

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
)

// pageSize is how many entries of a list are asked for at once; GitLab gives no
// more.
const pageSize = 100

// projectPath gives the path of something in a project, below /api/v4; its parts
// are escaped.
func projectPath(id int64, rest ...string) string {
	return pathOf("projects", append([]string{strconv.FormatInt(id, 10)}, rest...)...)
}

func pathOf(first string, rest ...string) string {
	for _, part := range rest {
		first += "/" + url.PathEscape(part)
	}
	return first
}

// graphQL is the one path that is below /api.
const graphQL = "graphql"

// send makes a request and writes the body of a successful answer as it comes.
// options are sent as the query or, where there is one, as the body. GitLab's words
// come also with a 404, of which go-gitlab drops them: all answers that are no
// success are *gogitlab.ErrorResponse.
func (c *Client) send(ctx context.Context, method, path string, options any, to io.Writer, more ...gogitlab.RequestOptionFunc) (*gogitlab.Response, error) {
	var words []byte
	inContext := gogitlab.WithContext(context.WithValue(ctx, notFoundBody{}, &words))
	req, err := c.api.NewRequest(method, path, options, append(more, inContext))
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	if path == graphQL {
		req.URL.Path, req.URL.RawPath = strings.TrimSuffix(req.URL.Path, "v4/"+graphQL)+graphQL, ""
	}
	resp, err := c.api.Do(req, to)
	if resp != nil && errors.Is(err, gogitlab.ErrNotFound) {
		err = &gogitlab.ErrorResponse{Response: resp.Response, Body: words}
	}
	return resp, err
}

// notFoundBody is the key of a *[]byte in a request's context.
type notFoundBody struct{}

// keepNotFound puts the body of a 404 into the request's context. It hides the
// transport's other methods: a request that fails must not close the idle
// connections of all clients.
type keepNotFound struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (k keepNotFound) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := k.RoundTripper.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusNotFound {
		if kept, ok := req.Context().Value(notFoundBody{}).(*[]byte); ok {
			*kept, _ = io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // a refusal that is cut off is still one
		}
	}
	return resp, err
}

// maxRefusal bounds what is read of a refusal, in bytes.
const maxRefusal = 64 << 10

// hasStatus reports whether an error is GitLab's answer with a status.
func hasStatus(err error, status int) bool {
	var answer *gogitlab.ErrorResponse
	return errors.As(err, &answer) && answer.Response.StatusCode == status
}

// get reads something and decodes what out names of the answer.
func (c *Client) get(ctx context.Context, path string, options, out any) error {
	_, err := c.call(ctx, http.MethodGet, path, options, out)
	return err
}

// call makes a request and decodes what out names of the answer; a nil out
// leaves it alone.
func (c *Client) call(ctx context.Context, method, path string, options, out any) (*gogitlab.Response, error) {
	var body bytes.Buffer
	resp, err := c.send(ctx, method, path, options, &body)
	if err != nil {
		return nil, err
	}
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return resp, nil
	}
	if err := json.Unmarshal(body.Bytes(), out); err != nil {
		return nil, undecoded(method, path, body.Bytes(), err)
	}
	return resp, nil
}

// undecoded is the error of an answer that is not what it should be. One that
// ends early was cut off on its way.
func undecoded(method, path string, body []byte, err error) error {
	text := bytes.TrimSpace(body)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return misunderstood(method, path, fmt.Sprintf("field %s is a %s", cmp.Or(wrong.Field, "(the answer itself)"), wrong.Value), err)
	case len(text) > 0 && text[0] != '{' && text[0] != '[':
		return misunderstood(method, path, "it is not JSON", err)
	}
	return fault.Wrap(fault.Unavailable, err, "GitLab's answer was cut off")
}

// misunderstood is logged once for each kind: the same answer comes again and
// again. What a request that changes something did is not known then, so it is
// looked for as after a lost answer.
func misunderstood(method, path, what string, err error) error {
	kind := method + " " + numbers.Replace(path) + " " + what
	if _, known := understood.LoadOrStore(kind, true); !known {
		slog.Default().Warn("GitLab's answer was not understood", "method", method, "path", path, "what", what, "err", err)
	}
	if method != http.MethodGet {
		return fault.Wrap(fault.Unavailable, err, "GitLab's answer was not understood: %s", what)
	}
	return fault.Wrap(fault.Upstream, err, "GitLab's answer was not understood: %s. This version of GitLab may be newer than Ocim knows", what)
}

// understood holds what was logged; numbers makes one kind of all projects.
var (
	understood sync.Map
	numbers    = strings.NewReplacer("0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "")
)

// list visits the pages of a list until visit is false, at most so many. page is
// the part of options that says which one. whole is true when the end was reached.
func list[T any](ctx context.Context, c *Client, path string, options any, page *gogitlab.ListOptions, pages int, visit func([]T) bool) (whole bool, err error) {
	page.PerPage = cmp.Or(page.PerPage, pageSize)
	page.Page = 1
	for range pages {
		var entries []T
		resp, err := c.call(ctx, http.MethodGet, path, options, &entries)
		if err != nil {
			return false, err
		}
		if !visit(entries) || resp.NextPage == 0 {
			return resp.NextPage == 0, nil
		}
		page.Page = resp.NextPage
	}
	return false, nil
}

// listAll collects what list visits.
func listAll[T any](ctx context.Context, c *Client, path string, options any, page *gogitlab.ListOptions, pages int) ([]T, error) {
	all := []T{}
	_, err := list(ctx, c, path, options, page, pages, func(entries []T) bool {
		all = append(all, entries...)
		return true
	})
	return all, err
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
