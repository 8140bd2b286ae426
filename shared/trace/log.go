package trace

import (
	"context"
	"log/slog"
)

// Log returns a handler that adds the trace of its context to each line.
func Log(h slog.Handler) slog.Handler { return handler{h} }

type handler struct{ slog.Handler }

// Handle writes a line.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if s := From(ctx); s.TraceID != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("trace_id", s.TraceID), slog.String("span_id", s.SpanID))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns the handler with attributes.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns the handler with a group.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
