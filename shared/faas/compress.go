package faas

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// compressFrom is the size in bytes from which an answer is compressed: less fits one
// packet anyway.
const compressFrom = 1400

// compressing wraps a handler whose answer is compressed with gzip for clients that accept
// that, unless it is small, a range, or of a kind that is compressed already. Gzip, since
// the gateway in between and every client know it.
var compressing = func() func(http.Handler) http.HandlerFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(compressFrom), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // only where the options are wrong
	}
	return wrap
}()

// deliver sends what was recorded. A 304 stays small: whatever else holds of the answer
// that was kept came with that.
func (a *API) deliver(rec *recorder, w http.ResponseWriter, r *http.Request) {
	if a.opts.Uncompressed || r.Method == http.MethodHead || rec.body.Len() == 0 {
		rec.send(w, r.Method)
		return
	}
	compressing(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { rec.send(w, r.Method) })).ServeHTTP(w, r)
}
