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
)

// translate makes a fault of what go-gitlab returned while doing something.
// Faults of the transport pass as they are.
func translate(err error, doing string, args ...any) error {
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
	if errors.Is(err, gogitlab.ErrNotFound) {
		return fault.Wrap(fault.NotFound, err, "%s: GitLab has no such thing, or the token may not see it: see whether it is still there and the token's user a member of the project", doing)
	}
	var answer *gogitlab.ErrorResponse
	if !errors.As(err, &answer) || answer.Response == nil {
		return fault.Wrap(fault.Unavailable, err, "%s: GitLab could not be reached, or its answer was cut off", doing)
	}
	return answered(answer, doing)
}

func answered(answer *gogitlab.ErrorResponse, doing string) error {
	wrap := func(kind fault.Kind, format string, args ...any) *fault.Error {
		return fault.Wrap(kind, logged(answer), "%s: "+format, append([]any{doing}, args...)...)
	}
	switch code := answer.Response.StatusCode; {
	case code == http.StatusUnauthorized:
		return wrap(fault.Upstream, "GitLab refused the API token: it expired or was revoked; enter a new one")
	case code == http.StatusForbidden:
		return wrap(fault.Upstream, "the API token may not do this: it needs the api scope and the Maintainer role; in an archived project nobody may")
	case code == http.StatusNotFound:
		return wrap(fault.NotFound, "GitLab has no such thing, or the token may not see it: see whether it is still there and the token's user a member of the project")
	case code == http.StatusConflict:
		return wrap(fault.Conflict, "somebody else changed this in GitLab; read it again and repeat (%s)", brief(answer))
	case code == http.StatusBadRequest && isConflict(answer.Message):
		return wrap(fault.Conflict, "somebody else changed this in GitLab; read it again and repeat (%s)", brief(answer))
	case code == http.StatusRequestEntityTooLarge:
		return wrap(fault.TooLarge, "GitLab says it is too large")
	case code == http.StatusTooManyRequests:
		e := wrap(fault.Limited, "GitLab is asked too often; it goes on by itself in a while")
		e.RetryAfter = retryAfter(answer.Response.Header)
		return e
	case code >= 500:
		return wrap(fault.Unavailable, "GitLab answers %d; it is tried again by itself", code)
	}
	return wrap(fault.Invalid, "GitLab refused it with %d: %s; correct that and repeat", answer.Response.StatusCode, cmp.Or(brief(answer), "it does not say why"))
}

// logged is what the log gets of an answer. GitLab's own words may repeat what it was
// sent.
func logged(answer *gogitlab.ErrorResponse) error {
	code := answer.Response.StatusCode
	if req := answer.Response.Request; req != nil {
		return fmt.Errorf("%s %s: %d %s", req.Method, req.URL.Redacted(), code, brief(answer))
	}
	return fmt.Errorf("%d %s", code, brief(answer))
}

// brief is what GitLab said, short enough for a person and a log.
func brief(answer *gogitlab.ErrorResponse) string {
	said := answer.Message
	for _, key := range []string{"message", "error"} { // as go-gitlab writes JSON of one key
		if rest, ok := strings.CutPrefix(said, "{"+key+": "); ok {
			said = strings.TrimSuffix(rest, "}")
		}
	}
	return cutText(said)
}

// cutText shortens what GitLab said. Secrets do not belong there, and do not
// leave if they are.
func cutText(s string) string {
	const most = 300
	s = grove.Mask("message", []byte(strings.ToValidUTF8(s, "")))
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

// retryAfter reads the header in its form of seconds; GitLab uses no other.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return time.Minute
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}

// isConflict tells a refused commit that lost a race from a wrong one: GitLab
// answers 400 to both.
func isConflict(message string) bool {
	for _, said := range []string{"has changed", "been changed", "could not be created", "already exists", "been updated", "doesn't exist", "refresh and try again"} {
		if strings.Contains(message, said) {
			return true
		}
	}
	return false
}
