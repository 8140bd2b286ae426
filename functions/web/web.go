package function

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

const (
	index   = "index.html"
	missing = "the frontend is missing from this program: run `make build`, which builds it first"

	// assets is the folder whose files have a hash of their content in their name.
	assets = "assets/"
)

const contentSecurityPolicy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'self'"

// New serves the files of a built frontend. They are read once, now. Without an
// index.html every page is a 503 that says so.
func New(files fs.FS) http.Handler {
	s := &site{files: map[string]*file{}}
	// A file that cannot be read counts as missing; a missing index.html is reported.
	_ = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || hidden(name) {
			return nil
		}
		if content, err := fs.ReadFile(files, name); err == nil {
			s.files[name] = newFile(name, content)
		}
		return nil
	})
	return s
}

// hidden files are not the browser's: .gitkeep, and Vite's manifest in .vite.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && part != "." && part != ".well-known" {
			return true
		}
	}
	return false
}

type site struct {
	files map[string]*file
}

type file struct {
	contentType string
	etag        string
	cache       string
	content     []byte
	zipped      func() []byte // nil when it does not pay
}

func newFile(name string, content []byte) *file {
	sum := sha256.Sum256(content)
	f := &file{
		contentType: contentType(name, content),
		etag:        base64.RawURLEncoding.EncodeToString(sum[:12]),
		cache:       "no-cache",
		content:     content,
	}
	if strings.HasPrefix(name, assets) {
		f.cache = "public, max-age=31536000, immutable"
	}
	f.zipped = sync.OnceValue(func() []byte { return zip(f.contentType, content) })
	return f
}

func contentType(name string, content []byte) string {
	// The system's own table may differ from machine to machine.
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".webmanifest":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	case ".ico":
		return "image/x-icon"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return http.DetectContentType(content)
}

// zip gives the content compressed, nil if that saves less than a tenth.
func zip(contentType string, content []byte) []byte {
	text := strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "json") || strings.Contains(contentType, "svg")
	if !text || len(content) < 1024 {
		return nil
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := w.Write(content); err != nil {
		return nil
	}
	if err := w.Close(); err != nil || out.Len() > len(content)*9/10 {
		return nil
	}
	return out.Bytes()
}

// ServeHTTP answers with a file or the index.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "The frontend can only be read.", http.StatusMethodNotAllowed)
		return
	}
	f, found := s.find(r.URL.Path)
	switch {
	case s.files[index] == nil:
		http.Error(w, missing, http.StatusServiceUnavailable)
	case !found:
		h.Set("Cache-Control", "no-store")
		http.Error(w, "There is no such file.", http.StatusNotFound)
	default:
		f.serve(w, r)
	}
}

// find gives the file of a path. A path that looks like a file's and is none is
// not found: an old page that requests an asset of an earlier build must not get
// HTML for it.
func (s *site) find(urlPath string) (*file, bool) {
	name := strings.TrimPrefix(path.Clean("/"+urlPath), "/")
	if f, ok := s.files[name]; ok {
		return f, true
	}
	if strings.HasPrefix(name+"/", assets) || path.Ext(name) != "" {
		return nil, false
	}
	f, ok := s.files[index]
	return f, ok
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	content, etag := f.content, `"`+f.etag+`"`
	if zipped := f.zipped(); zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header) {
			h.Set("Content-Encoding", "gzip")
			content, etag = zipped, `"`+f.etag+`-gz"`
		}
	}
	h.Set("ETag", etag)
	h.Set("Cache-Control", f.cache)
	h.Set("Content-Type", f.contentType)
	for candidate := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if c := strings.TrimPrefix(strings.TrimSpace(candidate), "W/"); c == etag || c == "*" {
			h.Del("Content-Encoding")
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(content)
	}
}

// acceptsGzip reads Accept-Encoding; gzip;q=0 refuses it.
func acceptsGzip(h http.Header) bool {
	for _, value := range h.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(value, ",") {
			name, weight, weighted := strings.Cut(strings.TrimSpace(coding), ";")
			if strings.TrimSpace(name) != "gzip" {
				continue
			}
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return !weighted || (err == nil && q > 0)
		}
	}
	return false
}
