package faas

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
)

type proofInput struct {
	Proof string `header:"X-Proof"`
}

type countOutput struct {
	Body struct {
		Count int `json:"count"`
	}
}

// largeAPI counts the bytes of large bodies of those who prove something.
func largeAPI() *API {
	api := NewAPI(Options{Log: slog.New(slog.DiscardHandler)})
	Register(api, Public, huma.Operation{OperationID: "count", Method: http.MethodPost, Path: "/count", MaxBodyBytes: MaxLargeBody},
		func(ctx context.Context, in *proofInput) (*countOutput, error) {
			if in.Proof != "right" {
				return nil, fault.New(fault.Unauthenticated, "No proof.")
			}
			body, err := Body(ctx)
			if err != nil {
				return nil, err
			}
			out := new(countOutput)
			out.Body.Count = len(body)
			return out, nil
		})
	type smallInput struct{ Body struct{} }
	Register(api, Public, huma.Operation{OperationID: "small", Method: http.MethodPost, Path: "/small"},
		func(context.Context, *smallInput) (*struct{}, error) { return nil, nil })
	return api
}

func serveLarge(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	serverHandler(Adapt(largeAPI()), time.Minute, MaxLargeBody).ServeHTTP(w, r)
	return w
}

// counting is a body of so many bytes that counts what is read of it.
type counting struct {
	left, read int
}

func (c *counting) Read(p []byte) (int, error) {
	n := min(len(p), c.left)
	if n == 0 {
		return 0, io.EOF
	}
	for i := range n {
		p[i] = ' '
	}
	c.left, c.read = c.left-n, c.read+n
	return n, nil
}

func TestServerHandler_AsksBeforeItReadsALargeBody(t *testing.T) {
	for name, tt := range map[string]struct {
		path, proof string
		size        int
		declared    bool
		status      int
		kept        int // bytes of the body in memory at the most
	}{
		"small":                     {"/count", "right", 1000, true, 200, 1000},
		"small, no proof":           {"/count", "wrong", 1000, true, 401, 1000},
		"large":                     {"/count", "right", 25 << 20, true, 200, 25 << 20},
		"large, undeclared":         {"/count", "right", 25 << 20, false, 200, MaxLargeBody},
		"large, no proof":           {"/count", "wrong", 25 << 20, true, 401, 0},
		"undeclared, no proof":      {"/count", "wrong", 25 << 20, false, 401, 0},
		"too large":                 {"/count", "right", MaxLargeBody + 1, true, 413, 0},
		"too large, undeclared":     {"/count", "right", MaxLargeBody + 1, false, 413, MaxLargeBody},
		"large for this operation":  {"/small", "", MaxBody + 1, true, 413, 0},
		"undeclared, too large too": {"/small", "", MaxBody + 1, false, 413, MaxLargeBody},
		"no such route":             {"/nothing", "", 25 << 20, true, 404, 0},
	} {
		t.Run(name, func(t *testing.T) {
			body := &counting{left: tt.size}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tt.path, body)
			r.ContentLength = -1
			if tt.declared {
				r.ContentLength = int64(tt.size)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Proof", tt.proof)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w := serveLarge(r)
			runtime.ReadMemStats(&after)
			assert.Equal(t, tt.status, w.Code, w.Body.String())
			if tt.status == http.StatusOK {
				assert.Contains(t, w.Body.String(), fmt.Sprintf(`"count":%d`, tt.size))
			}
			used := int(after.TotalAlloc - before.TotalAlloc)
			t.Logf("%d KiB allocated", used>>10)
			assert.LessOrEqual(t, used, tt.kept+5<<20, "an undeclared length takes the place of the largest")
			assert.Empty(t, largeBodies, "its place is free again")
		})
	}
}

func TestReadBody_LargeBodiesShareAFewPlaces(t *testing.T) {
	large := func(ctx context.Context) *http.Request {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(strings.Repeat("x", MaxBody+1)))
		return r
	}
	var releases []func()
	for range maxLargeBodies {
		all, release, err := readBody(large(t.Context()), MaxLargeBody)
		require.NoError(t, err)
		assert.Len(t, all, MaxBody+1)
		releases = append(releases, release)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err := readBody(large(ctx), MaxLargeBody)
	require.ErrorIs(t, err, errNoPlace)
	assert.Equal(t, fault.Unavailable, fault.KindOf(faultOfBody(err, MaxLargeBody)), "the sender may try again")
	small, _, err := readBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")), MaxLargeBody)
	require.NoError(t, err, "small ones need no place")
	assert.Equal(t, "{}", string(small))

	waiting := make(chan error)
	go func() {
		_, release, err := readBody(large(t.Context()), MaxLargeBody)
		release()
		waiting <- err
	}()
	releases[0]()
	require.NoError(t, <-waiting)
	for _, release := range releases[1:] {
		release()
	}
	assert.Empty(t, largeBodies)
}
