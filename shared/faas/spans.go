package faas

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/open-craft/ocim/shared/trace"
)

// Bounds of sending spans.
const (
	maxWaitingSpans    = 2048 // spans
	maxSpanBatch       = 512
	spanBatchEvery     = 5 * time.Second
	spanSendLimit      = 5 * time.Second
	spanWarnEvery      = time.Minute
	maxCollectorAnswer = 64 << 10
)

// spanExporter sends spans to an OpenTelemetry collector in the background, as JSON over
// HTTP. It is small, since OpenTelemetry's own exporter would double the size of each function.
//
// Nothing waits for the collector: what it does not take, or what is too much, is lost.
type spanExporter struct {
	address string
	client  *http.Client
	of      otlpResource
	waiting chan trace.Record
	quit    chan struct{}
	done    chan struct{}
	lost    atomic.Int64
	warned  time.Time
}

// startSpanExporter starts to send the process's spans to the collector at an endpoint, such as
// http://collector:4318.
func startSpanExporter(endpoint, service, version string) (*spanExporter, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the address of the OpenTelemetry collector must look like http://collector:4318")
	}
	e := &spanExporter{
		address: u.JoinPath("v1", "traces").String(),
		client: &http.Client{
			Timeout:       spanSendLimit,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		of:      otlpResource{Attributes: otlpAttributes(map[string]any{"service.name": service, "service.version": version})},
		waiting: make(chan trace.Record, maxWaitingSpans), quit: make(chan struct{}), done: make(chan struct{}),
	}
	go e.run()
	trace.Collect(e.add)
	return e, nil
}

// stop sends what is left, as long as ctx lasts.
func (e *spanExporter) stop(ctx context.Context) {
	trace.Collect(nil)
	close(e.quit)
	select {
	case <-e.done:
	case <-ctx.Done():
	}
}

func (e *spanExporter) add(r trace.Record) {
	select {
	case e.waiting <- r:
	default:
		e.lost.Add(1)
	}
}

func (e *spanExporter) run() {
	defer close(e.done)
	ticker := time.NewTicker(spanBatchEvery)
	defer ticker.Stop()
	var batch []trace.Record
	flush := func() {
		if len(batch) > 0 {
			e.send(batch)
			batch = nil
		}
	}
	for {
		select {
		case r := <-e.waiting:
			if batch = append(batch, r); len(batch) == maxSpanBatch {
				flush()
			}
		case <-ticker.C:
			flush()
		case <-e.quit:
			for len(e.waiting) > 0 {
				if batch = append(batch, <-e.waiting); len(batch) == maxSpanBatch {
					flush()
				}
			}
			flush()
			return
		}
	}
}

// send sends a batch once.
func (e *spanExporter) send(batch []trace.Record) {
	err := e.post(batch)
	if err != nil {
		e.lost.Add(int64(len(batch)))
	}
	if e.lost.Load() > 0 && time.Since(e.warned) >= spanWarnEvery {
		e.warned = time.Now()
		slog.Warn("spans were lost", "count", e.lost.Swap(0), "err", err)
	}
}

func (e *spanExporter) post(batch []trace.Record) error {
	body, err := json.Marshal(otlpRequest(e.of, batch))
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	resp, err := e.client.Post(e.address, "application/json", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send spans: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxCollectorAnswer) // so that the connection is used again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the collector answers %d", resp.StatusCode)
	}
	return nil
}
