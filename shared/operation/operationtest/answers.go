package operationtest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// Answer is what GitLab answers, and what a person reads about it.
type Answer struct {
	Fault   gitlabtest.Fault
	Silent  bool // no answer, instead of the fault
	Kind    fault.Kind
	Says    string
	Passes  bool // Ocim retries automatically
	Setting bool // a person has to change a setting
}

// Answers are the answers to a request that changes something, by name.
func Answers() map[string]Answer {
	refuses := func(status int, kind fault.Kind, says string) Answer {
		return Answer{gitlabtest.Fault{Status: status, Body: fmt.Sprintf(`{"message":"what GitLab says to %d"}`, status)}, false, kind, says, false, status == 401 || status == 403}
	}
	return map[string]Answer{
		"400":     refuses(400, fault.Invalid, "what GitLab says to 400. Correct this"),
		"401":     refuses(401, fault.Upstream, "enter it in Ocim"),
		"403":     refuses(403, fault.Upstream, "what GitLab says to 403"),
		"404":     refuses(404, fault.NotFound, "may not see it"),
		"409":     refuses(409, fault.Conflict, "Read it again and repeat"),
		"413":     refuses(413, fault.TooLarge, "too large"),
		"422":     refuses(422, fault.Invalid, "what GitLab says to 422."),
		"429":     {gitlabtest.Fault{Status: 429, RetryAfter: 30 * time.Second}, false, fault.Limited, "retries automatically", true, false},
		"500":     {gitlabtest.Fault{Status: 500}, false, fault.Unavailable, "retries automatically", true, false},
		"502":     {gitlabtest.Fault{Status: 502}, false, fault.Unavailable, "retries automatically", true, false},
		"503":     {gitlabtest.Fault{Status: 503}, false, fault.Unavailable, "retries automatically", true, false},
		"cut off": {gitlabtest.Fault{Cut: 1}, false, fault.Unavailable, "retries automatically", true, false},
		"nothing": {gitlabtest.Fault{}, true, fault.Unavailable, "did not answer in time. Ocim checks whether it was done and retries automatically", true, false},
	}
}

// Answering is a replica whose next request to a path of GitLab is answered so.
func (w *World) Answering(path string, how Answer) *allsetup.Fleet {
	if !how.Silent {
		how.Fault.Method, how.Fault.Path, how.Fault.Times = http.MethodPost, path, 1
		w.Server.Fail(how.Fault)
		return w.Fleet
	}
	return w.Replica(w.KV, deafTransport{})
}

// deafTransport gets no answer to what changes something.
type deafTransport struct{}

func (deafTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return nil, context.DeadlineExceeded
	}
	return http.DefaultTransport.RoundTrip(r)
}
