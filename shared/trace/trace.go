package trace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"strings"
	"sync"
)

// Header is the header that carries a trace from one server to the next.
const Header = "Traceparent"

// Span is one server's part of a trace. The zero Span is of none.
type Span struct {
	TraceID string // 32 hexadecimal digits
	SpanID  string // 16
	Parent  string // the span that caused it; empty without one
	// Unsampled is whether who began the trace collects no spans of it.
	Unsampled bool
}

// well is a traceparent of version 00, or the beginning of a later one. The last bit of its
// flags says whether the trace is sampled.
var well = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$`)
})

// traceID is what a trace is named.
var traceID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{32}$`) })

const (
	noTrace = "00000000000000000000000000000000"
	noSpan  = "0000000000000000"
	// maxHeader bounds what is read of a later version.
	maxHeader = 200
)

// Parse reads a traceparent; false when it is malformed.
func Parse(header string) (Span, bool) {
	if len(header) > maxHeader {
		return Span{}, false
	}
	m := well().FindStringSubmatch(header)
	if m == nil || m[1] == "ff" || m[1] == "00" && m[5] != "" || m[2] == noTrace || m[3] == noSpan {
		return Span{}, false
	}
	return Span{TraceID: m[2], SpanID: m[3], Unsampled: strings.Contains("02468ace", m[4])}, true
}

// String returns the traceparent.
func (s Span) String() string {
	flags := "-01"
	if s.Unsampled {
		flags = "-00"
	}
	return "00-" + s.TraceID + "-" + s.SpanID + flags
}

type key struct{}

// From returns the span that the context belongs to, the zero one if it belongs to none.
func From(ctx context.Context) Span {
	s, _ := ctx.Value(key{}).(Span)
	return s
}

// Continue returns the context of a request with the trace that its headers name, or with
// a new trace when there is none, or more than one, or it is malformed.
func Continue(ctx context.Context, values []string) context.Context {
	if len(values) == 1 {
		if s, ok := Parse(values[0]); ok {
			return context.WithValue(ctx, key{}, s.child())
		}
	}
	return Start(ctx)
}

// Start returns the context of work that no request waits for, with a trace of its own.
func Start(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, Span{TraceID: random(16), SpanID: random(8)})
}

// Join returns the context of work that belongs to a trace which began earlier. Without
// one, or in it already, the context stays as it is.
func Join(ctx context.Context, id string) context.Context {
	if !traceID().MatchString(id) || id == noTrace || From(ctx).TraceID == id {
		return ctx
	}
	return context.WithValue(ctx, key{}, Span{TraceID: id, SpanID: random(8)})
}

// Next returns a span of its own for a call that the context's work makes; the zero one
// when it belongs to no trace.
func Next(ctx context.Context) Span {
	s := From(ctx)
	if s.TraceID == "" {
		return s
	}
	return s.child()
}

func (s Span) child() Span {
	return Span{TraceID: s.TraceID, SpanID: random(8), Parent: s.SpanID, Unsampled: s.Unsampled}
}

func random(bytes int) string {
	for {
		id := make([]byte, bytes)
		_, _ = rand.Read(id) // it never fails
		if text := hex.EncodeToString(id); text != noTrace[:2*bytes] {
			return text
		}
	}
}
