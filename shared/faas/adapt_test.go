package faas

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	handler "github.com/openfaas/templates-sdk/go-http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/open-craft/ocim/shared/fault"
)

// script is what a handler does, step by step.
type script struct {
	steps []func(http.ResponseWriter, *http.Request)
}

func drawScript(t *rapid.T) script {
	name := rapid.SampledFrom([]string{"X-One", "Set-Cookie", "ETag", "Link", "Vary", "Location", "Content-Type", "Cache-Control"})
	value := rapid.StringMatching(`[a-z0-9=;"/ -]{1,20}`).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
	var s script
	for range rapid.IntRange(0, 8).Draw(t, "steps") {
		switch rapid.IntRange(0, 5).Draw(t, "step") {
		case 0, 1:
			n, v := name.Draw(t, "name"), value.Draw(t, "value")
			s.steps = append(s.steps, func(w http.ResponseWriter, _ *http.Request) { w.Header().Add(n, v) })
		case 2:
			status := rapid.SampledFrom([]int{200, 201, 202, 204, 301, 304, 400, 404, 409, 413, 429, 500, 503}).Draw(t, "status")
			s.steps = append(s.steps, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		case 3:
			part := rapid.StringN(0, 50, 3000).Draw(t, "part")
			s.steps = append(s.steps, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, part) })
		case 4:
			s.steps = append(s.steps, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				w.Header().Set("X-Read", itoa(len(body)))
				_, _ = w.Write(body)
				if err != nil {
					_, _ = io.WriteString(w, err.Error())
				}
			})
		case 5:
			s.steps = append(s.steps, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Seen", strings.Join([]string{
					r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Host, r.RequestURI, r.Proto,
					strings.Join(r.Header.Values("X-Many"), ","), itoa(int(r.ContentLength)), r.FormValue("q"),
				}, "|"))
			})
		}
	}
	return s
}

func (s script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, step := range s.steps {
		step(w, r)
	}
}

// swap lets one server serve many scripts.
type swap struct{ h atomic.Pointer[http.Handler] }

func (s *swap) set(h http.Handler) { s.h.Store(&h) }
func (s *swap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*s.h.Load()).ServeHTTP(w, r)
}

type answer struct {
	Status int
	Header http.Header
	Body   string
}

func ask(t require.TestingT, base, method, path, body string) answer {
	r, err := http.NewRequest(method, base+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Host = "ocim.example"
	r.Header["X-Many"] = []string{"a", "b"}
	resp, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	// How the length is sent may differ: a function's is always known.
	resp.Header.Del("Date")
	resp.Header.Del("Content-Length")
	return answer{resp.StatusCode, resp.Header, string(got)}
}

func TestAnyHandlerBehavesTheSameThroughOpenFaaS(t *testing.T) {
	t.Parallel()
	var current swap
	plain := httptest.NewUnstartedServer(&current)
	plain.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo) // scripts write twice
	plain.Start()
	defer plain.Close()
	adapted := httptest.NewServer(serverHandler(Adapt(&current), time.Minute, MaxBody))
	defer adapted.Close()
	rapid.Check(t, func(rt *rapid.T) {
		current.set(drawScript(rt))
		method := rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}).Draw(rt, "method")
		path := rapid.SampledFrom([]string{"/", "/v1/me", "/a%2Fb/c", "/v1/x?q=1&q=2", "/é?q=%20", "//double/"}).Draw(rt, "path")
		body := ""
		if method == "POST" || method == "PUT" {
			body = rapid.StringN(0, 30, 100).Draw(rt, "body")
		}
		want := ask(rt, plain.URL, method, path, body)
		got := ask(rt, adapted.URL, method, path, body)
		require.Equal(rt, want, got)
	})
}

func TestHead_HasTheLength(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(serverHandler(Adapt(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 5000))
	})), time.Minute, MaxBody))
	defer s.Close()
	resp, err := http.Head(s.URL)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, int64(5000), resp.ContentLength)
}

func TestAdaptWithoutServe(t *testing.T) {
	t.Parallel()
	handle := Adapt(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.String()+" "+r.Method)
	}))
	out, err := handle(handler.Request{Method: "GET", QueryString: "a=1"})
	require.NoError(t, err)
	assert.Equal(t, 200, out.StatusCode)
	assert.Equal(t, "/?a=1 GET", string(out.Body))
}

func request(ctx context.Context) handler.Request {
	in := handler.Request{Method: "GET", Header: http.Header{}}
	in.WithContext(ctx)
	return in
}

func TestFunctionBuildsOnce(t *testing.T) {
	t.Parallel()
	var builds atomic.Int32
	handle := Function(func(ctx context.Context) (http.Handler, error) {
		builds.Add(1)
		_, bounded := ctx.Deadline()
		assert.True(t, bounded)
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202) }), nil
	})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			out, err := handle(request(t.Context()))
			assert.NoError(t, err)
			assert.Equal(t, 202, out.StatusCode)
		})
	}
	wg.Wait()
	assert.Equal(t, int32(1), builds.Load())
}

func TestFunctionTriesAFailedBuildAgain(t *testing.T) {
	t.Parallel()
	fail := true
	handle := Function(func(context.Context) (http.Handler, error) {
		if fail {
			return nil, errors.New("the table canary is gone")
		}
		return http.NotFoundHandler(), nil
	})
	out, err := handle(request(t.Context()))
	require.NoError(t, err)
	assert.Equal(t, 503, out.StatusCode)
	assert.Equal(t, problemType, out.Header.Get("Content-Type"))
	assert.NotContains(t, string(out.Body), "canary")
	require.ErrorContains(t, warmUp(t.Context(), handle), "canary")

	fail = false
	out, err = handle(request(t.Context()))
	require.NoError(t, err)
	assert.Equal(t, 404, out.StatusCode)
	require.NoError(t, warmUp(t.Context(), handle))
}

func TestFunctionDoesNotHoldACallerThatLeft(t *testing.T) {
	t.Parallel()
	started, release := make(chan struct{}), make(chan struct{})
	handle := Function(func(ctx context.Context) (http.Handler, error) {
		close(started)
		<-release
		// The first caller left meanwhile; the build is not theirs alone.
		return http.NotFoundHandler(), ctx.Err()
	})
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan handler.Response)
	go func() {
		out, _ := handle(request(ctx))
		first <- out
	}()
	<-started
	leave()
	out, err := handle(request(ctx))
	require.NoError(t, err)
	assert.Equal(t, 503, out.StatusCode, "a second caller that left does not wait")
	close(release)
	assert.Equal(t, 404, (<-first).StatusCode)
}

func TestWarmUpLeavesWhatIsOnlyUnavailable(t *testing.T) {
	t.Parallel()
	assert.NoError(t, warmUp(t.Context(), Function(func(context.Context) (http.Handler, error) {
		return nil, fault.New(fault.Unavailable, "the store does not answer")
	})))
	assert.NoError(t, warmUp(t.Context(), Adapt(http.NotFoundHandler())), "a Handle that knows nothing of warming up")
}
