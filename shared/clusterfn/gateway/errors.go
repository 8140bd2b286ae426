package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
)

// silence marks that a cluster did not answer, or only its gateway did. That
// is what opens a circuit; an answer of a function never does.
type silence struct {
	err   error
	again bool // repeating at once may help
}

func (s *silence) Error() string { return s.err.Error() }
func (s *silence) Unwrap() error { return s.err }

func isSilence(err error) bool {
	var s *silence
	return errors.As(err, &s)
}

func again(err error) bool {
	var s *silence
	return errors.As(err, &s) && s.again
}

// unreached makes a fault of a request that got no answer.
func (c *Cluster) unreached(err error) error {
	if errors.Is(err, context.Canceled) {
		return fault.Wrap(fault.Unavailable, err, "The call to %s was given up.", c.target.Cluster)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Unavailable, &silence{err: err}, "The cluster %s did not answer within %d seconds.", c.target.Cluster, int(c.client.opts.Timeout.Seconds()))
	}
	// A transport that refuses an address says so with a fault.
	var refused *fault.Error
	if errors.As(err, &refused) {
		return fmt.Errorf("calling %s: %w", c.target.Cluster, refused)
	}
	return fault.Wrap(fault.Unavailable, &silence{err: err, again: true}, "The cluster %s cannot be reached: see whether its gateway runs and its address is right.", c.target.Cluster)
}

// problem is the part of a problem document that counts.
type problem struct {
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// answered makes a fault of an answer that is not 200. Only the inspector
// answers with problem documents, which distinguishes it from the gateway.
func (c *Cluster) answered(function string, resp *http.Response, body []byte) error {
	cluster, code := c.target.Cluster, resp.StatusCode
	cause := fmt.Errorf("%s of %s answered %d", function, cluster, code)
	var p problem
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(body, &p) == nil {
		return c.refusal(function, fault.Kind(strings.TrimPrefix(p.Type, "urn:ocim:")), p.Detail, cause, retryAfter(resp))
	}
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return fault.Wrap(fault.Unavailable, cause, "The gateway of %s refuses Ocim's user or password: enter new ones.", cluster)
	case code == http.StatusNotFound:
		return fault.Wrap(fault.Unavailable, errors.Join(clusterfn.ErrNoFunction, cause), "The cluster %s has no function %s: deploy it there.", cluster, function)
	case code == http.StatusTooManyRequests:
		return &fault.Error{Kind: fault.Limited, Message: fmt.Sprintf("The function %s of %s is busy.", function, cluster), RetryAfter: retryAfter(resp), Err: cause}
	case code >= 300 && code < 400:
		return fault.Wrap(fault.Unavailable, cause, "The gateway of %s answers with a redirect: enter its final address.", cluster)
	case code >= 500:
		return fault.Wrap(fault.Unavailable, &silence{err: cause, again: code != http.StatusInternalServerError}, "The function %s of %s fails with %d: its log says why.", function, cluster, code)
	}
	return fault.Wrap(fault.Unavailable, cause, "The function %s of %s answers %d, which is not known: deploy the version that belongs to this Ocim.", function, cluster, code)
}

// refusal passes on the inspector's error if it concerns what was requested, not how
// it was requested.
func (c *Cluster) refusal(function string, kind fault.Kind, detail string, cause error, wait time.Duration) error {
	switch kind {
	case fault.NotFound:
		return fault.Wrap(fault.NotFound, cause, "%s", detail)
	case fault.Unauthenticated, fault.Forbidden:
		return fault.Wrap(fault.Unavailable, cause, "The inspector of %s refuses Ocim: enter the same secret on both sides, and see that their clocks agree.", c.target.Cluster)
	case fault.Unavailable, fault.Limited:
		return &fault.Error{Kind: kind, Message: detail, RetryAfter: wait, Err: cause}
	}
	return fault.Wrap(fault.Unavailable, cause, "The function %s of %s fails: its log says why.", function, c.target.Cluster)
}

// retryAfter reads the header in seconds, at most an hour of them.
func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}
