package deployment

import (
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
)

// interval is healthcheck_interval in these tests: how long a watchdog accepts requests
// after SIGTERM. stack.yml says 5s; shorter is faster and no easier.
const interval = 2 * time.Second

// watchdog stands in for of-watchdog: it starts the function, forwards requests, passes
// SIGTERM on at once, accepts requests for an interval more, and then lets those that
// run finish. An answer that the function does not give is a bare 500.
type watchdog struct {
	function *exec.Cmd
	server   *httptest.Server
	running  sync.WaitGroup
	coming   sync.WaitGroup // requests that were sent to it
}

func startWatchdog(t testing.TB, program string, env []string) *watchdog {
	t.Helper()
	address := freeAddress(t)
	w := &watchdog{function: exec.Command(program)}
	w.function.Env = append(slices.Clone(env), "upstream_url=http://"+address)
	require.NoError(t, w.function.Start())
	t.Cleanup(func() { _ = w.function.Process.Kill() })
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: 500 * time.Millisecond}
	proxy.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, err error) {
		rw.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(rw, err.Error())
	}
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.running.Add(1)
		defer w.running.Done()
		proxy.ServeHTTP(rw, r)
	}))
	// The kubelet's first probe comes later than the start of a process, but it does not
	// wait until the function is built.
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, 30*time.Second, time.Millisecond)
	return w
}

// stop does what of-watchdog does at SIGTERM; leave is called while it still accepts
// requests, shortly before it stops to.
func (w *watchdog) stop(t testing.TB, leave func()) {
	t.Helper()
	signaled := time.Now()
	require.NoError(t, w.function.Process.Signal(syscall.SIGTERM))
	time.Sleep(interval * 8 / 10)
	leave()
	time.Sleep(time.Until(signaled.Add(interval)))
	w.running.Wait()
	w.server.Close()
	assert.NoError(t, w.function.Wait(), "the function ends on its own")
}

// balancer sends requests to the replicas in turn, as a Kubernetes service does.
type balancer struct {
	mu       sync.RWMutex
	replicas []*watchdog
	next     atomic.Int64
}

// request calls a replica.
func (b *balancer) request(client *http.Client) (status int, body []byte, err error) {
	b.mu.RLock()
	w := b.replicas[int(b.next.Add(1))%len(b.replicas)]
	w.coming.Add(1)
	b.mu.RUnlock()
	defer w.coming.Done()
	return fetch(client, w.server.URL+missing)
}

func (b *balancer) add(w *watchdog) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replicas = append(b.replicas, w)
}

// remove sends nothing more to a replica, and waits for what is on its way: on a busy machine
// that may arrive only after the watchdog has stopped.
func (b *balancer) remove(w *watchdog) {
	b.mu.Lock()
	b.replicas = slices.DeleteFunc(slices.Clone(b.replicas), func(r *watchdog) bool { return r == w })
	b.mu.Unlock()
	w.coming.Wait()
}

// A rolling restart under load fails no request: each replica is replaced as Kubernetes
// does it, the new one first.
func TestRollingRestart_FailsNoRequest(t *testing.T) {
	t.Parallel()
	f := readStack(t, stack.Unset)
	for _, function := range slices.Sorted(maps.Keys(f.Functions)) {
		for _, replicas := range []int{1, 2} {
			t.Run(function+" "+strconv.Itoa(replicas), func(t *testing.T) {
				t.Parallel()
				roll(t, function, replicas, environment(t, f.Functions[function]))
			})
		}
	}
}

func roll(t testing.TB, function string, replicas int, env []string) {
	path := program(t, function)
	b := &balancer{}
	for range replicas {
		b.add(startWatchdog(t, path, env))
	}
	var requests, failures atomic.Int64
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
			for {
				select {
				case <-done:
					return
				case <-time.After(5 * time.Millisecond):
				}
				requests.Add(1)
				status, body, err := b.request(client)
				if err != nil || !missingAnswer(function, status, body) {
					if failures.Add(1) == 1 {
						t.Errorf("a request failed: %d %s %v", status, body, err)
					}
				}
			}
		})
	}
	old := slices.Clone(b.replicas)
	for _, w := range old {
		before := requests.Load()
		b.add(startWatchdog(t, path, env))
		w.stop(t, func() { b.remove(w) })
		assert.Greater(t, requests.Load(), before+10, "requests while it was replaced")
	}
	close(done)
	clients.Wait()
	for _, w := range b.replicas {
		w.stop(t, func() {})
	}
	assert.Zero(t, failures.Load(), "of %d requests", requests.Load())
	t.Logf("%d requests, %d failed", requests.Load(), failures.Load())
}

func fetch(client *http.Client, address string) (status int, body []byte, err error) {
	resp, err := client.Get(address)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}
