package faas_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	handler "github.com/openfaas/templates-sdk/go-http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
)

func TestLargeAnswersAreCompressedOnRequest(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("campus ", 10_000)
	for name, tt := range map[string]struct {
		said    string
		accept  string
		plain   bool // of the API
		encoded bool
	}{
		"large":            {large, "gzip, deflate, br, zstd", false, true},
		"small":            {"campus", "gzip", false, false},
		"not asked for":    {large, "", false, false},
		"refused":          {large, "gzip;q=0, identity", false, false},
		"only another one": {large, "br, zstd", false, false},
		"with secrets":     {large, "gzip", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := faas.NewAPI(faas.Options{Log: slog.New(slog.DiscardHandler), Uncompressed: tt.plain})
			faas.Register(api, faas.Public, op("do", http.MethodGet, "/"), func(context.Context, *struct{}) (*said, error) {
				out := say("%s", tt.said)
				out.ETag = faas.ETag("41")
				return out, nil
			})
			serve := map[string]http.Handler{"direct": api, "function": adapted{faas.Adapt(api)}}
			for where, h := range serve {
				ask := func(header ...string) *httptest.ResponseRecorder {
					r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
					if tt.accept != "" {
						r.Header.Set("Accept-Encoding", tt.accept)
					}
					for i := 0; i < len(header); i += 2 {
						r.Header.Set(header[i], header[i+1])
					}
					w := httptest.NewRecorder()
					h.ServeHTTP(w, r)
					return w
				}
				w := ask()
				require.Equal(t, http.StatusOK, w.Code, where)
				if length := w.Header().Get("Content-Length"); length != "" {
					assert.Equal(t, strconv.Itoa(w.Body.Len()), length, where)
				}
				body := io.Reader(w.Body)
				if tt.encoded {
					assert.Equal(t, "gzip", w.Header().Get("Content-Encoding"), where)
					assert.Less(t, w.Body.Len(), len(tt.said)/50, where)
					var err error
					body, err = gzip.NewReader(w.Body)
					require.NoError(t, err)
				} else {
					assert.Empty(t, w.Header().Get("Content-Encoding"), where)
				}
				if !tt.plain {
					assert.Equal(t, "Accept-Encoding", w.Header().Get("Vary"), where)
				}
				assert.Equal(t, `W/"41"`, w.Header().Get("ETag"), "the same, encoded or not")
				assert.Equal(t, "application/json", w.Header().Get("Content-Type"), where)
				var got struct{ Said string }
				require.NoError(t, json.NewDecoder(body).Decode(&got))
				assert.Equal(t, tt.said, got.Said, where)

				same := ask("If-None-Match", w.Header().Get("ETag"))
				assert.Equal(t, http.StatusNotModified, same.Code, where)
				assert.Zero(t, same.Body.Len())
				assert.Empty(t, same.Header().Get("Content-Encoding"))
				assert.Equal(t, w.Header().Get("ETag"), same.Header().Get("ETag"))
			}
		})
	}
}

// adapted is a Handle, seen from outside.
type adapted struct{ handle faas.Handle }

func (a adapted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := a.handle(handler.Request{Method: r.Method, Header: r.Header})
	if err != nil {
		panic(err)
	}
	for name, values := range out.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(out.StatusCode)
	_, _ = w.Write(out.Body)
}

// A failure is compressed like anything else, and a head has none.
func TestFailuresAndHeads(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.act = func(context.Context) (*said, error) {
		return nil, fault.New(fault.Invalid, "%s", strings.Repeat("no ", 3000))
	}
	w := g.call("GET", "/v1/do", "", "Accept-Encoding", "gzip")
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	w = g.call("HEAD", "/v1/do", "", "Accept-Encoding", "gzip")
	assert.Empty(t, w.Header().Get("Content-Encoding"))
}
