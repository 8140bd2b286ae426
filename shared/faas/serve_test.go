package faas

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
)

func env(pairs ...string) func(string) (string, bool) {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) (string, bool) {
		v, ok := m[name]
		return v, ok
	}
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env   []string
		want  settings
		wrong string
	}{
		"defaults": {nil, settings{"127.0.0.1:8082", 10 * time.Second, 10 * time.Second, 11 * time.Second, MaxBody}, ""},
		"set": {
			[]string{"upstream_url", "http://0.0.0.0:9000", "read_timeout", "5", "write_timeout", "1m5s", "healthcheck_interval", "5s", "max_body", "27262976"},
			settings{"0.0.0.0:9000", 5 * time.Second, 65 * time.Second, 6 * time.Second, MaxLargeBody},
			"",
		},
		"no port":       {[]string{"upstream_url", "http://127.0.0.1"}, settings{}, "upstream_url"},
		"not http":      {[]string{"upstream_url", "8082"}, settings{}, "upstream_url"},
		"bad duration":  {[]string{"read_timeout", "soon"}, settings{}, "read_timeout"},
		"zero duration": {[]string{"write_timeout", "0"}, settings{}, "write_timeout"},
		"bad body":      {[]string{"max_body", "25MB"}, settings{}, "max_body"},
		"bad interval":  {[]string{"healthcheck_interval", "soon"}, settings{}, "healthcheck_interval"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readSettings(env(c.env...))
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestRun_RefusesToStart(t *testing.T) {
	t.Parallel()
	good := Adapt(http.NotFoundHandler())
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()

	require.ErrorContains(t, run(t.Context(), good, "dev", env("read_timeout", "x")), "read_timeout")
	require.ErrorContains(t, run(t.Context(), good, "dev", env("upstream_url", "http://"+taken.Addr().String())), "listen")
	require.ErrorContains(t, run(t.Context(), Function(func(context.Context) (http.Handler, error) {
		return nil, errors.New("OCIM_TABLE is required")
	}), "dev", env()), "OCIM_TABLE")
}

// start serves h until the test stops it.
func start(t *testing.T, h http.Handler) (base string, stop context.CancelFunc, ended <-chan error) {
	t.Helper()
	return serveFor(t, Adapt(h), 0)
}

// serveFor serves handle for the test, and accepts requests for linger after stop.
func serveFor(t *testing.T, handle Handle, linger time.Duration) (base string, stop context.CancelFunc, ended <-chan error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	done := make(chan error, 1)
	go func() {
		done <- serve(ctx, listener, handle, settings{readTimeout: 10 * time.Second, writeTimeout: 10 * time.Second, linger: linger, maxBody: MaxBody})
	}()
	return "http://" + listener.Addr().String(), cancel, done
}

// OpenFaaS sends requests as soon as the watchdog runs.
func TestServe_RequestsWaitWhileTheFunctionIsBuilt(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	base, _, _ := serveFor(t, Function(func(ctx context.Context) (http.Handler, error) {
		<-release
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "built") }), nil
	}), 0)
	const requests = 8
	var sent sync.WaitGroup
	sent.Add(requests)
	answers := make(chan string, requests)
	for range requests {
		go func() {
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { sent.Done() }})
			answers <- get(ctx, base)
		}()
	}
	sent.Wait()
	close(release)
	for range requests {
		assert.Equal(t, "200 built", <-answers)
	}
}

// The watchdog passes SIGTERM on at once, and itself accepts requests for a while longer.
func TestServe_AcceptsRequestsAfterTheSignal(t *testing.T) {
	t.Parallel()
	const linger = 300 * time.Millisecond
	base, stop, ended := serveFor(t, Adapt(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })), linger)
	require.Equal(t, "200 ok", get(t.Context(), base))
	signaled := time.Now()
	stop()
	answered := 0
	for time.Since(signaled) < linger/2 {
		require.Equal(t, "200 ok", get(t.Context(), base), "after %v", time.Since(signaled))
		answered++
	}
	assert.Positive(t, answered)
	require.NoError(t, <-ended)
	assert.GreaterOrEqual(t, time.Since(signaled), linger)
	assert.Contains(t, get(t.Context(), base), "refused")
}

// A permanent build error also ends the process while it is stopping.
func TestServe_EndsWhenTheFunctionCannotBeBuilt(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	_, stop, ended := serveFor(t, Function(func(context.Context) (http.Handler, error) {
		<-release
		return nil, errors.New("OCIM_TABLE is required")
	}), time.Minute)
	stop()
	close(release)
	assert.ErrorContains(t, <-ended, "OCIM_TABLE")
}

// get returns the status and body of an answer, or the error, as text.
func get(ctx context.Context, address string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err.Error()
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return strconv.Itoa(resp.StatusCode) + " " + string(body)
}

func TestServe_LetsRunningCallsFinish(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}), make(chan struct{})
	base, stop, ended := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, bounded := r.Context().Deadline()
		assert.True(t, bounded)
		close(inside)
		<-release
		_, _ = io.WriteString(w, "done")
	}))
	answered := make(chan string, 1)
	go func() {
		resp, err := http.Get(base + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		answered <- string(body)
	}()
	<-inside
	stop()
	// New calls are refused once the listener is closed.
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, 5*time.Second, 5*time.Millisecond)
	close(release)
	assert.Equal(t, "done", <-answered)
	assert.NoError(t, <-ended)
}

// Two replicas are stopped and started again in turn, each in the middle of calls. As in
// Kubernetes, new calls go to the other by then: none fails.
func TestServe_RollingRestartFailsNoCall(t *testing.T) {
	t.Parallel()
	var gate atomic.Pointer[chan struct{}] // which calls wait at
	hold := func() { c := make(chan struct{}); gate.Store(&c) }
	open := func() { close(*gate.Load()) }
	hold()
	open()
	var arrived sync.Map // channels by path
	type replica struct {
		base  string
		stop  context.CancelFunc
		ended <-chan error
	}
	launch := func() (r replica) {
		r.base, r.stop, r.ended = start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			wait := *gate.Load()
			if c, ok := arrived.LoadAndDelete(r.URL.Path); ok {
				close(c.(chan struct{}))
			}
			<-wait
			_, _ = io.WriteString(w, "done")
		}))
		return r
	}
	var mu sync.RWMutex // of the rotation
	rotation := []replica{launch(), launch()}
	var calls atomic.Int64
	var clients sync.WaitGroup
	ctx, finish := context.WithCancel(t.Context())
	for range 8 {
		clients.Go(func() {
			for ctx.Err() == nil {
				mu.RLock() // until the call has arrived
				n := calls.Add(1)
				address := rotation[int(n)%len(rotation)].base + "/" + strconv.FormatInt(n, 10)
				here, answered := make(chan struct{}), make(chan string, 1)
				arrived.Store("/"+strconv.FormatInt(n, 10), here)
				go func() {
					resp, err := http.Get(address)
					if err != nil {
						answered <- err.Error()
						return
					}
					defer func() { _ = resp.Body.Close() }()
					body, _ := io.ReadAll(resp.Body)
					answered <- string(body)
				}()
				select {
				case <-here:
				case failed := <-answered:
					answered <- failed
				}
				mu.RUnlock()
				assert.Equal(t, "done", <-answered)
			}
		})
	}
	for n := range rotation {
		before := calls.Load()
		require.Eventually(t, func() bool { return calls.Load() > before+20 }, time.Minute, time.Millisecond)
		hold()
		mu.Lock()
		old := rotation[n]
		rotation[n] = rotation[1-n]
		mu.Unlock()
		old.stop()
		open()
		require.NoError(t, <-old.ended)
		mu.Lock()
		rotation[n] = launch()
		mu.Unlock()
	}
	finish()
	clients.Wait()
}

func TestServe_WaitsForTheWorkThatCallsLeftBehind(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{"done": nil, "not done": errors.New("the mail server is gone")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var behind sync.WaitGroup
			posted, answered := make(chan struct{}), false
			var order []string
			build := func(context.Context) (http.Handler, error) {
				return Draining(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					behind.Go(func() { <-posted })
					answered = true
				}), func(ctx context.Context) error {
					_, bounded := ctx.Deadline()
					assert.True(t, bounded)
					assert.True(t, answered)
					order = append(order, "drained")
					close(posted)
					behind.Wait()
					return failure
				}), nil
			}
			base, stop, ended := serveFor(t, Function(build), 0)
			resp, err := http.Get(base)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			stop()
			assert.ErrorIs(t, <-ended, failure)
			assert.Equal(t, []string{"drained"}, order, "once")
		})
	}
}

// A function that was never called is not built in order to be stopped.
func TestLastCall_BuildsNothing(t *testing.T) {
	t.Parallel()
	handle := Function(func(context.Context) (http.Handler, error) {
		assert.Fail(t, "it was built")
		return http.NotFoundHandler(), nil
	})
	assert.NoError(t, lastCall(t.Context(), handle))
	assert.NoError(t, lastCall(t.Context(), Adapt(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		assert.Fail(t, "it was called")
	}))))
}

func TestServerHandler_DoesNotReadBodiesOverTheLimit(t *testing.T) {
	t.Parallel()
	called := false
	base, _, _ := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))

	// A declared length is refused before a byte of the body is sent.
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite()) // the server would read on
	require.NoError(t, resp.Body.Close())

	// An undeclared one is refused at the bound.
	counted := &counter{}
	s := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/", counted)
	r.ContentLength = -1
	serverHandler(Adapt(http.NotFoundHandler()), time.Minute, MaxBody).ServeHTTP(s, r)
	assert.Equal(t, http.StatusRequestEntityTooLarge, s.Code)
	assert.LessOrEqual(t, counted.n, MaxBody+MaxLargeBody+64<<10, "it reads on for a while only")
	assert.False(t, called)

	var p Problem
	require.NoError(t, json.Unmarshal(s.Body.Bytes(), &p))
	assert.Equal(t, "urn:ocim:too_large", p.Type)
}

// counter is an endless body that counts what is read of it.
type counter struct{ n int }

func (c *counter) Read(p []byte) (int, error) {
	c.n += len(p)
	return len(p), nil
}

func TestServerHandler_AnswersErrorsWithProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
	}{
		"unknown": {errors.New("canary"), 500},
		"fault":   {fault.New(fault.Conflict, "It moved on."), 409},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := httptest.NewRecorder()
			serverHandler(func(handler.Request) (handler.Response, error) {
				return handler.Response{}, c.err
			}, time.Minute, MaxBody).ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
			assert.Equal(t, c.status, rec.Code)
			assert.Equal(t, problemType, rec.Header().Get("Content-Type"))
			assert.NotContains(t, rec.Body.String(), "canary")
		})
	}
}

// A client that looks at the answer only after it has sent everything gets it, not
// a reset connection.
func TestServe_AnswersATooLargeBodyCleanly(t *testing.T) {
	t.Parallel()
	base, _, _ := start(t, http.NotFoundHandler())
	for _, chunked := range []bool{false, true} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		const size = 8 << 20
		head, body := fmt.Sprintf("Content-Length: %d\r\n\r\n", size), strings.Repeat("x", size)
		if chunked {
			head, body = "Transfer-Encoding: chunked\r\n\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", size, body)
		}
		_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+head+body)
		require.NoError(t, err, "chunked: %v", chunked)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err, "chunked: %v", chunked)
		assert.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
		require.NoError(t, conn.Close())
	}
}

func TestReadMaxBody_TakesASensibleNumberOfBytes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"": MaxBody, "1": 1, "27262976": 27262976, "0": 0, "-1": 0, "27262977": 0, "25MB": 0} {
		got, err := readMaxBody(func(string) (string, bool) { return text, text != "" })
		assert.Equal(t, want == 0, err != nil, text)
		assert.Equal(t, want, got, text)
	}
}
