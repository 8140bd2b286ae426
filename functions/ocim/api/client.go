package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// maxAnswer bounds an answer in bytes.
const maxAnswer = 32 << 20

// Client calls the API of one Ocim with an API token. It is safe for concurrent use.
type Client struct {
	Base  string // such as https://ocim.example.org
	Token string
	HTTP  *http.Client // nil: a client with a time-out of one minute
}

// Error is an answer that reports a failure.
type Error struct {
	Problem
	Cause error // set when there was no answer at all

	retryAfter time.Duration // what the server asks to wait, 0 when it does not say
}

// Error returns what failed, in one sentence, with the fields that are wrong.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Cause.Error()
	}
	text := e.Detail
	if text == "" {
		text = fmt.Sprintf("The server answered %d %s.", e.Status, http.StatusText(int(e.Status)))
	}
	for _, f := range e.Errors {
		if f.Field != "" && !strings.Contains(text, f.Message) {
			text += fmt.Sprintf("\n  %s: %s", f.Field, f.Message)
		}
	}
	if e.Status >= http.StatusInternalServerError && e.Instance != "" {
		text += " (call " + e.Instance + ")"
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// StatusOf returns the HTTP status of an error of this package, and 0 when there was no
// answer or the error is another one.
func StatusOf(err error) int {
	var e *Error
	if errors.As(err, &e) && e.Cause == nil {
		return int(e.Status)
	}
	return 0
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	header       url.Values
	in, out      any
}

// attempts is how often a request is tried that can be repeated without harm: one that
// reads, or that carries an idempotency key. A request that was refused because there
// were too many has had no effect, so it is repeated more often, when the server says.
const (
	attempts        = 4
	attemptsLimited = 20
	maxRetryAfter   = 30 * time.Second
)

// do makes a call and decodes its answer.
func (c *Client) do(ctx context.Context, k call) error {
	var body []byte
	if k.in != nil {
		var err error
		if body, err = json.Marshal(k.in); err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
	}
	repeatable := k.method == http.MethodGet || k.header.Get("Idempotency-Key") != ""
	for attempt := 1; ; attempt++ {
		err := c.once(ctx, k, body)
		status := StatusOf(err)
		wait := time.Duration(attempt) * 500 * time.Millisecond
		var answer *Error
		switch {
		case err == nil, ctx.Err() != nil, !errors.As(err, &answer):
			return err
		case status == http.StatusTooManyRequests && attempt < attemptsLimited:
			wait = min(max(wait, answer.retryAfter), maxRetryAfter)
		case !repeatable, attempt >= attempts:
			return err
		case status != 0 && status != http.StatusBadGateway && status != http.StatusServiceUnavailable && status != http.StatusGatewayTimeout:
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

func (c *Client) once(ctx context.Context, k call, body []byte) error {
	address := strings.TrimRight(c.Base, "/") + "/function" + k.path
	if len(k.query) > 0 {
		address += "?" + k.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, k.method, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%q is not the address of an Ocim: %w", c.Base, err)
	}
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("Accept", "application/json")
	if k.in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name := range k.header {
		r.Header.Set(name, k.header.Get(name))
	}
	client := c.HTTP
	if client == nil {
		client = &http.Client{Timeout: time.Minute}
	}
	resp, err := client.Do(r)
	if err != nil {
		return &Error{Cause: fmt.Errorf("reach %s: %w", c.Base, err)}
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return &Error{Cause: fmt.Errorf("read the answer of %s: %w", c.Base, err)}
	}
	if resp.StatusCode >= http.StatusBadRequest {
		failed := &Error{}
		// OpenFaaS itself answers some failures, without a problem document.
		if json.Unmarshal(text, &failed.Problem) != nil || failed.Detail == "" {
			failed.Problem = Problem{}
		}
		failed.Status = int64(resp.StatusCode)
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			failed.retryAfter = time.Duration(seconds) * time.Second
		}
		return failed
	}
	if err := json.Unmarshal(text, k.out); err != nil {
		return fmt.Errorf("%s does not answer as Ocim does: %w", c.Base, err)
	}
	return nil
}

// join fills the segments of a path, which may hold any character.
func join(format string, segments ...any) string {
	escaped := make([]any, len(segments))
	for i, s := range segments {
		escaped[i] = url.PathEscape(fmt.Sprint(s))
	}
	return fmt.Sprintf(format, escaped...)
}

// values takes names and values in turn. A list counts once for each of its elements, a
// zero value not at all.
func values(pairs ...any) url.Values {
	out := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		name, given := pairs[i].(string), reflect.ValueOf(pairs[i+1])
		switch {
		case given.Kind() == reflect.Slice:
			for j := range given.Len() {
				out.Add(name, fmt.Sprint(given.Index(j)))
			}
		case !given.IsZero():
			out.Set(name, fmt.Sprint(given))
		}
	}
	return out
}

// Start requests exactly what a preview of r showed.
func (r OperationRequest) Start(previewHash string) StartInputBody {
	body := shared[StartInputBody](r)
	body.PreviewHash = previewHash
	return body
}

// Start requests exactly what a preview of r showed.
func (r BulkRequest) Start(previewHash string) StartBulkInputBody {
	body := shared[StartBulkInputBody](r)
	body.PreviewHash = previewHash
	return body
}

// shared returns a T with the fields that it shares with v.
func shared[T any](v any) (out T) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("%T is not a part of %T: %v", v, out, err)) // both are generated from one document
	}
	return out
}
