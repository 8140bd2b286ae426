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
	if errors.Is(err, gogitlab.ErrNotFound) { // the library drops GitLab's words here
		return refused(refusal.Classify(refusal.Answer{Call: call, Status: http.StatusNotFound}), err, http.StatusNotFound, doing)
	}
	var answer *gogitlab.ErrorResponse
	if !errors.As(err, &answer) || answer.Response == nil {
		return fault.Wrap(fault.Unavailable, err, "%s: GitLab could not be reached, or its answer was cut off", doing)
	}
	status := answer.Response.StatusCode
	found := refusal.Classify(refusal.Answer{
		Call: call, Status: status, Words: brief(answer), After: retryAfter(answer.Response.Header),
	})
	return refused(found, logged(answer), status, doing)
}

// refused makes the fault of a refusal. cause is for the log.
func refused(r refusal.Refusal, cause error, status int, doing string) error {
	e := fault.Wrap(kindOfRefusal(r, status), &refusedError{&r, cause}, "%s: %s", doing, explain(r, status))
	if r.Class == refusal.Later {
		e.RetryAfter = cmp.Or(r.After, time.Minute)
	}
	return e
}

// refusedError is a refusal with GitLab's answer for the log.
type refusedError struct {
	refusal *refusal.Refusal
	cause   error
}

func (e *refusedError) Error() string   { return e.cause.Error() }
func (e *refusedError) Unwrap() []error { return []error{e.refusal, e.cause} }

func kindOfRefusal(r refusal.Refusal, status int) fault.Kind {
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
		return fmt.Sprintf("GitLab answers %d; Ocim tries again by itself", status)
	case r.Class == refusal.Later:
		return "GitLab's limits leave no room for this now; Ocim goes on by itself in a while" + quoted(r.Words)
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

// logged is what the log gets of an answer. GitLab's own words may repeat what
// it was sent.
func logged(answer *gogitlab.ErrorResponse) error {
	code := answer.Response.StatusCode
	if req := answer.Response.Request; req != nil {
		return fmt.Errorf("%s %s: %d %s", req.Method, req.URL.Redacted(), code, brief(answer))
	}
	return fmt.Errorf("%d %s", code, brief(answer))
}

// brief is what GitLab said, masked and short enough for a person and a log.
func brief(answer *gogitlab.ErrorResponse) string {
	return cutText(refusal.Words(answer.Body))
}

// maxWords bounds what is kept of GitLab's words, in characters.
const maxWords = 300

// cutText masks and shortens what GitLab said: it may repeat what it was sent.
func cutText(s string) string {
	s = grove.Mask("message", []byte(strings.ToValidUTF8(s, "")))
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
