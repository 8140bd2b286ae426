package function

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	page   = "<!doctype html><title>Ocim</title>"
	script = "console.log(1);" + strings.Repeat("// padding\n", 200)
)

func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html":            {Data: []byte(page)},
		"color-scheme.js":       {Data: []byte("x")},
		"assets/app-3f2a.js":    {Data: []byte(script)},
		"assets/logo-77aa.png":  {Data: []byte("\x89PNG\r\n\x1a\n")},
		"assets/font-9c.woff2":  {Data: []byte("wOF2")},
		".gitkeep":              {Data: nil},
		".vite/manifest.json":   {Data: []byte("{}")},
		"favicon.svg":           {Data: []byte("<svg/>")},
		"assets/style-12ab.css": {Data: []byte(strings.Repeat("a{color:red}\n", 200))},
	}
}

func get(t *testing.T, h http.Handler, method, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(b)
}

func TestPaths(t *testing.T) {
	t.Parallel()
	h := New(built())
	immutable := "public, max-age=31536000, immutable"
	for path, want := range map[string]struct {
		status             int
		contentType, cache string
		body               string
	}{
		"/":                                {200, "text/html; charset=utf-8", "no-cache", page},
		"/index.html":                      {200, "text/html; charset=utf-8", "no-cache", page},
		"/clusters/aws":                    {200, "text/html; charset=utf-8", "no-cache", page},
		"/clusters/aws/instances/x?tab=1":  {200, "text/html; charset=utf-8", "no-cache", page},
		"//clusters//":                     {200, "text/html; charset=utf-8", "no-cache", page},
		"/assets/app-3f2a.js":              {200, "text/javascript; charset=utf-8", immutable, script},
		"/assets/logo-77aa.png":            {200, "image/png", immutable, "\x89PNG\r\n\x1a\n"},
		"/assets/font-9c.woff2":            {200, "font/woff2", immutable, "wOF2"},
		"/color-scheme.js":                 {200, "text/javascript; charset=utf-8", "no-cache", "x"},
		"/favicon.svg":                     {200, "image/svg+xml", "no-cache", "<svg/>"},
		"/assets/app-0000.js":              {404, "text/plain; charset=utf-8", "no-store", "There is no such file.\n"},
		"/assets/":                         {404, "text/plain; charset=utf-8", "no-store", "There is no such file.\n"},
		"/robots.txt":                      {404, "text/plain; charset=utf-8", "no-store", "There is no such file.\n"},
		"/.gitkeep":                        {404, "text/plain; charset=utf-8", "no-store", "There is no such file.\n"},
		"/.vite/manifest.json":             {404, "text/plain; charset=utf-8", "no-store", "There is no such file.\n"},
		"/assets/../../../../etc/passwd":   {200, "text/html; charset=utf-8", "no-cache", page},
		"/assets/%2e%2e/%2e%2e/etc/passwd": {200, "text/html; charset=utf-8", "no-cache", page},
	} {
		r := get(t, h, http.MethodGet, path)
		assert.Equal(t, want.status, r.StatusCode, path)
		assert.Equal(t, want.contentType, r.Header.Get("Content-Type"), path)
		assert.Equal(t, want.cache, r.Header.Get("Cache-Control"), path)
		assert.Equal(t, want.body, body(t, r), path)
		assert.Equal(t, contentSecurityPolicy, r.Header.Get("Content-Security-Policy"), path)
		assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"), path)
	}
	r := get(t, h, http.MethodPost, "/")
	assert.Equal(t, 405, r.StatusCode)
	assert.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
}

func TestPolicyForbidsInlineScripts(t *testing.T) {
	t.Parallel()
	assert.Contains(t, contentSecurityPolicy, "script-src 'self';")
	assert.NotContains(t, contentSecurityPolicy, "unsafe-eval")
}

func TestCompressionAndConditions(t *testing.T) {
	t.Parallel()
	h := New(built())
	plain := get(t, h, http.MethodGet, "/assets/app-3f2a.js")
	zipped := get(t, h, http.MethodGet, "/assets/app-3f2a.js", "Accept-Encoding", "br, gzip;q=0.8")
	assert.Equal(t, "Accept-Encoding", plain.Header.Get("Vary"))
	assert.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
	assert.NotEqual(t, plain.Header.Get("ETag"), zipped.Header.Get("ETag"))
	unzip, err := gzip.NewReader(zipped.Body)
	require.NoError(t, err)
	got, err := io.ReadAll(unzip)
	require.NoError(t, err)
	assert.Equal(t, script, string(got))

	for _, refuses := range []string{"", "br", "gzip;q=0", "gzip;q=x"} {
		r := get(t, h, http.MethodGet, "/assets/app-3f2a.js", "Accept-Encoding", refuses)
		assert.Empty(t, r.Header.Get("Content-Encoding"), refuses)
	}
	assert.Empty(t, get(t, h, http.MethodGet, "/assets/logo-77aa.png", "Accept-Encoding", "gzip").Header.Get("Content-Encoding"))

	for _, etag := range []string{plain.Header.Get("ETag"), "W/" + plain.Header.Get("ETag"), `"x", ` + plain.Header.Get("ETag"), "*"} {
		r := get(t, h, http.MethodGet, "/assets/app-3f2a.js", "If-None-Match", etag)
		assert.Equal(t, 304, r.StatusCode, etag)
		assert.Empty(t, body(t, r))
	}
	head := get(t, h, http.MethodHead, "/")
	assert.Equal(t, int64(len(page)), head.ContentLength)
	assert.Empty(t, body(t, head))
}

func TestAMissingFrontendIsSaid(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/clusters", "/assets/x.js"} {
		r := get(t, New(fstest.MapFS{".gitkeep": {}}), http.MethodGet, path)
		assert.Equal(t, 503, r.StatusCode)
		assert.Contains(t, body(t, r), "make build")
	}
}

func TestHandle(t *testing.T) {
	t.Parallel()
	// Whether a build is there depends on the checkout; both must be clear.
	h, err := build(context.Background())
	if err != nil {
		assert.ErrorContains(t, err, "make build")
		return
	}
	assert.Equal(t, 200, get(t, h, http.MethodGet, "/").StatusCode)
}
