package faas

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/fault"
)

// Handle is what OpenFaaS calls.
type Handle = func(handler.Request) (handler.Response, error)

// buildTimeout bounds how long Function waits for a handler to be built.
const buildTimeout = 10 * time.Second

// origin is what handler.Request has no room for.
type origin struct {
	url        *url.URL
	requestURI string
	remoteAddr string
	proto      string
}

type originKey struct{}

// warmUpKey marks the call by which Serve asks Function whether it can be built.
type warmUpKey struct{}

// drainKey marks the call by which Serve says that no other follows.
type drainKey struct{}

// Draining gives a handler with what is to be waited for before the process ends:
// work that goes on after its call was answered. Serve calls drain once, after the last
// call, with what is left of the time to stop.
func Draining(h http.Handler, drain func(context.Context) error) http.Handler {
	return draining{h, drain}
}

type draining struct {
	http.Handler
	drain func(context.Context) error
}

// Adapt turns an http.Handler into a Handle. Path, address and protocol come
// from the request's context, where Serve puts them. The response is whole
// when it leaves, so trailers and informational statuses are dropped.
func Adapt(h http.Handler) Handle {
	return func(in handler.Request) (handler.Response, error) {
		r := httpRequest(in)
		if r.Context().Value(drainKey{}) != nil {
			var err error
			if d, ok := h.(draining); ok {
				err = d.drain(r.Context())
			}
			return handler.Response{StatusCode: http.StatusNoContent}, err
		}
		rec := newRecorder()
		h.ServeHTTP(rec, r)
		rec.WriteHeader(http.StatusOK)
		return handler.Response{StatusCode: rec.status, Header: rec.sent, Body: rec.body.Bytes()}, nil
	}
}

// httpRequest rebuilds the request that net/http received.
func httpRequest(in handler.Request) *http.Request {
	ctx := in.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	from, ok := ctx.Value(originKey{}).(origin)
	if !ok {
		from = origin{url: &url.URL{Path: "/", RawQuery: in.QueryString}, proto: "HTTP/1.1"}
		from.requestURI = from.url.RequestURI()
	}
	header := in.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	where := *from.url
	r := &http.Request{
		Method:        in.Method,
		URL:           &where,
		Header:        header,
		Host:          in.Host,
		Body:          http.NoBody,
		ContentLength: int64(len(in.Body)),
		RequestURI:    from.requestURI,
		RemoteAddr:    from.remoteAddr,
	}
	if r.ProtoMajor, r.ProtoMinor, ok = http.ParseHTTPVersion(from.proto); ok {
		r.Proto = from.proto
	}
	if len(in.Body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(in.Body))
	}
	return r.WithContext(ctx)
}

// Function makes the Handle of a function from what builds its handler. The
// handler is built once, at the first call; a build that failed is tried again
// by the next call, and meanwhile calls are answered 503. build gets a context
// of 10 seconds that ends when it returns.
func Function(build func(context.Context) (http.Handler, error)) Handle {
	f := &function{build: build, turn: make(chan struct{}, 1)}
	return f.handle
}

type function struct {
	build func(context.Context) (http.Handler, error)
	turn  chan struct{} // holds one token: whoever builds
	built atomic.Pointer[Handle]
}

func (f *function) handle(in handler.Request) (handler.Response, error) {
	ctx := in.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	if ctx.Value(drainKey{}) != nil {
		if built := f.built.Load(); built != nil {
			return (*built)(in)
		}
		return handler.Response{StatusCode: http.StatusNoContent}, nil
	}
	built, err := f.get(ctx)
	if ctx.Value(warmUpKey{}) != nil {
		return handler.Response{StatusCode: http.StatusNoContent}, err
	}
	if err != nil {
		slog.ErrorContext(ctx, "the function cannot be built", "error", err.Error())
		rec := newRecorder()
		answerError(rec, in.Header.Get(callIDHeader), fault.New(fault.Unavailable, "This part of Ocim cannot start. Its log says why."))
		return handler.Response{StatusCode: rec.status, Header: rec.sent, Body: rec.body.Bytes()}, nil
	}
	return built(in)
}

// get gives the handler and builds it if nobody has.
func (f *function) get(ctx context.Context) (Handle, error) {
	if built := f.built.Load(); built != nil {
		return *built, nil
	}
	select {
	case f.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-f.turn }()
	if built := f.built.Load(); built != nil {
		return *built, nil
	}
	// The handler outlives the call that happens to build it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), buildTimeout)
	defer cancel()
	h, err := f.build(ctx)
	if err != nil {
		return nil, fmt.Errorf("build the function: %w", err)
	}
	built := Adapt(h)
	f.built.Store(&built)
	return built, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
