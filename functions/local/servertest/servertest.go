// Package servertest starts Ocim's program in tests and calls it.
package servertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Output collects what a program writes. It is safe for concurrent use.
type Output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

// String returns everything that was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// Program is one run of the program.
type Program struct {
	Base string // its address
	How  string // how to log in
	Log  *Output
	Stop func() error
}

var ready = regexp.MustCompile(`(?m)^Ocim is at (http://127\.0\.0\.1:\d+)\n(.*)$`)

// Start runs serve until the test ends or Stop is called, and returns once it serves.
func Start(t *testing.T, serve func(ctx context.Context, stdout io.Writer, log *slog.Logger) error) Program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	stdout, log := new(Output), new(Output)
	go func() { ended <- serve(ctx, stdout, slog.New(slog.NewTextHandler(log, nil))) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	var printed []string
	require.Eventually(t, func() bool {
		printed = ready.FindStringSubmatch(stdout.String())
		return printed != nil || len(ended) > 0
	}, 2*time.Minute, 10*time.Millisecond, log.String())
	if printed == nil {
		require.NoError(t, stop())
		require.Fail(t, "the program ended before it served", log.String())
	}
	return Program{Base: printed[1], How: printed[2], Log: log, Stop: stop}
}

// Call sends a JSON request as the pages do, and returns the status and the body.
func Call(t *testing.T, method, url, bearer, body string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Ocim", "1")
	r.Header.Set("Idempotency-Key", rand.Text())
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, got
}

// FreeAddress returns an address on this machine that nothing listens on.
func FreeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}
