package clusterfn

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// The headers of a signed request.
const (
	HeaderTimestamp = "X-Ocim-Timestamp" // seconds since 1970
	HeaderNonce     = "X-Ocim-Nonce"
	HeaderSignature = "X-Ocim-Signature" // v1= and 64 hexadecimal digits
	// The host that the request was sent to, and a signature that covers it, too. An
	// inspector of an earlier release knows only the one above.
	HeaderHost          = "X-Ocim-Host"
	HeaderHostSignature = "X-Ocim-Host-Signature" // v2= and 64 hexadecimal digits
)

const (
	// Tolerance is how far a request's timestamp may be off.
	Tolerance = time.Minute
	// MinSecret is how short a cluster's secret may be, in bytes.
	MinSecret = 32

	signaturePrefix     = "v1="
	hostSignaturePrefix = "v2="
	// maxNonces bounds what a Verifier remembers: some 80 requests a second.
	maxNonces = 10_000
)

var nonceForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9]{16,64}$`) })

// CheckSecret refuses a secret that is too short to be one, fault.Invalid of
// field "inspectorSecret".
func CheckSecret(s secret.Value) error {
	if len(s.Reveal()) < MinSecret {
		return fault.InvalidField("inspectorSecret", "the inspector's secret needs at least %d characters", MinSecret)
	}
	return nil
}

// Sign proves a request without a body to the inspector. path is as the
// inspector sees it, without the gateway's /function/inspector, because the
// gateway takes that away. Every request needs a signature of its own.
func Sign(r *http.Request, path string, key secret.Value, now time.Time) {
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()
	query, _ := canonicalQuery(r.URL.RawQuery)
	r.Header.Set(HeaderTimestamp, timestamp)
	r.Header.Set(HeaderNonce, nonce)
	r.Header.Set(HeaderSignature, signaturePrefix+mac(key, r.Method, path, query, timestamp, nonce))
	host := strings.ToLower(r.URL.Host)
	r.Header.Set(HeaderHost, host)
	r.Header.Set(HeaderHostSignature, hostSignaturePrefix+macFor(host, key, r.Method, path, query, timestamp, nonce))
}

// macFor covers the host, too: who receives the request at one gateway cannot use
// it at another.
func macFor(host string, key secret.Value, method, path, query, timestamp, nonce string) string {
	h := hmac.New(sha256.New, []byte(key.Reveal()))
	h.Write([]byte(strings.Join([]string{"ocim-inspector-v2", host, method, path, query, timestamp, nonce}, "\n")))
	return hex.EncodeToString(h.Sum(nil))
}

// mac covers everything that decides what a request does.
func mac(key secret.Value, method, path, query, timestamp, nonce string) string {
	h := hmac.New(sha256.New, []byte(key.Reveal()))
	// A line break can be in none of the parts, so they cannot run into each other.
	h.Write([]byte(strings.Join([]string{"ocim-inspector-v1", method, path, query, timestamp, nonce}, "\n")))
	return hex.EncodeToString(h.Sum(nil))
}

// canonicalQuery gives the query in the one form that is signed, as a proxy may
// write it differently.
func canonicalQuery(raw string) (string, bool) {
	values, err := url.ParseQuery(raw)
	return values.Encode(), err == nil
}

// Verifier checks signed requests. It remembers the nonces it has seen, so that
// a request counts once. It is safe for concurrent use.
type Verifier struct {
	secrets func() ([]secret.Value, error)
	now     func() time.Time
	hosts   []string // that requests must have been sent to; empty is any

	mu   sync.Mutex
	seen map[string]time.Time // nonce → when it may be forgotten
}

// NewVerifier makes a Verifier. secrets gives the secrets that count at the
// moment: several, while one replaces another. hosts are the names, with a port
// that is not the default one, under which callers reach the inspector's gateway:
// a request that was signed for another host is refused. Without any, the host is
// not checked.
func NewVerifier(secrets func() ([]secret.Value, error), now func() time.Time, hosts ...string) *Verifier {
	v := &Verifier{secrets: secrets, now: now, seen: map[string]time.Time{}}
	for _, host := range hosts {
		v.hosts = append(v.hosts, strings.ToLower(host))
	}
	return v
}

// Verify gives fault.Unauthenticated for a request that carries no valid
// signature, fault.Limited when there are too many requests to detect replays, and
// fault.Unavailable when the secrets cannot be read.
func (v *Verifier) Verify(r *http.Request) error {
	refused := fault.New(fault.Unauthenticated, "The request carries no valid signature of this cluster's inspector secret.")
	header := func(name string) string {
		if values := r.Header.Values(name); len(values) == 1 {
			return values[0]
		}
		return ""
	}
	timestamp, nonce := header(HeaderTimestamp), header(HeaderNonce)
	signature, prefixed := strings.CutPrefix(header(HeaderSignature), signaturePrefix)
	host := header(HeaderHost)
	if len(v.hosts) > 0 {
		signature, prefixed = strings.CutPrefix(header(HeaderHostSignature), hostSignaturePrefix)
		if !slices.Contains(v.hosts, host) {
			return fault.New(fault.Unauthenticated, "The request was signed for another gateway.")
		}
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || !prefixed || !nonceForm().MatchString(nonce) {
		return refused
	}
	now, at := v.now(), time.Unix(seconds, 0)
	if age := now.Sub(at); age > Tolerance || age < -Tolerance {
		return fault.New(fault.Unauthenticated, "The request's timestamp is more than %d seconds off: set the clocks.", int(Tolerance.Seconds()))
	}
	query, ok := canonicalQuery(r.URL.RawQuery)
	// A body is not signed, so there must be none.
	if !ok || r.ContentLength != 0 || strings.ContainsRune(r.URL.Path, '\n') {
		return refused
	}
	secrets, err := v.secrets()
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The inspector's secret cannot be read.")
	}
	for _, key := range secrets {
		if CheckSecret(key) != nil {
			continue
		}
		want := mac(key, r.Method, r.URL.Path, query, timestamp, nonce)
		if len(v.hosts) > 0 {
			want = macFor(host, key, r.Method, r.URL.Path, query, timestamp, nonce)
		}
		if secret.Equal(signature, want) {
			return v.once(nonce, now, at.Add(Tolerance), refused)
		}
	}
	return refused
}

// once takes a nonce that was not seen before. Only requests with a valid
// signature get here, so a stranger cannot fill the memory.
func (v *Verifier) once(nonce string, now, until time.Time, refused error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, repeated := v.seen[nonce]; repeated {
		return refused
	}
	if len(v.seen) >= maxNonces {
		for n, end := range v.seen {
			if now.After(end) {
				delete(v.seen, n)
			}
		}
	}
	if len(v.seen) >= maxNonces {
		return &fault.Error{Kind: fault.Limited, Message: "The inspector is asked too often.", RetryAfter: Tolerance}
	}
	v.seen[nonce] = until
	return nil
}
