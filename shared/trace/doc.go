// Package trace follows one request through all that it causes, by the trace context of
// the W3C: the header traceparent of the request, or a new one, goes to every server of
// Ocim's own installation and to GitLab, and each line of the log has trace_id and span_id.
// Package faas sends the spans to a collector where one is configured.
package trace
