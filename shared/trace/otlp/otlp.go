// Package otlp sends spans to an OpenTelemetry collector, as JSON over HTTP. It is small, since
// OpenTelemetry's own exporter would double the size of each function.
//
// Nothing waits for the collector: what it does not take, or what is too much, is lost.
package otlp

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

// Bounds.
const (
	maxWaiting = 2048 // spans
	maxBatch   = 512
	batchEvery = 5 * time.Second
	sendLimit  = 5 * time.Second
	warnEvery  = time.Minute
	maxAnswer  = 64 << 10
)

// Exporter sends spans in the background.
type Exporter struct {
	address  string
	client   *http.Client
	resource resource
	waiting  chan trace.Record
	quit     chan struct{}
	done     chan struct{}
	lost     atomic.Int64
	warned   time.Time
}

// Start starts to send the process's spans to the collector at an endpoint, such as
// http://collector:4318.
func Start(endpoint, service, version string) (*Exporter, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the address of the OpenTelemetry collector must look like http://collector:4318")
	}
	e := &Exporter{
		address: u.JoinPath("v1", "traces").String(),
		client: &http.Client{
			Timeout:       sendLimit,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		resource: resource{Attributes: attributes(map[string]any{"service.name": service, "service.version": version})},
		waiting:  make(chan trace.Record, maxWaiting), quit: make(chan struct{}), done: make(chan struct{}),
	}
	go e.run()
	trace.Collect(e.add)
	return e, nil
}

// Stop sends what is left, as long as ctx lasts.
func (e *Exporter) Stop(ctx context.Context) {
	trace.Collect(nil)
	close(e.quit)
	select {
	case <-e.done:
	case <-ctx.Done():
	}
}

func (e *Exporter) add(r trace.Record) {
	select {
	case e.waiting <- r:
	default:
		e.lost.Add(1)
	}
}

func (e *Exporter) run() {
	defer close(e.done)
	ticker := time.NewTicker(batchEvery)
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
			if batch = append(batch, r); len(batch) == maxBatch {
				flush()
			}
		case <-ticker.C:
			flush()
		case <-e.quit:
			for len(e.waiting) > 0 {
				if batch = append(batch, <-e.waiting); len(batch) == maxBatch {
					flush()
				}
			}
			flush()
			return
		}
	}
}

// send sends a batch once.
func (e *Exporter) send(batch []trace.Record) {
	err := e.post(batch)
	if err != nil {
		e.lost.Add(int64(len(batch)))
	}
	if e.lost.Load() > 0 && time.Since(e.warned) >= warnEvery {
		e.warned = time.Now()
		slog.Warn("spans were lost", "count", e.lost.Swap(0), "err", err)
	}
}

func (e *Exporter) post(batch []trace.Record) error {
	body, err := json.Marshal(request(e.resource, batch))
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	resp, err := e.client.Post(e.address, "application/json", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send spans: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // so that the connection is used again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the collector answers %d", resp.StatusCode)
	}
	return nil
}
