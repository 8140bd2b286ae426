package faas

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	handler "github.com/openfaas/templates-sdk/go-http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
)

// post is a request with a body of so many bytes, whose length is declared or not.
func post(t *testing.T, path string, size int, declared bool) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, &counting{left: size})
	r.Header.Set("X-Proof", "right")
	if r.ContentLength = -1; declared {
		r.ContentLength = int64(size)
	}
	return r
}

func TestReadBody_TakesAsMuchAsTheLimit(t *testing.T) {
	for _, limit := range []int{10, MaxBody, MaxBody + 1, MaxBody + 10} {
		for _, declared := range []bool{true, false} {
			for _, size := range []int{0, limit - 1, limit, limit + 1} {
				body, release, err := readBody(post(t, "/", size, declared), int64(limit))
				release()
				if size > limit {
					require.ErrorIs(t, err, errBodyTooLarge, "%d of %d", size, limit)
					continue
				}
				require.NoError(t, err, "%d of %d", size, limit)
				assert.Len(t, body, size)
			}
		}
	}
}

func TestReadBody_SmallOnesNeedNoPlace(t *testing.T) {
	for range maxLargeBodies {
		largeBodies <- struct{}{}
	}
	t.Cleanup(func() {
		for range maxLargeBodies {
			<-largeBodies
		}
	})
	for _, declared := range []bool{true, false} {
		body, release, err := readBody(post(t, "/", MaxBody, declared), MaxLargeBody)
		release()
		require.NoError(t, err)
		assert.Len(t, body, MaxBody)
	}
	assert.Equal(t, 5*time.Second, errNoPlace.RetryAfter)
}

// Only before a large body is the function called twice.
func TestServerHandler_AsksBeforeLargeBodiesOnly(t *testing.T) {
	for size, c := range map[int]struct{ calls, status int }{
		0: {1, 200}, 1: {1, 200}, MaxBody: {1, 200}, MaxBody + 1: {2, 200}, MaxLargeBody: {2, 200}, MaxLargeBody + 1: {0, 413},
	} {
		calls := 0
		handle := func(in handler.Request) (handler.Response, error) {
			calls++
			if ahead := lookAheadOf(in.Context()); ahead != nil {
				ahead.passed = true
			}
			return handler.Response{}, nil
		}
		w := httptest.NewRecorder()
		serverHandler(handle, time.Minute, MaxLargeBody).ServeHTTP(w, post(t, "/", size, true))
		assert.Equal(t, c.status, w.Code, size)
		assert.Equal(t, c.calls, calls, size)
	}
}

// An operation takes as much as it says, behind OpenFaaS and without it.
func TestBody_TakesAsMuchAsTheOperation(t *testing.T) {
	bare := func(r *http.Request) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		largeAPI().ServeHTTP(w, r)
		return w
	}
	for name, serve := range map[string]func(*http.Request) *httptest.ResponseRecorder{"behind OpenFaaS": serveLarge, "without": bare} {
		for _, declared := range []bool{true, false} {
			w := serve(post(t, "/count", MaxLargeBody, declared))
			assert.Contains(t, w.Body.String(), `"count":`+strconv.Itoa(MaxLargeBody), name)
			assert.Equal(t, 413, serve(post(t, "/count", MaxLargeBody+1, declared)).Code, name)
		}
	}
}

func TestCallRates_ForgetThoseWhoHaveAllTheirCalls(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	rates := newCallRates(CallRate{PerSecond: 1, Burst: 2}, func() time.Time { return now })
	take := func(session string, cost int) error { return rates.take(access.Principal{SessionID: session}, cost) }
	for i := range maxCallers - 1 {
		require.NoError(t, take(strconv.Itoa(i), 1))
	}
	now = now.Add(time.Second)
	require.NoError(t, take("busy", 2))
	require.NoError(t, take("0", 1))
	assert.Len(t, rates.buckets, maxCallers, "it knows as many")
	require.NoError(t, take("new", 2))
	assert.Len(t, rates.buckets, 3, "the others would have two calls anyway")
	assert.Equal(t, fault.Limited, fault.KindOf(take("busy", 1)), "busy is remembered")

	for i := range maxCallers {
		_ = take("busy too "+strconv.Itoa(i), 2)
	}
	assert.Less(t, len(rates.buckets), maxCallers, "whatever they do")
	unbound := newCallRates(CallRate{Burst: 1}, time.Now)
	for range 3 {
		assert.NoError(t, unbound.take(access.Principal{SessionID: "s"}, 1))
	}
}

func TestRecorder_KeepsTheFirstStatusThatAnswers(t *testing.T) {
	t.Parallel()
	for first, want := range map[int]int{99: 99, 100: 404, 103: 404, 199: 404, 101: 101, 200: 200, 304: 304} {
		rec := newRecorder()
		rec.WriteHeader(first)
		rec.WriteHeader(http.StatusNotFound)
		assert.Equal(t, want, rec.status, first)
	}
}

func TestWriteResponse_DeclaresTheLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method       string
		status       int
		body, length string
	}{
		{"GET", 200, "abc", "3"},
		{"GET", 200, "", "0"},
		{"HEAD", 200, "abc", "3"},
		{"HEAD", 200, "", ""},
		{"GET", 204, "", ""},
		{"GET", 304, "", ""},
	} {
		w := httptest.NewRecorder()
		writeResponse(w, c.method, c.status, nil, []byte(c.body))
		assert.Equal(t, c.length, w.Header().Get("Content-Length"), c)
	}
}

func TestAnswer_IsKeptNowhereUnlessItsHandlerSaysSo(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"": "no-store", "private": "private"} {
		w := httptest.NewRecorder()
		if given != "" {
			w.Header().Set("Cache-Control", given)
		}
		Answer(w, httptest.NewRequest(http.MethodGet, "/", nil), fault.New(fault.NotFound, "Nothing."))
		assert.Equal(t, want, w.Header().Get("Cache-Control"))
	}
}

// Opening a cursor leaves the rest of the query as it was sent.
func TestCursors_OpenLeavesTheRest(t *testing.T) {
	t.Parallel()
	c := newCursors(nil)
	r := httptest.NewRequest(http.MethodGet, "/list?kind=a%20b&limit=5", nil)
	sealed, err := c.seal(r, "u", "x#7")
	require.NoError(t, err)
	r.URL.RawQuery = "kind=a%20b&after=" + url.QueryEscape(sealed) + "&limit=5"
	require.NoError(t, c.open(r, "u"))
	assert.Equal(t, "kind=a%20b&after=x%237&limit=5", r.URL.RawQuery)
}

// What fails inside Ocim is a failed span; what a caller did wrong is not.
func TestAPI_SpansOfFailuresSaySo(t *testing.T) {
	c := newCollector(t, http.StatusOK)
	api := NewAPI(Options{Title: "T", Log: slog.New(slog.DiscardHandler)})
	for path, err := range map[string]error{"/wrong": fault.New(fault.NotFound, "No."), "/broken": errors.New("bug")} {
		Register(api, Public, huma.Operation{OperationID: path[1:], Method: http.MethodGet, Path: path},
			func(context.Context, *struct{}) (*struct{}, error) { return nil, err })
	}
	for path, failed := range map[string]bool{"/wrong": false, "/broken": true} {
		stop := startSpans(t, c.URL+"/prefix")
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		api.ServeHTTP(httptest.NewRecorder(), r)
		stop()
		require.Len(t, c.posts, 1)
		spans := (<-c.posts)["resourceSpans"].([]any)[0].(map[string]any)["scopeSpans"].([]any)[0].(map[string]any)["spans"].([]any)
		require.Len(t, spans, 1)
		assert.Equal(t, failed, spans[0].(map[string]any)["status"] != nil, path)
		assert.True(t, strings.HasSuffix(spans[0].(map[string]any)["name"].(string), path))
	}
}
