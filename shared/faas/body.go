package faas

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/fault"
)

// Bodies larger than MaxBody share a few places in memory, so that no number of
// callers fills it: maxLargeBodies × MaxLargeBody is 78 MiB. A caller waits for a
// place for largeBodyWait; GitLab gives up after 10 s.
const (
	maxLargeBodies = 3
	largeBodyWait  = 5 * time.Second
)

var largeBodies = make(chan struct{}, maxLargeBodies)

var (
	errBodyTooLarge = errors.New("the body is too large")
	errNoPlace      = &fault.Error{Kind: fault.Unavailable, Message: "Too many large bodies are being read; send it again.", RetryAfter: 5 * time.Second}
)

// readBody reads a body of at most limit bytes, whose place among the large ones
// release gives back.
func readBody(r *http.Request, limit int64) (body []byte, release func(), err error) {
	release = func() {}
	if r.ContentLength > limit {
		return nil, release, errBodyTooLarge
	}
	var begun []byte
	small := min(limit, MaxBody)
	if r.ContentLength <= small {
		begun, err = readSmall(r, small+1)
		if err != nil || int64(len(begun)) <= small {
			return begun, release, err
		}
		if int64(len(begun)) > limit {
			return nil, release, errBodyTooLarge
		}
	}
	wait := time.NewTimer(largeBodyWait)
	defer wait.Stop()
	select {
	case largeBodies <- struct{}{}:
	case <-wait.C:
		return nil, release, errNoPlace
	case <-r.Context().Done():
		return nil, release, errNoPlace
	}
	release = func() { <-largeBodies }
	size := limit // of an undeclared length
	if r.ContentLength != -1 {
		size = r.ContentLength
	}
	large := bytes.NewBuffer(make([]byte, 0, size+1+bytes.MinRead)) // it never has to grow
	all := io.MultiReader(bytes.NewReader(begun), r.Body)
	if _, err = large.ReadFrom(io.LimitReader(all, limit+1)); err == nil && int64(large.Len()) > limit {
		err = errBodyTooLarge
	}
	return large.Bytes(), release, err
}

// readSmall reads a body, or its first n bytes.
func readSmall(r *http.Request, n int64) ([]byte, error) {
	limited := io.LimitReader(r.Body, n)
	if r.ContentLength < 0 {
		return io.ReadAll(limited) // its pieces are joined once; a buffer's would be copied each time it grows
	}
	var body bytes.Buffer
	body.Grow(int(r.ContentLength) + bytes.MinRead)
	_, err := body.ReadFrom(limited)
	return body.Bytes(), err
}

// faultOfBody makes a fault of an error of readBody.
func faultOfBody(err error, limit int64) error {
	switch {
	case errors.Is(err, errBodyTooLarge):
		return fault.New(fault.TooLarge, "The body is larger than %d bytes.", limit)
	case errors.Is(err, errNoPlace):
		return err
	}
	return fault.InvalidField("body", "The body is incomplete.") // the client cut the connection and most likely reads no answer
}

// Body reads the body of an operation that takes it raw, as it was sent: only then is
// it read, so the operation refuses what is not proved before. Its input type has
// neither Body nor RawBody, and its MaxBodyBytes is the limit. The bytes are valid until
// the operation returns.
func Body(ctx context.Context) ([]byte, error) {
	c := callFrom(ctx)
	if ahead := lookAheadOf(ctx); ahead != nil {
		ahead.passed = true
		return nil, errLookAhead
	}
	if c.request == nil {
		return nil, nil
	}
	if kept, ok := c.request.Body.(*keptBody); ok {
		if int64(len(kept.all)) > c.maxBody {
			return nil, faultOfBody(errBodyTooLarge, c.maxBody)
		}
		return kept.all, nil
	}
	all, release, err := readBody(c.request, c.maxBody)
	c.release = release
	if err != nil {
		return nil, faultOfBody(err, c.maxBody)
	}
	return all, nil
}

// keptBody is a body that is in memory as a whole.
type keptBody struct {
	*bytes.Reader
	all []byte
}

// Close implements io.Closer.
func (*keptBody) Close() error { return nil }

// lookAhead is in the context of a call that has no body yet: it is made to learn
// whether the operation would read it.
type lookAhead struct {
	length int64 // of the body, as declared; -1 is unknown
	passed bool  // the operation takes the call, and asked for the body
}

type lookAheadKey struct{}

// errLookAhead ends a call that looks ahead. Nobody sees it.
var errLookAhead = fault.New(fault.Unavailable, "The body is not read yet.")

func lookAheadOf(ctx context.Context) *lookAhead {
	ahead, _ := ctx.Value(lookAheadKey{}).(*lookAhead)
	return ahead
}

// refusesBody asks a function, before a large body is read, whether it takes the call.
// When it does not, its answer is given.
func refusesBody(handle Handle, in handler.Request, length int64) (out handler.Response, refused bool, err error) {
	ahead := &lookAhead{length: length}
	in.WithContext(context.WithValue(in.Context(), lookAheadKey{}, ahead))
	out, err = handle(in)
	return out, err != nil || !ahead.passed, err
}

// readOn reads on for a while after an answer was given: many clients, GitLab among
// them, look at the answer only after they have sent everything, and would see a reset
// connection.
func readOn(w http.ResponseWriter, r *http.Request, answer func()) {
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // where it cannot, the client may see a reset
	w.Header().Set("Connection", "close")
	answer()
	_ = control.Flush()
	_, _ = io.CopyN(io.Discard, r.Body, MaxLargeBody)
}
