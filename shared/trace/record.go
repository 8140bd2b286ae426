package trace

import (
	"context"
	"sync/atomic"
	"time"
)

// Kind is whose side of a call a span is.
type Kind int

// Kinds, with the numbers that OpenTelemetry gives them.
const (
	Internal Kind = 1
	Server   Kind = 2
	Client   Kind = 3
)

// Record is a span that is over.
type Record struct {
	Span
	Kind       Kind
	Name       string // of few different values
	Start, End time.Time
	Failed     bool
	Attributes map[string]any // strings and ints
}

var collect atomic.Pointer[func(Record)]

// Collect gives each span that ends to a function, which must not block; nil ends that.
func Collect(f func(Record)) {
	if f == nil {
		collect.Store(nil)
		return
	}
	collect.Store(&f)
}

// End reports a span that took so long until now.
func (s Span) End(kind Kind, name string, took time.Duration, failed bool, attributes map[string]any) {
	f := collect.Load()
	if f == nil || s.TraceID == "" || s.Unsampled {
		return
	}
	now := time.Now()
	(*f)(Record{Span: s, Kind: kind, Name: name, Start: now.Add(-took), End: now, Failed: failed, Attributes: attributes})
}

// Work is Join for work that is a span of its own; end ends it. What is part of the trace
// already is part of the span that it belongs to.
func Work(ctx context.Context, id, name string) (joined context.Context, end func()) {
	joined = Join(ctx, id)
	if joined == ctx {
		return ctx, func() {}
	}
	start := time.Now()
	return joined, func() { From(joined).End(Internal, name, time.Since(start), false, nil) }
}
