//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/refusal"
)

// translate makes a fault of what a request returned, saying what was being
// done. Faults of the transport pass as they are. What GitLab refused has a
// refusal.Refusal inside.
func translate(err error, doing string, args ...any) error {
	return translateCall(refusal.Other, err, doing, args...)
}

// translateCall is translate for a call whose refusals have meanings of their own.
func translateCall(call refusal.Call, err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	doing = fmt.Sprintf(doing, args...)
	var known *fault.Error
	if errors.As(err, &known) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, fault.Wrap(fault.Unavailable, err, "GitLab did not answer in time"))
	}
	var answer *gogitlab.ErrorResponse
	if !errors.As(err, &answer) {
		return fault.Wrap(fault.Unavailable, err, "%s: GitLab could not be reached, or its answer was cut off", doing)
	}
	r := refusal.Classify(refusal.Answer{Call: call, Status: answer.Response.StatusCode, Words: words(answer), After: retryAfter(answer.Response.Header)})
	return refused(r, answer, doing)
}

// refused makes the fault of a refusal.
func refused(r refusal.Refusal, answer *gogitlab.ErrorResponse, doing string) error {
	e := fault.Wrap(kindOfRefusal(r), &refusedError{&r, answer}, "%s: %s", doing, explain(r, answer.Response.StatusCode))
	e.Retried = r.Class == refusal.Unknown || r.Class == refusal.Later
	if r.Class == refusal.Later {
		e.RetryAfter = cmp.Or(r.After, time.Minute)
	}
	return e
}

// refusedError is a refusal with GitLab's answer, which may repeat what it was
// sent: only its masked words go into the log.
type refusedError struct {
	refusal *refusal.Refusal
	answer  *gogitlab.ErrorResponse
}

func (e *refusedError) Error() string {
	req := e.answer.Response.Request
	return fmt.Sprintf("%s %s: %d %s", req.Method, req.URL.Redacted(), e.answer.Response.StatusCode, words(e.answer))
}

func (e *refusedError) Unwrap() error { return e.refusal }

// words are GitLab's, masked and shortened.
func words(answer *gogitlab.ErrorResponse) string {
	return cutText(refusal.Words(answer.Body[:min(len(answer.Body), maxRefusal)]))
}

func kindOfRefusal(r refusal.Refusal) fault.Kind {
	switch {
	case r.Class == refusal.Later:
		return fault.Limited
	case r.Class == refusal.Unknown:
		return fault.Unavailable
	case r.Reason == refusal.NotVisible, r.Reason == refusal.NotFound:
		return fault.NotFound
	case r.Class == refusal.AfterChange:
		return fault.Upstream
	case r.Reason == refusal.EditConflict:
		return fault.Conflict
	case r.Reason == refusal.TooLarge:
		return fault.TooLarge
	}
	return fault.Invalid
}

func explain(r refusal.Refusal, status int) string {
	switch {
	case r.Class == refusal.Unknown:
		return fmt.Sprintf("GitLab answers %d; Ocim retries automatically", status)
	case r.Class == refusal.Later:
		return "GitLab's limits leave no room for this now; Ocim retries automatically" + quoted(r.Words)
	case r.Reason == refusal.EditConflict:
		return "The file or branch has changed in GitLab. Read it again and repeat" + quoted(r.Words)
	case r.Reason == refusal.TooLarge:
		return "GitLab says that this is too large" + quoted(r.Words)
	case r.Reason == refusal.NotFound:
		return "GitLab does not have it, or the API token may not see it" + quoted(r.Words)
	}
	return r.Explain()
}

func quoted(words string) string {
	if words == "" {
		return ""
	}
	return " (" + words + ")"
}

// maxWords bounds what is kept of GitLab's words, in characters.
const maxWords = 300

// cutText masks and shortens what GitLab said: it may repeat what it was sent.
func cutText(s string) string {
	// The names of wrong keywords in .gitlab-ci.yml are no secrets.
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "unknown keys: ", "unknown keys ")
	s = grove.Mask("message", []byte(s))
	if r := []rune(s); len(r) > maxWords {
		s = string(r[:maxWords]) + "…"
	}
	return s
}

// retryAfter reads the header in seconds, the only form that GitLab uses; 0
// without one.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}
