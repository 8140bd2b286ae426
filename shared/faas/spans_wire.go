package faas

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
	otlpExport struct {
		ResourceSpans []otlpResourceSpans `json:"resourceSpans"`
	}
	otlpResourceSpans struct {
		Resource   otlpResource     `json:"resource"`
		ScopeSpans []otlpScopeSpans `json:"scopeSpans"`
	}
	otlpResource struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScopeSpans struct {
		Scope otlpScope  `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpScope struct {
		Name string `json:"name"`
	}
	otlpSpan struct {
		TraceID    string          `json:"traceId"`
		SpanID     string          `json:"spanId"`
		Parent     string          `json:"parentSpanId,omitempty"`
		Name       string          `json:"name"`
		Kind       trace.Kind      `json:"kind"`
		Start      string          `json:"startTimeUnixNano"`
		End        string          `json:"endTimeUnixNano"`
		Attributes []otlpAttribute `json:"attributes,omitempty"`
		Status     otlpStatus      `json:"status,omitzero"`
	}
	otlpStatus struct {
		Code int `json:"code"`
	}
	otlpAttribute struct {
		Key   string    `json:"key"`
		Value otlpValue `json:"value"`
	}
	otlpValue struct {
		String string `json:"stringValue,omitempty"`
		Int    string `json:"intValue,omitempty"`
	}
)

const (
	otlpFailed  = 2   // a status code
	maxSpanText = 256 // bytes of a name or value
)

func otlpRequest(of otlpResource, batch []trace.Record) otlpExport {
	spans := make([]otlpSpan, len(batch))
	for i, r := range batch {
		spans[i] = otlpSpan{
			TraceID: r.TraceID, SpanID: r.SpanID, Parent: r.Parent, Name: boundedText(r.Name), Kind: r.Kind,
			Start: nanoseconds(r.Start), End: nanoseconds(r.End), Attributes: otlpAttributes(r.Attributes),
		}
		if r.Failed {
			spans[i].Status.Code = otlpFailed
		}
	}
	return otlpExport{[]otlpResourceSpans{{of, []otlpScopeSpans{{otlpScope{"ocim"}, spans}}}}}
}

func otlpAttributes(of map[string]any) []otlpAttribute {
	var list []otlpAttribute
	for _, key := range slices.Sorted(maps.Keys(of)) {
		switch v := of[key].(type) {
		case string:
			if v != "" {
				list = append(list, otlpAttribute{key, otlpValue{String: boundedText(v)}})
			}
		case int:
			list = append(list, otlpAttribute{key, otlpValue{Int: strconv.Itoa(v)}})
		}
	}
	return list
}

func nanoseconds(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func boundedText(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxSpanText)], "")
}
