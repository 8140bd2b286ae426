package clusterfn_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

var (
	noon  = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	right = secret.New("right-secret-of-this-cluster-0123456789")
	other = secret.New("other-secret-of-another-one-0123456789")
)

func verifier(now time.Time, secrets ...secret.Value) *clusterfn.Verifier {
	return clusterfn.NewVerifier(func() ([]secret.Value, error) { return secrets, nil }, func() time.Time { return now })
}

const logURL = "/v1/instances/demo/pods/lms-1/log?container=lms&lines=50"

func signed(at time.Time, key secret.Value) *http.Request {
	r := httptest.NewRequest(http.MethodGet, logURL, nil)
	clusterfn.Sign(r, r.URL.Path, key, at)
	return r
}

func TestSignedRequestCounts(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*http.Request{
		"now":                  signed(noon, right),
		"59 s late":            signed(noon.Add(-59*time.Second), right),
		"59 s early":           signed(noon.Add(59*time.Second), right),
		"by the former secret": signed(noon, other),
	} {
		require.NoError(t, verifier(noon, right, other).Verify(r), name)
	}
	reordered := signed(noon, right)
	reordered.URL.RawQuery = "lines=50&container=%6cms"
	require.NoError(t, verifier(noon, right).Verify(reordered), "a proxy may write the query differently")
}

func TestForgeriesAreRefused(t *testing.T) {
	t.Parallel()
	forgeries := map[string]func(r *http.Request){
		"no signature":         func(r *http.Request) { r.Header.Del(clusterfn.HeaderSignature) },
		"no timestamp":         func(r *http.Request) { r.Header.Del(clusterfn.HeaderTimestamp) },
		"no nonce":             func(r *http.Request) { r.Header.Del(clusterfn.HeaderNonce) },
		"empty signature":      func(r *http.Request) { r.Header.Set(clusterfn.HeaderSignature, "") },
		"version alone":        func(r *http.Request) { r.Header.Set(clusterfn.HeaderSignature, "v1=") },
		"without version":      func(r *http.Request) { cutPrefix(r, "v1=", "") },
		"another version":      func(r *http.Request) { cutPrefix(r, "v1=", "v0=") },
		"two signatures":       func(r *http.Request) { r.Header.Add(clusterfn.HeaderSignature, "v1=00") },
		"two timestamps":       func(r *http.Request) { r.Header.Add(clusterfn.HeaderTimestamp, "1") },
		"upper-case digest":    func(r *http.Request) { upper(r) },
		"shortened digest":     func(r *http.Request) { shorten(r) },
		"lengthened digest":    func(r *http.Request) { lengthen(r) },
		"other method":         func(r *http.Request) { r.Method = http.MethodPost },
		"HEAD for GET":         func(r *http.Request) { r.Method = http.MethodHead },
		"other instance":       func(r *http.Request) { r.URL.Path = "/v1/instances/other/pods/lms-1/log" },
		"longer path":          func(r *http.Request) { r.URL.Path += "/x" },
		"other query":          func(r *http.Request) { r.URL.RawQuery = "container=lms&lines=51" },
		"more query":           func(r *http.Request) { r.URL.RawQuery += "&previous=true" },
		"no query":             func(r *http.Request) { r.URL.RawQuery = "" },
		"repeated parameter":   func(r *http.Request) { r.URL.RawQuery += "&lines=50" },
		"broken query":         func(r *http.Request) { r.URL.RawQuery += ";" },
		"path into query":      func(r *http.Request) { r.URL.Path += "\ncontainer=lms" },
		"other nonce":          func(r *http.Request) { r.Header.Set(clusterfn.HeaderNonce, strings.Repeat("A", 26)) },
		"short nonce":          func(r *http.Request) { r.Header.Set(clusterfn.HeaderNonce, "A") },
		"nonce with a break":   func(r *http.Request) { r.Header.Set(clusterfn.HeaderNonce, strings.Repeat("A", 20)+"\n1") },
		"later timestamp":      func(r *http.Request) { r.Header.Set(clusterfn.HeaderTimestamp, unix(noon.Add(time.Second))) },
		"timestamp in words":   func(r *http.Request) { r.Header.Set(clusterfn.HeaderTimestamp, noon.Format(time.RFC3339)) },
		"timestamp overflows":  func(r *http.Request) { r.Header.Set(clusterfn.HeaderTimestamp, "99999999999999999999") },
		"timestamp far ahead":  func(r *http.Request) { r.Header.Set(clusterfn.HeaderTimestamp, "9223372036854775807") },
		"a body":               func(r *http.Request) { r.ContentLength = 1 },
		"a body of no length":  func(r *http.Request) { r.ContentLength = -1 },
		"expired":              func(r *http.Request) { clusterfn.Sign(r, r.URL.Path, right, noon.Add(-61*time.Second)) },
		"from the future":      func(r *http.Request) { clusterfn.Sign(r, r.URL.Path, right, noon.Add(61*time.Second)) },
		"another cluster's":    func(r *http.Request) { clusterfn.Sign(r, r.URL.Path, other, noon) },
		"signed by nothing":    func(r *http.Request) { clusterfn.Sign(r, r.URL.Path, secret.Value{}, noon) },
		"with gateway's path":  func(r *http.Request) { clusterfn.Sign(r, "/function/inspector"+r.URL.Path, right, noon) },
		"basic authentication": func(r *http.Request) { r.Header = http.Header{}; r.SetBasicAuth("admin", right.Reveal()) },
		"secret as a bearer": func(r *http.Request) {
			r.Header = http.Header{"Authorization": {"Bearer " + right.Reveal()}}
		},
	}
	for name, forge := range forgeries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := signed(noon, right)
			forge(r)
			err := verifier(noon, right).Verify(r)
			assert.Equal(t, fault.Unauthenticated, fault.KindOf(err), "%v", err)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), right.Reveal())
		})
	}
}

func cutPrefix(r *http.Request, from, to string) {
	s := r.Header.Get(clusterfn.HeaderSignature)
	r.Header.Set(clusterfn.HeaderSignature, to+strings.TrimPrefix(s, from))
}

func upper(r *http.Request) {
	s := r.Header.Get(clusterfn.HeaderSignature)
	r.Header.Set(clusterfn.HeaderSignature, "v1="+strings.ToUpper(strings.TrimPrefix(s, "v1=")))
}

func shorten(r *http.Request) {
	s := r.Header.Get(clusterfn.HeaderSignature)
	r.Header.Set(clusterfn.HeaderSignature, s[:len(s)-1])
}

func lengthen(r *http.Request) {
	r.Header.Set(clusterfn.HeaderSignature, r.Header.Get(clusterfn.HeaderSignature)+"0")
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func TestNoSecretRefusesEverything(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][]secret.Value{
		"none": nil, "empty": {secret.New("")}, "short": {secret.New("short")},
	} {
		key := secret.Value{}
		if len(secrets) > 0 {
			key = secrets[0]
		}
		err := verifier(noon, secrets...).Verify(signed(noon, key))
		assert.Equal(t, fault.Unauthenticated, fault.KindOf(err), name)
	}
	broken := clusterfn.NewVerifier(func() ([]secret.Value, error) { return nil, errors.New("gone") }, func() time.Time { return noon })
	assert.Equal(t, fault.Unavailable, fault.KindOf(broken.Verify(signed(noon, right))))
}

func TestRequestCountsOnce(t *testing.T) {
	t.Parallel()
	v, r := verifier(noon, right), signed(noon, right)
	var accepted atomic.Int32
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			if v.Verify(r) == nil {
				accepted.Add(1)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, accepted.Load())
}

func TestRememberedNoncesAreBounded(t *testing.T) {
	t.Parallel()
	now := noon
	v := clusterfn.NewVerifier(func() ([]secret.Value, error) { return []secret.Value{right}, nil }, func() time.Time { return now })
	var err error
	n := 0
	for ; err == nil && n < 20_000; n++ {
		err = v.Verify(signed(now, right))
	}
	require.Equal(t, fault.Limited, fault.KindOf(err), "after %d", n)

	now = now.Add(2*clusterfn.Tolerance + time.Second)
	require.NoError(t, v.Verify(signed(now, right)), "what is too old to be repeated is forgotten")
}

// Who receives a request at one gateway must not be able to use it at another.
func TestVerify_RefusesRequestsForAnotherHost(t *testing.T) {
	t.Parallel()
	at := func(host string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "https://"+host+logURL, nil)
		clusterfn.Sign(r, r.URL.Path, right, noon)
		return r
	}
	bound := func() *clusterfn.Verifier {
		return clusterfn.NewVerifier(func() ([]secret.Value, error) { return []secret.Value{right}, nil }, func() time.Time { return noon },
			"gateway.example.org", "Gateway.example.org:8443")
	}
	require.NoError(t, bound().Verify(at("gateway.example.org")))
	require.NoError(t, bound().Verify(at("GATEWAY.example.org:8443")))
	require.NoError(t, verifier(noon, right).Verify(at("anywhere.example")), "an inspector without a host")
	for name, r := range map[string]*http.Request{
		"another host": at("evil.example"),
		"another port": at("gateway.example.org:444"),
		"renamed": func() *http.Request {
			r := at("evil.example")
			r.Header.Set(clusterfn.HeaderHost, "gateway.example.org")
			return r
		}(),
		"the older signature alone": func() *http.Request {
			r := at("gateway.example.org")
			r.Header.Set(clusterfn.HeaderHostSignature, r.Header.Get(clusterfn.HeaderSignature))
			return r
		}(),
		"none": func() *http.Request {
			r := at("gateway.example.org")
			r.Header.Del(clusterfn.HeaderHostSignature)
			return r
		}(),
	} {
		assert.Equal(t, fault.Unauthenticated, fault.KindOf(bound().Verify(r)), name)
	}
}
