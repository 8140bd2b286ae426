package otlp

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/trace"
)

// The messages of OTLP that are sent, in its JSON encoding: identifiers are hexadecimal,
// enumerations are numbers, and 64-bit integers are strings.
type (
	export struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   resource     `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	scopeSpans struct {
		Scope scope  `json:"scope"`
		Spans []span `json:"spans"`
	}
	scope struct {
		Name string `json:"name"`
	}
	span struct {
		TraceID    string      `json:"traceId"`
		SpanID     string      `json:"spanId"`
		Parent     string      `json:"parentSpanId,omitempty"`
		Name       string      `json:"name"`
		Kind       trace.Kind  `json:"kind"`
		Start      string      `json:"startTimeUnixNano"`
		End        string      `json:"endTimeUnixNano"`
		Attributes []attribute `json:"attributes,omitempty"`
		Status     status      `json:"status,omitzero"`
	}
	status struct {
		Code int `json:"code"`
	}
	attribute struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	value struct {
		String string `json:"stringValue,omitempty"`
		Int    string `json:"intValue,omitempty"`
	}
)

const (
	failed  = 2   // a status code
	maxText = 256 // bytes of a name or value
)

func request(of resource, batch []trace.Record) export {
	spans := make([]span, len(batch))
	for i, r := range batch {
		spans[i] = span{
			TraceID: r.TraceID, SpanID: r.SpanID, Parent: r.Parent, Name: bounded(r.Name), Kind: r.Kind,
			Start: nanoseconds(r.Start), End: nanoseconds(r.End), Attributes: attributes(r.Attributes),
		}
		if r.Failed {
			spans[i].Status.Code = failed
		}
	}
	return export{[]resourceSpans{{of, []scopeSpans{{scope{"ocim"}, spans}}}}}
}

func attributes(of map[string]any) []attribute {
	var list []attribute
	for _, key := range slices.Sorted(maps.Keys(of)) {
		switch v := of[key].(type) {
		case string:
			if v != "" {
				list = append(list, attribute{key, value{String: bounded(v)}})
			}
		case int:
			list = append(list, attribute{key, value{Int: strconv.Itoa(v)}})
		}
	}
	return list
}

func nanoseconds(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func bounded(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "")
}
