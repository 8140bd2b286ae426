package faas

import (
	"bytes"
	"context"
	"fmt"
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

// origin holds the parts of an HTTP request that handler.Request lacks.
type origin struct {
	url        *url.URL
	requestURI string
	remoteAddr string
	proto      string
}

type originKey struct{}

// warmUpKey marks the call by which Serve makes Function build its handler.
type warmUpKey struct{}

// drainKey marks the last call, by which Serve makes Function drain its handler.
type drainKey struct{}

// Draining adds drain to a handler, which finishes the work that goes on after its
// request was answered, such as sending mail. Serve calls drain once, after the last
// request; its context ends when the process must.
func Draining(h http.Handler, drain func(context.Context) error) http.Handler {
	return draining{h, drain}
}

type draining struct {
	http.Handler
	drain func(context.Context) error
}

// Adapt turns an http.Handler into a Handle. Path, address and protocol come
// from the request's context, where Serve puts them. The response is buffered, so
// trailers and informational statuses are dropped.
func Adapt(h http.Handler) Handle {
	return func(in handler.Request) (handler.Response, error) {
		r := httpRequest(in)
		if r.Context().Value(warmUpKey{}) != nil { // there is nothing to build
			return handler.Response{StatusCode: http.StatusNoContent}, nil
		}
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
		r.Body = &keptBody{bytes.NewReader(in.Body), in.Body}
	}
	return r.WithContext(ctx)
}

// Function returns the Handle of a function whose handler build makes. The handler is
// built once, by the first call; other calls wait for it. A failed build is repeated by
// the next call, and the call that ran it is answered 503. The context of build ends
// after 10 seconds, or when build returns.
func Function(build func(context.Context) (http.Handler, error)) Handle {
	f := &function{build: build, buildSem: make(chan struct{}, 1)}
	return f.handle
}

type function struct {
	build    func(context.Context) (http.Handler, error)
	buildSem chan struct{} // holds a token while the handler is being built
	built    atomic.Pointer[Handle]
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
		answerError(rec, in.Header.Get(callIDHeader), fault.New(fault.Unavailable, "This part of Ocim cannot start. See its log for the reason."))
		return handler.Response{StatusCode: rec.status, Header: rec.sent, Body: rec.body.Bytes()}, nil
	}
	return built(in)
}

// get returns the handler, and builds it first if it is not there yet.
func (f *function) get(ctx context.Context) (Handle, error) {
	if built := f.built.Load(); built != nil {
		return *built, nil
	}
	select {
	case f.buildSem <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-f.buildSem }()
	if built := f.built.Load(); built != nil {
		return *built, nil
	}
	// The handler outlives the call that builds it.
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
