package faas

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"path"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	roles "github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/trace"
)

// MaxBody is the largest request body, in bytes, unless an operation sets another
// bound. MaxLargeBody is the largest that an operation may set: GitLab sends events
// of up to 25 MB (REQUEST_BODY_SIZE_LIMIT in its app/services/web_hook_service.rb).
const (
	MaxBody      = 1 << 20
	MaxLargeBody = 26 << 20
)

// AnyQuery in an operation's Metadata, set to true, lets query parameters pass
// that it does not know, for calls whose parameters others choose.
const AnyQuery = "anyQuery"

// RawBody in an operation's Metadata, a *huma.RequestBody, describes the body of an
// operation of POST that reads it with Body.
const RawBody = "rawBody"

const documentPath = "/openapi.json"

// huma would let a property through unchecked whose name differs from the
// checked one only by case, since encoding/json takes either.
// A list is a list, never null.
func init() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
}

// Options is what an API needs.
type Options struct {
	Title         string
	Authenticator Authenticator // may be nil if every operation is Public
	// TrustedHops is how many proxies in front append to X-Forwarded-For: the
	// client's address is that many entries from the right. 0 goes by TrustedProxies.
	TrustedHops    int
	TrustedProxies []netip.Prefix   // whose X-Forwarded-For counts when TrustedHops is 0
	Log            *slog.Logger     // nil is slog's default
	Now            func() time.Time // nil is time.Now
	// Ready returns nil if the function can do its work, for /readyz; nil: it always can.
	Ready func(context.Context) error
	// Applying gives how many projects have webhook events that this replica still applies,
	// for /readyz; nil: it applies none.
	Applying func() int
	// Uncompressed is for answers that carry a secret, possibly next to text that a
	// stranger chose: the compressed size would reveal parts of the secret (BREACH).
	Uncompressed bool
	// HTTPS says that browsers reach the API by https only; answers then make them
	// remember that (HSTS).
	HTTPS bool
	// CursorKey is the secret that cursors are sealed with, the same at all replicas;
	// nil makes one that lasts as long as the process.
	CursorKey func() (secret.Value, error)
	CallRate  CallRate // of each session and API token
	// Changes gives the present revision of what is stored, and what says whether a scope
	// is as it was at an earlier one. Without it, polls run their operation each time.
	Changes func(context.Context) (revision int64, unchanged func(scope string, since int64) bool, err error)
}

// API is a function's HTTP interface: an http.Handler that assigns each call an
// id and a line in the log, answers every failure with a Problem, and describes
// itself to signed-in callers as an OpenAPI 3.1 document at /openapi.json.
type API struct {
	opts   Options
	mux    *http.ServeMux
	huma   huma.API
	routes []Route

	cursors cursors
	calls   *callRates
	answers answers
}

// Route is one operation, for tests that hold the routes against a matrix.
type Route struct {
	Method      string
	Path        string
	OperationID string
	Access      Access
}

// NewAPI makes an API without operations.
func NewAPI(opts Options) *API {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	a := &API{opts: opts, mux: http.NewServeMux(), cursors: newCursors(opts.CursorKey), calls: newCallRates(opts.CallRate, opts.Now)}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	a.huma = humago.New(exactMux{a.mux}, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: opts.Title, Version: "1"},
			Components: &huma.Components{
				Schemas:         registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}},
			},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{finish, a.sealCursor},
	})
	a.mux.HandleFunc("GET "+documentPath, a.serveDocument)
	a.mux.HandleFunc("GET "+healthPath, serveHealth)
	a.mux.HandleFunc("GET "+readyPath, a.serveReady)
	return a
}

// exactMux keeps a path that ends in a slash from standing for all below it.
type exactMux struct{ *http.ServeMux }

// HandleFunc registers exactly the pattern's path.
func (m exactMux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	if strings.HasSuffix(pattern, "/") {
		pattern += "{$}"
	}
	m.ServeMux.HandleFunc(pattern, h)
}

// Register adds an operation. It panics, as it runs at start, if access is the
// zero value or op and the types do not fit. The operation's errors need a
// fault kind; one without is a 500. Input that is malformed is 400, input that
// the types' tags refuse is 422, both before handle is called and after access
// is checked.
func Register[I, O any](a *API, access Access, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	a.prepare(access, &op)
	out := a.describe(&op, reflect.TypeFor[O]())
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*output, error) {
		returned, err := handle(ctx, in)
		return out.output(ctx, returned, err)
	})
	a.registered(access, &op)
}

// prepare, describe, output and registered are apart from Register because that is compiled once
// for each operation.
//
//go:noinline
func (a *API) prepare(access Access, op *huma.Operation) {
	if err := access.check(*op); err != nil {
		panic(err)
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = MaxBody
	}
	op.MaxBodyBytes = min(op.MaxBodyBytes, MaxLargeBody)
	limit := op.MaxBodyBytes
	op.MaxBodyBytes++ // huma refuses a body of exactly the limit
	anyQuery, _ := op.Metadata[AnyQuery].(bool)
	op.RejectUnknownQueryParameters = !anyQuery
	if access.kind != public {
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	op.Extensions = maps.Clone(op.Extensions)
	if op.Extensions == nil {
		op.Extensions = map[string]any{}
	}
	op.Extensions["x-ocim-access"] = access.String()
	cost, _ := op.Metadata[Cost].(int)
	op.Middlewares = append(huma.Middlewares{a.guard(access, limit, cost, hasCluster(op.Path))}, op.Middlewares...)
	if poll, ok := op.Metadata[Polled].(Poll); ok {
		op.Middlewares = append(op.Middlewares, a.spare(poll))
	}
}

//go:noinline
func (a *API) registered(access Access, op *huma.Operation) {
	response := op.Responses[strconv.Itoa(op.DefaultStatus)]
	if content, described := response.Content["application/json"]; described && content == nil { // no body
		response.Content = nil
	}
	if raw, ok := op.Metadata[RawBody].(*huma.RequestBody); ok { // only now: huma reads what is described before
		a.huma.OpenAPI().Paths[op.Path].Post.RequestBody = raw
	}
	a.routes = append(a.routes, Route{Method: op.Method, Path: op.Path, OperationID: op.OperationID, Access: access})
}

// Routes returns the operations in the order they were registered.
func (a *API) Routes() []Route { return slices.Clone(a.routes) }

// guard runs before anything of the request is parsed.
func (a *API) guard(access Access, limit int64, cost int, clustered bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		c := callFrom(r.Context())
		p, err := access.admit(roles.WithClient(r.Context(), c.client), a.opts.Authenticator, r.Header, r.Method, r.PathValue("cluster"), clustered)
		c.principal = p
		if err == nil {
			err = a.calls.take(p, cost)
		}
		if err == nil {
			err = a.cursors.open(r, p.UserID)
		}
		length, ahead := r.ContentLength, lookAheadOf(r.Context())
		if ahead != nil {
			length = ahead.length
		}
		if err == nil && length > limit {
			err = faultOfBody(errBodyTooLarge, limit)
		}
		if err != nil {
			c.err = err
			answerError(w, c.id, err)
			return
		}
		if ahead != nil && limit <= MaxBody { // its body is read before the operation runs
			ahead.passed = true
			return
		}
		c.request, c.header, c.maxBody = r, w.Header(), limit
		defer func() {
			if c.release != nil {
				c.release()
			}
		}()
		next(ctx)
	}
}

// sealCursor is a huma.Transformer.
func (a *API) sealCursor(ctx huma.Context, _ string, v any) (any, error) {
	if _, failed := v.(*Problem); failed {
		return v, nil
	}
	r, _ := humago.Unwrap(ctx)
	return a.cursors.sealBody(r, callFrom(r.Context()).principal.UserID, v)
}

// wireError makes what huma can write of an operation's error.
func wireError(ctx context.Context, err error) error {
	var known huma.StatusError
	if errors.As(err, &known) {
		return err
	}
	callFrom(ctx).err = err
	p, header := problemOf(err)
	var given huma.HeadersError
	if errors.As(err, &given) {
		for name, values := range given.GetHeaders() {
			header[http.CanonicalHeaderKey(name)] = values
		}
	}
	return huma.ErrorWithHeaders(p, header)
}

// WithHeaders returns an error that also sets headers on the answer, such as a
// cookie that a refused call must clear.
func WithHeaders(err error, header http.Header) error { return huma.ErrorWithHeaders(err, header) }

// finish returns every failure its shape and the call's id.
func finish(ctx huma.Context, _ string, v any) (any, error) {
	c := callFrom(ctx.Context())
	switch e := v.(type) {
	case *huma.ErrorModel:
		if e.Status >= 500 {
			c.err = errors.Join(c.err, modelError(e))
		}
		p := fromHuma(e)
		p.Instance = c.id
		return p, nil
	case *Problem:
		e.Instance = c.id
	}
	return v, nil
}

// modelError keeps huma's own words on a failure for the log.
func modelError(m *huma.ErrorModel) error {
	err := errors.New(m.Detail)
	for _, e := range m.Errors {
		err = fmt.Errorf("%w: %s", err, e.Message)
	}
	return err
}

// ServeHTTP answers one call.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := a.opts.Now()
	c := &call{id: callIDOf(r.Header), client: ClientAddress(r, a.opts.TrustedHops, a.opts.TrustedProxies)}
	r = r.WithContext(forReading(context.WithValue(trace.Continue(r.Context(), r.Header.Values(trace.Header)), callKey{}, c), a.opts.Authenticator, r.Method))
	// The gateway decodes and cleans paths; elsewhere routes must match alike.
	where := *r.URL
	where.Path, where.RawPath = cleanPath(where.Path), ""
	r.URL = &where

	rec := newRecorder()
	stack := a.answer(rec, r, c)
	a.settle(rec, r, c)
	a.deliver(rec, w, r)
	a.log(r, rec, c, a.opts.Now().Sub(start), stack)
}

// answer runs the route and turns a panic into a problem; it returns the stack.
func (a *API) answer(rec *recorder, r *http.Request, c *call) (stack string) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		stack = string(debug.Stack())
		c.err = errors.Join(c.err, fmt.Errorf("panic: %v", v))
		rec.reset()
		answerProblem(rec, c.id, newProblem(http.StatusInternalServerError, internalDetail))
	}()
	if h, pattern := a.mux.Handler(r); pattern == "" {
		// The mux knows which methods a path has; its words are replaced.
		said := newRecorder()
		h.ServeHTTP(said, r)
		if said.status == http.StatusMethodNotAllowed {
			rec.Header().Set("Allow", said.Header().Get("Allow"))
			answerProblem(rec, c.id, newProblem(http.StatusMethodNotAllowed, "This route does not take "+methodName(r.Method)+"."))
			return ""
		}
		answerProblem(rec, c.id, newProblem(http.StatusNotFound, "There is no such route."))
		return ""
	}
	a.mux.ServeHTTP(rec, r)
	return ""
}

// methodName keeps a stranger's invention out of the answer.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "this method"
}

func cleanPath(p string) string {
	cleaned := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && cleaned != "/" {
		cleaned += "/"
	}
	return cleaned
}

// settle decides on 304 and adds the headers that every answer has.
func (a *API) settle(rec *recorder, r *http.Request, c *call) {
	rec.WriteHeader(http.StatusOK)
	h := rec.sent
	etag := h.Get("ETag")
	if p := c.polling; p != nil && etag == "" && rec.status == http.StatusOK {
		etag = a.tag(p, rec.body.Bytes())
		h.Set("ETag", etag)
	}
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	if rec.status == http.StatusOK && reading && matchesETag(r.Header.Get("If-None-Match"), etag) {
		rec.status = http.StatusNotModified
		rec.body.Reset()
	}
	h.Set(callIDHeader, c.id)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
		if etag != "" {
			h.Set("Cache-Control", "private, no-cache")
		}
	}
	if rec.status == http.StatusNotModified {
		h.Del("Content-Type")
		h.Del("Content-Length")
		return // the rest still holds from the answer that was kept
	}
	h.Set("X-Content-Type-Options", "nosniff")
	// An answer is data: nothing may run in it, and no page may show it in a frame.
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if a.opts.HTTPS {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if h.Get("Referrer-Policy") == "" {
		h.Set("Referrer-Policy", "no-referrer")
	}
}

// log writes the one line of a call.
func (a *API) log(r *http.Request, rec *recorder, c *call, took time.Duration, stack string) {
	if ahead := lookAheadOf(r.Context()); ahead != nil && ahead.passed {
		return // the call itself follows
	}
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("route", route(r)), slog.Int("status", rec.status),
		slog.Duration("duration", took), slog.Int("bytes", rec.body.Len()), slog.String("call", c.id),
	}
	if c.principal.UserID != "" {
		attrs = append(attrs, slog.String("user", c.principal.UserID))
	}
	if rec.status >= 500 {
		level = slog.LevelError
		if c.err != nil {
			attrs = append(attrs, slog.String("error", c.err.Error()))
		}
	}
	if stack != "" {
		attrs = append(attrs, slog.String("stack", stack))
	}
	a.countRequest(r, rec.status, took)
	trace.From(r.Context()).End(trace.Server, knownMethod(r.Method)+" "+route(r), took, rec.status >= 500, map[string]any{
		"http.request.method": knownMethod(r.Method), "http.route": route(r), "http.response.status_code": rec.status,
		"ocim.function": strings.ToLower(a.opts.Title), "ocim.call": c.id,
	})
	a.opts.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// route is the pattern that matched, never the path, which may hold anything.
func route(r *http.Request) string {
	_, pattern, found := strings.Cut(r.Pattern, " ")
	if !found {
		return "unknown"
	}
	return strings.TrimSuffix(pattern, "{$}")
}

// Document returns the OpenAPI 3.1 document.
func (a *API) Document() ([]byte, error) {
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	return document, nil
}

// serveDocument answers signed-in callers: the document shows attackers where to
// look, and the pages do not need it.
func (a *API) serveDocument(w http.ResponseWriter, r *http.Request) {
	var document []byte
	_, err := SignedIn.admit(r.Context(), a.opts.Authenticator, r.Header, r.Method, "", false)
	if err == nil {
		document, err = a.Document()
	}
	if err != nil {
		callFrom(r.Context()).err = err
		answerError(w, callFrom(r.Context()).id, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(document)
}

// Answer writes err as a problem document, for handlers that are not part of
// an API.
func Answer(w http.ResponseWriter, r *http.Request, err error) {
	id := callIDOf(r.Header)
	w.Header().Set(callIDHeader, id)
	answerError(w, id, err)
}
