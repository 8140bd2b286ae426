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
		text = fmt.Sprintf("The server answered %d %s.", e.Status, http.StatusText(e.Status))
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
		return e.Status
	}
	return 0
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	key          string // Idempotency-Key
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
	repeatable := k.method == http.MethodGet || k.key != ""
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
	if k.key != "" {
		r.Header.Set("Idempotency-Key", k.key)
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
		failed.Status = resp.StatusCode
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			failed.retryAfter = time.Duration(seconds) * time.Second
		}
		return failed
	}
	if k.out == nil {
		return nil
	}
	if err := json.Unmarshal(text, k.out); err != nil {
		return fmt.Errorf("%s does not answer as Ocim does: %w", c.Base, err)
	}
	return nil
}

// Instances finds one page of instances. The query has the names of the API's
// parameters.
func (c *Client) Instances(ctx context.Context, query url.Values) (InstancePage, error) {
	var out InstancePage
	return out, c.do(ctx, call{method: http.MethodGet, path: "/clusters/v1/instances", query: query, out: &out})
}

// Instance returns one instance.
func (c *Client) Instance(ctx context.Context, cluster, instance string) (InstanceDetails, error) {
	var out InstanceDetails
	return out, c.do(ctx, call{method: http.MethodGet, path: join("/instances/v1/clusters", cluster, "instances", instance), out: &out})
}

// Preview returns what an operation would do.
func (c *Client) Preview(ctx context.Context, cluster string, request OperationRequest) (Preview, error) {
	var out Preview
	return out, c.do(ctx, call{method: http.MethodPost, path: join("/pipelines/v1/clusters", cluster, "operations", "preview"), in: request, out: &out})
}

// Start starts exactly what a preview showed. The same key never starts a second
// operation.
func (c *Client) Start(ctx context.Context, cluster, key string, body StartInputBody) (Operation, error) {
	var out Operation
	return out, c.do(ctx, call{method: http.MethodPost, path: join("/pipelines/v1/clusters", cluster, "operations"), key: key, in: body, out: &out})
}

// Operation returns an operation with its pipelines.
func (c *Client) Operation(ctx context.Context, cluster, id string) (OperationPage, error) {
	var out OperationPage
	return out, c.do(ctx, call{method: http.MethodGet, path: join("/pipelines/v1/clusters", cluster, "operations", id), out: &out})
}

// Pipeline returns a pipeline with its jobs.
func (c *Client) Pipeline(ctx context.Context, cluster string, id int64) (PipelinePage, error) {
	var out PipelinePage
	return out, c.do(ctx, call{method: http.MethodGet, path: join("/pipelines/v1/clusters", cluster, "pipelines", fmt.Sprint(id)), out: &out})
}

// JobLog returns a part of a job's log, from a byte offset on.
func (c *Client) JobLog(ctx context.Context, cluster string, pipeline, job, from int64) (LogPart, error) {
	var out LogPart
	path := join("/pipelines/v1/clusters", cluster, "pipelines", fmt.Sprint(pipeline), "jobs", fmt.Sprint(job), "log")
	return out, c.do(ctx, call{method: http.MethodGet, path: path, query: url.Values{"from": {fmt.Sprint(from)}}, out: &out})
}

// PreviewBulk returns what a bulk change would do.
func (c *Client) PreviewBulk(ctx context.Context, request BulkRequest) (BulkPreview, error) {
	var out BulkPreview
	return out, c.do(ctx, call{method: http.MethodPost, path: "/pipelines/v1/bulk-changes/preview", in: request, out: &out})
}

// StartBulk starts exactly what a preview of a bulk change showed.
func (c *Client) StartBulk(ctx context.Context, key string, body StartBulkInputBody) (Bulk, error) {
	var out Bulk
	return out, c.do(ctx, call{method: http.MethodPost, path: "/pipelines/v1/bulk-changes", key: key, in: body, out: &out})
}

// Bulk returns a bulk change.
func (c *Client) Bulk(ctx context.Context, id string) (Bulk, error) {
	var out Bulk
	return out, c.do(ctx, call{method: http.MethodGet, path: join("/pipelines/v1/bulk-changes", id), out: &out})
}

// ActOnBulk pauses, resumes, aborts or retries a bulk change.
func (c *Client) ActOnBulk(ctx context.Context, id, action string) (Bulk, error) {
	var out Bulk
	return out, c.do(ctx, call{method: http.MethodPost, path: join("/pipelines/v1/bulk-changes", id, action), out: &out})
}

// join makes a path of segments that may hold any character.
func join(base string, segments ...string) string {
	for _, s := range segments {
		base += "/" + url.PathEscape(s)
	}
	return base
}

// VerifyAudit checks that no entry of the audit log was changed or removed.
func (c *Client) VerifyAudit(ctx context.Context) (VerifyAuditOutputBody, error) {
	var out VerifyAuditOutputBody
	return out, c.do(ctx, call{method: http.MethodPost, path: "/sync/v1/audit/verify", out: &out})
}

// Keys returns which encryption keys stored secrets need.
func (c *Client) Keys(ctx context.Context) (Keys, error) {
	var out Keys
	return out, c.do(ctx, call{method: http.MethodGet, path: "/sync/v1/keys", out: &out})
}

// Reseal encrypts all stored secrets with the current key.
func (c *Client) Reseal(ctx context.Context) (ResealOutputBody, error) {
	var out ResealOutputBody
	return out, c.do(ctx, call{method: http.MethodPost, path: "/sync/v1/keys/reseal", out: &out})
}

// Installation returns how Ocim is configured and how its background does.
func (c *Client) Installation(ctx context.Context) (InstallationOutputBody, error) {
	var out InstallationOutputBody
	return out, c.do(ctx, call{method: http.MethodGet, path: "/sync/v1/installation", out: &out})
}
