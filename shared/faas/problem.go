package faas

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/fault"
)

const problemType = "application/problem+json"

// Problem is the answer to every failed call (RFC 9457).
type Problem struct {
	Type     string       `json:"type" doc:"urn:ocim: and the kind: invalid, unauthenticated, forbidden, not_found, method_not_allowed, conflict, too_large, limited, refused, unavailable or internal" example:"urn:ocim:invalid"`
	Title    string       `json:"title" doc:"What the status means"`
	Status   int          `json:"status" doc:"HTTP status"`
	Detail   string       `json:"detail" doc:"One sentence for a person"`
	Instance string       `json:"instance" doc:"Id of the call; the log has the rest under it"`
	Errors   []FieldError `json:"errors,omitempty" doc:"What is wrong with which input"`
}

// FieldError says what is wrong with one input.
type FieldError struct {
	Field   string `json:"field" doc:"Path of the input, such as overrides.LMS_HOST; body when it is all of it"`
	Message string `json:"message" doc:"What is wrong with it"`
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the status to huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns the media type to huma.
func (p *Problem) ContentType(string) string { return problemType }

// statusOf is the one mapping of kinds to HTTP.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Upstream:
		return http.StatusBadGateway
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// kindName returns the kind of a status, also of those that come from HTTP itself.
func kindName(status int) string {
	for _, kind := range []fault.Kind{
		fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.Conflict,
		fault.TooLarge, fault.Limited, fault.Upstream, fault.Unavailable,
	} {
		if statusOf(kind) == status {
			return string(kind)
		}
	}
	switch {
	case status == http.StatusMethodNotAllowed:
		return "method_not_allowed"
	case status >= 500:
		return string(fault.Internal)
	default:
		return string(fault.Invalid)
	}
}

func newProblem(status int, detail string, errs ...FieldError) *Problem {
	return &Problem{
		Type: "urn:ocim:" + kindName(status), Title: http.StatusText(status),
		Status: status, Detail: detail, Errors: errs,
	}
}

const internalDetail = "Something failed inside Ocim. Its log says more under this call's id."

// problemOf makes the document for an error and the headers that go with it.
// Only the message of a fault is sent; its causes are only logged.
func problemOf(err error) (*Problem, http.Header) {
	var f *fault.Error
	if !errors.As(err, &f) {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			f = fault.New(fault.Unavailable, "This took too long. Please repeat.")
		} else {
			f = fault.New(fault.Internal, internalDetail)
		}
	}
	detail := f.Message
	if f.Kind == fault.Internal || detail == "" {
		detail = internalDetail
	}
	p := newProblem(statusOf(f.Kind), detail)
	if f.Field != "" && p.Status != http.StatusInternalServerError {
		p.Errors = []FieldError{{Field: f.Field, Message: f.Message}}
	}
	return p, headersOf(f)
}

func headersOf(f *fault.Error) http.Header {
	h := http.Header{}
	switch f.Kind {
	case fault.Unauthenticated:
		h.Set("WWW-Authenticate", `Bearer realm="ocim"`)
	case fault.Limited, fault.Unavailable:
		h.Set("Retry-After", itoa(int(max(1, math.Ceil(f.RetryAfter.Seconds())))))
	}
	return h
}

// answerError writes the problem of err to w as a whole response.
func answerError(w http.ResponseWriter, callID string, err error) {
	p, header := problemOf(err)
	for name, values := range header {
		w.Header()[name] = values
	}
	answerProblem(w, callID, p)
}

func answerProblem(w http.ResponseWriter, callID string, p *Problem) {
	p.Instance = callID
	body, err := json.Marshal(p)
	if err != nil { // a Problem is strings and numbers
		body = []byte(`{}`)
	}
	w.Header().Set("Content-Type", problemType)
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Del("ETag")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n'))
}

// fromHuma makes our document of the one huma's own checks produce. The
// offending value, which huma would echo, is left out.
func fromHuma(m *huma.ErrorModel) *Problem {
	if m.Status >= 500 {
		return newProblem(m.Status, internalDetail)
	}
	p := newProblem(m.Status, sentence(m.Detail))
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, fieldError(e, m.Status))
	}
	if m.Status == http.StatusBadRequest && len(p.Errors) == 0 {
		p.Errors = []FieldError{{Field: "body", Message: m.Detail}}
	}
	if m.Status == http.StatusBadRequest && m.Detail == "validation failed" {
		p.Detail = "The body is not valid JSON."
	}
	slices.SortStableFunc(p.Errors, func(a, b FieldError) int { return strings.Compare(a.Field, b.Field) })
	return p
}

// fieldError turns a location such as body.items[3].tag into the field's path.
func fieldError(e *huma.ErrorDetail, status int) FieldError {
	field := e.Location
	if place, rest, found := strings.Cut(field, "."); found && slices.Contains([]string{"body", "query", "path", "header", "cookie"}, place) {
		field = rest
	}
	message := e.Message
	// A missing or surplus property is reported at the object that has or lacks it.
	if name, ok := between(message, "expected required property ", " to be present"); ok {
		if field == "body" || field == "" {
			field = name
		} else {
			field += "." + name
		}
		message = "is required"
	}
	switch {
	case status == http.StatusUnsupportedMediaType:
		field, message = "Content-Type", "must be application/json"
	case strings.HasPrefix(message, "required ") && strings.HasSuffix(message, " parameter is missing"):
		message = "is required"
	case message == "unexpected property", message == "unknown query parameter":
		message = "is not known here"
	}
	if field == "" {
		field = "body"
	}
	return FieldError{Field: field, Message: message}
}

func between(s, before, after string) (string, bool) {
	s, ok := strings.CutPrefix(s, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, after)
}

// sentence makes a message of a library read like ours.
func sentence(s string) string {
	switch {
	case s == "validation failed":
		return "Some of the input is wrong."
	case s == "":
		return "The request is wrong."
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
